import type { ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** How often it is looked whether there is anything new, in milliseconds; nobody looks while nobody watches. */
const lookMs = 1_000;
/** How often a line is written that says nothing, in looks: a peer that has gone is found so. */
const aliveLooks = 15;
/** Pages (a count) that may watch at once. */
const mostWatchers = 16;

interface Watcher {
  readonly response: ServerResponse;
  /** What it was told last. */
  told: string;
  /** The last line of the log that it was told. */
  line: number;
}

export interface WatchersOptions {
  /** How the agent is, as JSON. */
  readonly status: () => string;
  /** The lines of the log after one, as JSON, and the number of the last. */
  readonly log: (after: number) => { readonly text: string; readonly last: number };
  readonly clock: Clock;
}

/**
 * Those who watch the agent by server-sent events (HTML Standard, 9.2): `status` when that has changed, `log` with the
 * lines that have come. A reader that is slow gets what is so when it has read: nothing is kept for it.
 */
export class Watchers {
  readonly #options: WatchersOptions;
  readonly #all = new Set<Watcher>();
  #cancel = () => {};
  #looks = 0;

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  /** Answers with events until the reader goes. Throws a Refusal `too-many-connections`. */
  add(response: ServerResponse): void {
    if (this.#all.size >= mostWatchers) {
      const detail = `${mostWatchers} pages watch this agent, and no more may`;
      throw new Refusal(failure('too-many-connections', detail, 'close one'));
    }
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    const watcher = { response, told: '', line: 0 };
    this.#all.add(watcher);
    response.once('close', () => this.#all.delete(watcher));
    response.flushHeaders();
    this.#tell(watcher, this.#options.status());
    if (this.#all.size === 1) this.#later();
  }

  /** Tells all of what is new now. */
  wake(): void {
    if (this.#all.size === 0) return;
    const status = this.#options.status();
    for (const watcher of this.#all) this.#tell(watcher, status);
  }

  /** Lets go of all. */
  stop(): void {
    this.#cancel();
    for (const { response } of this.#all) response.end();
  }

  #later(): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(lookMs, () => {
      if (this.#all.size === 0) return;
      this.#looks += 1;
      if (this.#looks % aliveLooks === 0)
        for (const { response } of this.#all) if (!response.writableNeedDrain) response.write(':\n\n');
      this.wake();
      this.#later();
    });
  }

  #tell(watcher: Watcher, status: string): void {
    const { response } = watcher;
    if (response.writableNeedDrain) return;
    if (status !== watcher.told) response.write(`event: status\ndata: ${status}\n\n`);
    watcher.told = status;
    const { text, last } = this.#options.log(watcher.line);
    if (last > watcher.line) response.write(`event: log\ndata: ${text}\n\n`);
    watcher.line = last;
  }
}
