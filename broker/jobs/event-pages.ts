import type { Changed } from '../../platform/changed.ts';
import type { EventPage, JobReader } from './reading.ts';

/** Which events are wanted. */
export interface AskedEvents {
  /** Of this job alone. */
  readonly job?: string | undefined;
  readonly after: number;
  readonly limit?: number | undefined;
}

/** The events of jobs as their owners are shown them. */
export class EventPages {
  readonly #reader: JobReader;
  readonly #changed: Changed;
  readonly #mostAPage: number;

  /** @param mostAPage events (a count) */
  constructor(reader: JobReader, changed: Changed, mostAPage: number) {
    this.#reader = reader;
    this.#changed = changed;
    this.#mostAPage = mostAPage;
  }

  /** Events after a cursor, once there are any, or whoever waits does so no longer. */
  async page(
    owner: string,
    asked: AskedEvents,
    waiting: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<EventPage> {
    const most = Math.min(asked.limit ?? this.#mostAPage, this.#mostAPage);
    const job = asked.job === undefined ? undefined : (await this.#reader.job(owner, asked.job)).job;
    let after = asked.after;
    return this.#changed.until({
      topic: job,
      ask: async () => {
        for (;;) {
          const page = await this.#reader.events(owner, asked.job, after, most);
          const isEnd = page.cursor === after;
          after = page.cursor; // what is others' is not looked at again
          if (isEnd || page.events.length > 0) return page;
        }
      },
      isEnough: ({ events }) => events.length > 0,
      ...waiting,
    });
  }
}
