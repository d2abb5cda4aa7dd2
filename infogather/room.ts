import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { InfogatherSettings } from './settings.ts';

/** What a registration takes of the room. */
interface Arrival {
  /** What it is known by. */
  readonly name: string;
  readonly bytes: number;
  /** How long the one of that name is that it replaces, in bytes; nothing where it is new. */
  readonly before: number | undefined;
}

/** What is held already: how many registrations, and how long they are together. */
interface Held {
  readonly size: number;
  readonly bytes: number;
}

/** Keeps registrations of both versions within their bounds, those counted that are on their way to the store. */
export class Room {
  readonly #held: readonly Held[];
  readonly #most: Pick<InfogatherSettings, 'most-registrations' | 'most-bytes'>;
  readonly #arriving = new Set<string>();
  #arrivingBytes = 0;

  constructor(held: readonly Held[], most: Pick<InfogatherSettings, 'most-registrations' | 'most-bytes'>) {
    this.#held = held;
    this.#most = most;
  }

  /**
   * Takes room for a registration until what it returns is called. One that is told again takes only what it is
   * longer than before. Throws a Refusal `infogather-full` where there is none.
   */
  take({ name, bytes, before }: Arrival): () => void {
    const { 'most-registrations': most, 'most-bytes': mostBytes } = this.#most;
    const isNew = before === undefined && !this.#arriving.has(name);
    if (isNew && this.#sum('size') + this.#arriving.size >= most) {
      const detail = `infogather holds ${most} registrations, and takes no other`;
      throw new Refusal(failure('infogather-full', detail));
    }
    const more = Math.max(0, bytes - (before ?? 0));
    if (more > 0 && this.#sum('bytes') + this.#arrivingBytes + more > mostBytes) {
      const detail = `infogather holds no more than ${mostBytes} bytes of registrations (infogather.most-bytes), and this one would pass that`;
      const next = 'try again when some have expired, or raise infogather.most-bytes';
      throw new Refusal(failure('infogather-full', detail, next));
    }
    if (before === undefined) this.#arriving.add(name);
    this.#arrivingBytes += more;
    return () => {
      this.#arriving.delete(name);
      this.#arrivingBytes -= more;
    };
  }

  #sum(what: keyof Held): number {
    return this.#held.reduce((sum, held) => sum + held[what], 0);
  }
}
