import {
  becauseHeaders,
  clauseHash,
  type Document1,
  type Explanation,
  explain,
  type Header,
  Matcher,
  type Party,
  type Sliced,
  suggest,
} from '../grammar/index.ts';
import { editedAsk } from './edited-ask.ts';
import type { LiveTell, Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import { Slices } from './slices.ts';

/** What an Ask of version 1.0 finds. */
export interface Found {
  /** Best first. */
  readonly tells: readonly LiveTell[];
  /** How many match by themselves. */
  readonly matched: number;
  /** Of the Because, from Matched on. */
  readonly because: readonly Header[];
}

type Report = Pick<Found, 'matched' | 'because'>;

/** What was found when the registry had this version, or will be. */
interface Shared<T> {
  readonly version: number;
  readonly found: Promise<T>;
}

/** What is kept for all Asks of one clause hash. */
interface Ready {
  readonly matcher: Matcher;
  /** The clauses in the order of the Ask that came first, which a report keeps and a clause hash does not. */
  readonly clauses: string;
  answer: Shared<Found> | undefined;
  report: Shared<Report> | undefined;
}

/** How often an answer is looked for again because Tells that it names were changed meanwhile. */
const attempts = 3;

/**
 * Answers Asks of version 1.0 from the registry, in slices. Asks of one clause hash are answered once until a Tell
 * changes. What is told while an answer is looked for may be in it or not; what has gone is not.
 */
export class Matchmaker {
  readonly #config: MarketSettings;
  readonly #registry: Registry;
  readonly #slices: Slices;
  /** By clause hash; a Map keeps the order of insertion, so its first entry is the one unused for longest. */
  readonly #ready = new Map<string, Ready>();

  constructor(config: MarketSettings, registry: Registry) {
    this.#config = config;
    this.#registry = registry;
    this.#slices = new Slices(config['slice-time']);
  }

  /** The Tells that match an Ask at `now`; where none does, why. */
  async ask(ask: Document1, now: number): Promise<Found> {
    await this.#lapse(now);
    for (let attempt = 1; ; attempt += 1) {
      const ready = this.#readyFor(ask);
      const { matcher } = ready;
      ready.answer = this.#shared(ready.answer, () => this.#answer(matcher));
      const answer = await ready.answer.found;
      const isAnswered = matcher.ask.count > 1 ? answer.tells.length > 0 : answer.matched > 0;
      if (isAnswered) return answer;
      const report = await this.#report(ready, ask);
      if (report.matched === answer.matched || attempt === attempts) return { ...answer, ...report };
    }
  }

  /** Why an Ask has the matches that it has at `now`, and what would help. */
  async why(ask: Document1, now: number): Promise<Report> {
    await this.#lapse(now);
    return this.#report(this.#readyFor(ask), ask);
  }

  async #lapse(now: number): Promise<void> {
    if (this.#registry.isDue(now)) await this.#slices.run(this.#registry.lapse(now));
  }

  #readyFor(ask: Document1): Ready {
    const hash = clauseHash(ask);
    const ready = this.#ready.get(hash) ?? this.#makeReady(partyOf(ask));
    this.#ready.delete(hash);
    this.#ready.set(hash, ready);
    const [oldest] = this.#ready.keys();
    if (this.#ready.size > this.#config['asks-kept'] && oldest !== undefined) this.#ready.delete(oldest);
    return ready;
  }

  #makeReady(party: Party): Ready {
    const limit = Math.min(party.limit, this.#config['most-answers']);
    const matcher = new Matcher({ ...party, limit }, this.#registry.supply);
    return { matcher, clauses: clausesOf(party), answer: undefined, report: undefined };
  }

  #report(ready: Ready, ask: Document1): Promise<Report> {
    const party = partyOf(ask);
    if (ready.clauses !== clausesOf(party)) {
      return this.#slices.run(this.#explain(new Matcher(party, this.#registry.supply), ask));
    }
    ready.report = this.#shared(ready.report, () => this.#explain(ready.matcher, ask));
    return ready.report.found;
  }

  #shared<T>(before: Shared<T> | undefined, work: () => Sliced<T>): Shared<T> {
    const { version } = this.#registry;
    return before?.version === version ? before : { version, found: this.#slices.run(work()) };
  }

  *#answer(matcher: Matcher): Sliced<Found> {
    const ignored = yield* ignoredBy(matcher);
    for (let attempt = 1; ; attempt += 1) {
      const { version } = this.#registry;
      const { rows, matched } = yield* matcher.answer();
      const tells = rows.flatMap((row) => this.#registry.since(row, version) ?? []);
      if (tells.length < rows.length && attempt < attempts) continue;
      const of = this.#registry.supply.size;
      return { tells, matched, because: [{ name: 'Matched', value: `${matched} of ${of}` }, ...ignored] };
    }
  }

  *#explain(matcher: Matcher, ask: Document1): Sliced<Report> {
    const { version } = this.#registry;
    const explanation = yield* explain(matcher);
    this.#leaveOutGone(explanation, version);
    const lines = becauseHeaders(matcher, explanation);
    const edited = (edit: Parameters<typeof editedAsk>[1]) => editedAsk(ask, edit);
    const suggestions = yield* suggest(matcher, explanation, edited, this.#config['suggestions-tried']);
    return { matched: explanation.matched, because: [...lines, ...suggestions] };
  }

  /** A row of the supply may be another Tell's by now: then what was nearest there is not told. */
  #leaveOutGone({ clauses, demands }: Explanation, version: number): void {
    for (const { nearest } of [...clauses.map(({ tally }) => tally), ...demands.refusals]) {
      if (this.#registry.since(nearest.row, version) === undefined) nearest.text = undefined;
    }
  }
}

/** The terms that are left out for a Tell that matches. */
function* ignoredBy(matcher: Matcher): Sliced<Header[]> {
  const { promises } = matcher.ask;
  const ignored = new Set<string>();
  if (promises.length === 0) return [];
  for (const rows of matcher.matching()) {
    for (const row of rows) for (const term of matcher.ignored(row)) ignored.add(term);
    if (ignored.size === promises.length) break;
    yield;
  }
  return promises.filter((term) => ignored.has(term)).map((value) => ({ name: 'Ignored', value }));
}

function partyOf({ party }: Document1): Party {
  if (party === undefined) throw new TypeError('this document asks for nothing');
  return party;
}

function clausesOf({ clauses }: Party): string {
  return clauses.map(({ header }) => header).join('\n');
}
