import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { AgentSettings } from '../settings.ts';
import type { Willingness } from '../willingness.ts';
import { type Hours, hoursOf } from './hours.ts';

/** Whether a node serves at this time of day; moments in milliseconds since 1970. */
export interface Opening extends Willingness {
  /** When it opens again; undefined while it is open. */
  readonly closedUntil: number | undefined;
  /** When whatever still runs is ended; undefined where what runs may finish, or where it never closes. */
  readonly endsBy: number | undefined;
  /** Whether what runs at closing time is ended. */
  readonly stops: boolean;
}

/** A node that serves at all times. */
export const alwaysOpen: Opening = {
  unwilling: undefined,
  closedUntil: undefined,
  endsBy: undefined,
  stops: false,
  onChange: () => () => {},
};

/** How often the time of day is looked at, in milliseconds: it may be set, or the machine have slept. */
const lookMs = 30_000;

interface Stretch {
  readonly isOpen: boolean;
  readonly from: number;
  readonly to: number;
}

/** Opens and closes a node by the hours of its settings. Throws a Refusal `bad-configuration` where they cannot be read. */
export function createOpening(
  config: Pick<AgentSettings, 'hours' | 'time-zone' | 'at-closing'>,
  clock: Clock,
): Opening & Part {
  const hours = hoursOf(config);
  return new TimedOpening(hours, config['at-closing'] === 'stop', clock);
}

class TimedOpening implements Opening, Part {
  readonly #hours: Hours | undefined;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly stops: boolean;
  #stretch: Stretch | undefined;
  /** What listeners know. */
  #wasOpen: boolean | undefined;
  #cancel = () => {};

  constructor(hours: Hours | undefined, stops: boolean, clock: Clock) {
    this.#hours = hours;
    this.stops = stops;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    if (this.#hours !== undefined) this.#look();
  }

  async stop(): Promise<void> {
    this.#cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get closedUntil(): number | undefined {
    const now = this.#now();
    return now === undefined || now.isOpen ? undefined : now.to;
  }

  get endsBy(): number | undefined {
    const now = this.#now();
    return this.stops && now?.isOpen === true && now.to !== Number.POSITIVE_INFINITY ? now.to : undefined;
  }

  get unwilling(): string | undefined {
    const until = this.closedUntil;
    return until === undefined ? undefined : `this node is closed until ${momentText(until)}`;
  }

  onChange(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  #now(): Stretch | undefined {
    if (this.#hours === undefined) return undefined;
    const at = this.#clock.now();
    const known = this.#stretch;
    if (known !== undefined && known.from <= at && at < known.to) return known;
    const isOpen = this.#hours.isOpen(at);
    const to = this.#hours.changeAfter(at) ?? Number.POSITIVE_INFINITY;
    this.#stretch = { isOpen, from: at, to };
    return this.#stretch;
  }

  #look = (): void => {
    const { isOpen, to } = this.#now()!;
    this.#cancel = this.#clock.after(Math.min(lookMs, Math.max(0, to - this.#clock.now())), this.#look);
    const changed = this.#wasOpen !== undefined && this.#wasOpen !== isOpen;
    this.#wasOpen = isOpen;
    if (changed) for (const tell of [...this.#listeners]) tell();
  };
}

/** A moment to the minute, in UTC: who reads it may be anywhere. */
function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
}
