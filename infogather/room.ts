import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { InfogatherSettings } from './settings.ts';

/** What is held already: how many registrations, and how long they are together. */
export interface Held {
  readonly size: number;
  readonly bytes: number;
}

/** What a registration takes of the room. */
interface Arrival {
  /** What it is known by. */
  readonly name: string;
  readonly bytes: number;
  /** How long the one of that name is that it replaces, in bytes; nothing where it is new. */
  readonly before: number | undefined;
  /** The agent that tells it over a socket of its own, which has a bound of its own, and what is held of it. */
  readonly agent?: { readonly owner: string; readonly held: Held } | undefined;
}

type Most = Pick<
  InfogatherSettings,
  'most-registrations' | 'most-bytes' | 'agent-registrations' | 'agent-bytes'
>;

/** What is on its way to the store. */
interface Arriving {
  readonly names: Set<string>;
  bytes: number;
}

/** Keeps registrations of both versions within their bounds, those counted that are on their way to the store. */
export class Room {
  readonly #held: readonly Held[];
  readonly #most: Most;
  readonly #arriving: Arriving = { names: new Set(), bytes: 0 };
  readonly #byAgent = new Map<string, Arriving>();

  constructor(held: readonly Held[], most: Most) {
    this.#held = held;
    this.#most = most;
  }

  /**
   * Takes room for a registration until what it returns is called. One that is told again takes only what it is
   * longer than before. Throws a Refusal `infogather-full` where there is none.
   */
  take({ name, bytes, before, agent }: Arrival): () => void {
    const more = Math.max(0, bytes - (before ?? 0));
    const isNew = (arriving: Arriving) => before === undefined && !arriving.names.has(name);
    const size = this.#sum('size') + this.#arriving.names.size;
    const most = this.#most['most-registrations'];
    if (isNew(this.#arriving) && size >= most)
      throw full(`infogather holds ${most} registrations, and takes no other`);
    if (more > 0 && this.#sum('bytes') + this.#arriving.bytes + more > this.#most['most-bytes'])
      throw full(tooLong(this.#most['most-bytes'], 'infogather.most-bytes'), longerNext('most-bytes'));
    const own = agent && (this.#byAgent.get(agent.owner) ?? { names: new Set<string>(), bytes: 0 });
    if (agent !== undefined && own !== undefined) {
      const { 'agent-registrations': each, 'agent-bytes': bytesEach } = this.#most;
      if (isNew(own) && agent.held.size + own.names.size >= each)
        throw full(`infogather holds ${each} registrations of one agent, and takes no other of this one`);
      if (more > 0 && agent.held.bytes + own.bytes + more > bytesEach)
        throw full(tooLong(bytesEach, 'infogather.agent-bytes', ' of one agent'), longerNext('agent-bytes'));
      this.#byAgent.set(agent.owner, own);
    }
    const all = own === undefined ? [this.#arriving] : [this.#arriving, own];
    for (const arriving of all) {
      if (before === undefined) arriving.names.add(name);
      arriving.bytes += more;
    }
    return () => {
      for (const arriving of all) {
        arriving.names.delete(name);
        arriving.bytes -= more;
      }
      // Who took room after it was empty has begun another count.
      const isEmpty = own?.names.size === 0 && own.bytes === 0;
      if (agent !== undefined && isEmpty && this.#byAgent.get(agent.owner) === own)
        this.#byAgent.delete(agent.owner);
    };
  }

  #sum(what: keyof Held): number {
    return this.#held.reduce((sum, held) => sum + held[what], 0);
  }
}

function tooLong(most: number, setting: string, of = ''): string {
  return `infogather holds no more than ${most} bytes of registrations${of} (${setting}), and this one would pass that`;
}

function longerNext(setting: string): string {
  return `try again when some have expired, or raise infogather.${setting}`;
}

function full(detail: string, next?: string): Refusal {
  return new Refusal(failure('infogather-full', detail, next));
}
