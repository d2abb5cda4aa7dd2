import {
  clauseHash,
  type Document1,
  type Matcher,
  partyOf,
  type Sliced,
  type Suggesting,
} from '../grammar/index.ts';
import { sha256 } from '../platform/digest.ts';
import type { Slices } from '../platform/slices.ts';
import {
  answerOf,
  clausesOf,
  type Found,
  matcherOf,
  type Report,
  reportOf,
  type Stand,
  told,
} from './found.ts';
import type { MarketLog } from './log.ts';
import { Recent } from './recent.ts';
import type { Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';

/** What was found of the market at a cursor, or will be. */
interface Shared<T> {
  cursor: number | undefined;
  found: Promise<T> | undefined;
}

/** What is kept for all Asks of one clause hash, with their clauses in one order. */
interface Ready {
  readonly matcher: Matcher;
  readonly answers: Shared<Found>;
  readonly reports: Shared<Report>;
}

/**
 * Answers Asks of version 1.0 from the registry as it stands when they come, in slices: what is told or ends while an
 * answer is looked for changes nothing of it. Asks of one clause hash, with their clauses in one order, are answered once
 * until a Tell changes.
 */
export class Matchmaker {
  readonly #config: MarketSettings;
  readonly #registry: Registry;
  readonly #log: MarketLog;
  readonly #slices: Slices;
  readonly #suggesting: Suggesting;
  readonly #ready: Recent<Ready>;

  constructor(parts: {
    readonly config: MarketSettings;
    readonly registry: Registry;
    readonly log: MarketLog;
    readonly slices: Slices;
    readonly suggesting: Suggesting;
  }) {
    this.#config = parts.config;
    this.#ready = new Recent(parts.config['asks-kept']);
    this.#registry = parts.registry;
    this.#log = parts.log;
    this.#slices = parts.slices;
    this.#suggesting = parts.suggesting;
  }

  /** The Tells that match an Ask; where none does, why. */
  ask(ask: Document1): Promise<Found> {
    const ready = this.#readyFor(ask);
    return this.#shared(ready.answers, (stand) => answerOf(ready.matcher, ask, this.#suggesting, stand));
  }

  /** Why an Ask has the matches that it has, and what would help. */
  why(ask: Document1): Promise<Report> {
    const ready = this.#readyFor(ask);
    return this.#shared(ready.reports, (stand) => reportOf(ready.matcher, ask, this.#suggesting, stand));
  }

  /** The texts of the Tells that were found; of one that ended meanwhile the log still has it. */
  async textsOf({ tells }: Found): Promise<string[]> {
    const live = tells.map(({ row, place }) => this.#registry.at(row, place)?.row.document);
    if (!live.includes(undefined)) return live.map((text) => text ?? '');
    const gone = tells.flatMap(({ place }, index) => (live[index] === undefined ? [place] : []));
    const texts = await this.#log.texts(gone);
    return tells.map(({ place }, index) => live[index] ?? told(texts, place));
  }

  #readyFor(ask: Document1): Ready {
    const party = partyOf(ask);
    const key = `${clauseHash(ask, sha256)}\n${clausesOf(party)}`;
    const known = this.#ready.get(key);
    if (known !== undefined) return known;
    const matcher = matcherOf(ask, this.#registry.supply, this.#config['most-answers']);
    const ready = { matcher, answers: nothing<Found>(), reports: nothing<Report>() };
    this.#ready.set(key, ready);
    return ready;
  }

  #shared<T>(shared: Shared<T>, work: (stand: Stand) => Sliced<T>): Promise<T> {
    const { cursor, supply } = this.#registry;
    if (shared.found !== undefined && shared.cursor === cursor) return shared.found;
    const stand = { cursor, snapshot: supply.snapshot() };
    const found = this.#slices.run(whileOpen(stand, work(stand)));
    shared.cursor = cursor;
    shared.found = found;
    // A fault answers who asked before it, and nobody after.
    found.catch(() => {
      if (shared.found === found) shared.found = undefined;
    });
    return found;
  }
}

function nothing<T>(): Shared<T> {
  return { cursor: undefined, found: undefined };
}

function* whileOpen<T>({ snapshot }: Stand, work: Sliced<T>): Sliced<T> {
  try {
    return yield* work;
  } finally {
    snapshot[Symbol.dispose]();
  }
}
