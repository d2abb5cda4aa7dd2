import { type Document1, type Sliced, type Suggesting, Supply } from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Slices } from '../platform/slices.ts';
import { answerOf, type Found, type Report, reportOf } from './found.ts';
import type { MarketLog } from './log.ts';
import { matcherOf, told } from './matchmaker.ts';
import type { MarketSettings } from './settings.ts';
import type { TellReader } from './told.ts';

/** Why an Ask cannot be answered as of a cursor. */
export type Unanswerable =
  | { readonly why: 'expired'; readonly horizon: number }
  | { readonly why: 'ahead'; readonly head: number }
  | { readonly why: 'busy' | 'large'; readonly most: number };

/** The market as it stood, built from events alone. */
interface Rebuilt {
  readonly cursor: number;
  readonly supply: Supply;
}

/** Places that one step of a rebuilding reads. */
const placesAStep = 1_000;
/** Tells of which one step reads the text: few, or what the collector of garbage moves at a time is much. */
const textsAStep = 64;
/** Events among which one step looks for ends. The index alone answers, so they may be many; a step is some milliseconds at most. */
const endsAStep = 10_000;
/** Tells of which one slice reads the text. */
const tellsASlice = 16;

/**
 * Answers Asks as the market stood at a cursor of its log. The market of then is built anew from events, in slices, one
 * at a time; the last one is kept for a while, for what was asked at once is asked again at once.
 */
export class Replays {
  readonly #config: MarketSettings;
  readonly #log: MarketLog;
  readonly #slices: Slices;
  readonly #clock: Clock;
  readonly #reader: TellReader;
  readonly #suggesting: Suggesting;
  #waiting = 0;
  /** Settles when the replays before are answered. */
  #before: Promise<unknown> = Promise.resolve();
  #last: Rebuilt | undefined;
  #forget: () => void = () => {};

  constructor(parts: {
    readonly config: MarketSettings;
    readonly log: MarketLog;
    readonly slices: Slices;
    readonly clock: Clock;
    readonly reader: TellReader;
    readonly suggesting: Suggesting;
  }) {
    this.#config = parts.config;
    this.#log = parts.log;
    this.#slices = parts.slices;
    this.#clock = parts.clock;
    this.#reader = parts.reader;
    this.#suggesting = parts.suggesting;
  }

  /** What answered an Ask at a cursor, and the texts of the Tells that it found. */
  ask(ask: Document1, cursor: number): Promise<(Found & { readonly texts: string[] }) | Unanswerable> {
    return this.#inLine(cursor, async (supply) => {
      using snapshot = supply.snapshot();
      const matcher = matcherOf(ask, supply, this.#config);
      const found = await this.#slices.run(answerOf(matcher, ask, this.#suggesting, { cursor, snapshot }));
      const places = found.tells.map(({ place }) => place);
      const texts = await this.#log.texts(places);
      if (texts.size < places.length) return undefined;
      return { ...found, texts: places.map((place) => told(texts, place)) };
    });
  }

  /** What answered a Why at a cursor. */
  why(ask: Document1, cursor: number): Promise<Report | Unanswerable> {
    return this.#inLine(cursor, async (supply) => {
      using snapshot = supply.snapshot();
      const matcher = matcherOf(ask, supply, this.#config);
      return this.#slices.run(reportOf(matcher, ask, this.#suggesting, { cursor, snapshot }));
    });
  }

  /** Forgets what is kept. */
  stop(): void {
    this.#forget();
    this.#last = undefined;
  }

  /** `answer` gives nothing where the log forgot meanwhile what it needs. */
  async #inLine<T extends object>(
    cursor: number,
    answer: (supply: Supply) => Promise<T | undefined>,
  ): Promise<T | Unanswerable> {
    const most = this.#config['replays-waiting'];
    if (this.#waiting >= most) return { why: 'busy', most };
    this.#waiting += 1;
    const mine = this.#before.then(async () => {
      const stands = await this.#at(cursor);
      if ('why' in stands) return stands;
      const answered = (await answer(stands.supply)) ?? (await this.#unreachable(cursor));
      if (answered === undefined) throw new Error(`the log lacks a Tell of cursor ${cursor}`);
      return answered;
    });
    this.#before = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #at(cursor: number): Promise<Rebuilt | Unanswerable> {
    const missing = await this.#unreachable(cursor);
    if (missing !== undefined) return missing;
    this.#forget();
    if (this.#last?.cursor !== cursor) {
      this.#last = undefined;
      const built = await this.#rebuild(cursor);
      if ('why' in built) return built;
      this.#last = built;
    }
    this.#forget = this.#clock.after(this.#config['replay-kept'], () => {
      this.#last = undefined;
    });
    return this.#last;
  }

  /** Why the log does not show the market at a cursor; nothing where it does. */
  async #unreachable(cursor: number): Promise<Unanswerable | undefined> {
    const { horizon, head } = await this.#log.reach();
    if (cursor < horizon) return { why: 'expired', horizon };
    return cursor > head ? { why: 'ahead', head } : undefined;
  }

  async #rebuild(cursor: number): Promise<Rebuilt | Unanswerable> {
    const most = this.#config['replay-tells'];
    const places = await this.#placesAt(cursor, most);
    if (places === undefined) return { why: 'large', most };
    const supply = new Supply();
    for (let from = 0; from < places.length; from += textsAStep) {
      const some = places.slice(from, from + textsAStep);
      const texts = await this.#log.texts(some);
      await this.#slices.run(addAll(supply, texts, this.#reader));
    }
    // What the log forgot meanwhile is missing.
    return (await this.#unreachable(cursor)) ?? { cursor, supply };
  }

  /** The Tells that were live at a cursor, in any order, for each says when it was told; nothing where they are more than `most`. */
  async #placesAt(cursor: number, most: number): Promise<number[] | undefined> {
    const begun = await this.#log.reach();
    const living: number[] = [];
    for (let after = 0; living.length <= most; ) {
      const some = await this.#log.livingSince(cursor, after, placesAStep);
      living.push(...some);
      const last = some.at(-1);
      if (last === undefined) break;
      after = last;
      await this.#slices.rest();
    }
    // Those that ended after it; the ones that ended while we looked at those that live may be among them.
    const ended: number[] = [];
    const { head } = await this.#log.reach();
    for (let from = cursor; from < head && living.length + ended.length <= most; from += endsAStep) {
      const until = from + endsAStep;
      for (const place of await this.#log.endedSince(cursor, from, until)) {
        if (until <= begun.head || !isAmong(living, place)) ended.push(place);
      }
      await this.#slices.rest();
    }
    return living.length + ended.length > most ? undefined : living.concat(ended);
  }
}

/** Whether a number is one of some that ascend. */
function isAmong(numbers: readonly number[], number: number): boolean {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number;
}

function* addAll(supply: Supply, texts: ReadonlyMap<number, string>, reader: TellReader): Sliced<void> {
  let added = 0;
  for (const [place, text] of texts) {
    supply.add(reader.party(text), place);
    added += 1;
    if (added % tellsASlice === 0) yield;
  }
}
