import type { Clause, Promised } from '../documents/model.ts';
import { DemandTally } from './demand-tally.ts';
import { isCritical } from './demands.ts';
import type { Matcher, Sliced } from './matcher.ts';
import { type Distance, distanceOf, type Span, spanOf, spanOfNeed } from './nearest.ts';
import { Notes } from './notes.ts';
import { Closest, Tally } from './tally.ts';
import { type Code, isFalse, isTrue } from './truth.ts';

/** Why an Ask has the matches that it has. */
export interface Explanation {
  readonly matched: number;
  readonly of: number;
  /** Terms that were left out for a Tell that matches. */
  readonly ignored: readonly Promised[];
  /** One for each of the Ask's clauses. */
  readonly clauses: readonly Explained[];
  readonly demands: DemandTally;
  readonly notes: readonly string[];
}

/** What became of one clause. */
export interface Explained {
  readonly clause: Clause;
  readonly tally: Tally;
  readonly span: Span | undefined;
  /** The nearest of those that would match but for it. */
  readonly opening: Closest;
}

/** Tells in one slice: each is put to every clause, so that they are fewer than of a match. */
const sliceRows = 2048;

/** Counts each clause alone over all Tells, and what the Tells want. */
export function* explain(matcher: Matcher): Sliced<Explanation> {
  const { ask, supply } = matcher;
  const clauses = ask.clauses.map((clause) => new ClauseCount(matcher, clause));
  const demands = new DemandTally(matcher);
  const notes = new Notes(matcher);
  const ignored = new Set<Promised>();
  const codes = clauses.map(() => new Uint8Array(sliceRows));
  const [seen, rows] = [{ matched: 0, of: 0 }, supply.rows];
  for (let from = 0; from < rows; from += sliceRows) {
    if (matcher.refresh()) {
      demands.forget();
      for (const clause of clauses) clause.forget();
    }
    const until = Math.min(from + sliceRows, rows);
    for (const [index, check] of matcher.clauses.entries())
      check.fill(from, until, codes[index] as Uint8Array);
    for (let row = from; row < until; row += 1) {
      if (!supply.has(row)) continue;
      seen.of += 1;
      const told = supply.toldOf(row);
      let failed = 0;
      let last = 0;
      for (let index = 0; index < clauses.length; index += 1) {
        const code = (codes[index] as Uint8Array)[row - from] as Code;
        (clauses[index] as ClauseCount).count(code, row, told);
        if (code === isTrue) continue;
        failed += 1;
        last = index;
        notes.take(index, code, row, told);
      }
      const isMet = demands.count(row, told, failed === 0);
      if (!isMet) continue;
      if (failed === 1) (clauses[last] as ClauseCount).stopsAlone(row, told);
      if (failed > 0) continue;
      seen.matched += 1;
      for (const term of matcher.ignored(row)) ignored.add(term);
    }
    yield;
  }
  return {
    ...seen,
    ignored: ask.promises.filter((term) => ignored.has(term) && !isCritical(ask, term)),
    clauses,
    demands,
    notes: notes.lines(),
  };
}

/** Counts one clause of the Ask. */
class ClauseCount implements Explained {
  readonly clause: Clause;
  readonly tally = new Tally();
  readonly opening = new Closest();
  readonly span: Span | undefined;
  readonly #matcher: Matcher;
  readonly #name: string;
  /** By the number of a fact. */
  #distances: (Distance | undefined)[] = [];

  constructor(matcher: Matcher, clause: Clause) {
    const { tests, needs } = matcher.ask;
    const test = clause.kind === 'test' ? tests[clause.index] : undefined;
    const need = clause.kind === 'need' ? needs[clause.index] : undefined;
    this.#matcher = matcher;
    this.clause = clause;
    this.#name = (test ?? need)?.name ?? '';
    this.span = need === undefined ? test && spanOf(test.test) : spanOfNeed(need);
  }

  forget(): void {
    this.#distances = [];
  }

  count(code: Code, row: number, told: number): void {
    this.tally.count(code);
    if (code !== isFalse || this.span === undefined) return;
    const near = this.#distance(row);
    if (near !== undefined) this.tally.nearest.offer(near.distance, near.text, row, told);
  }

  stopsAlone(row: number, told: number): void {
    this.tally.alone += 1;
    const near = this.span && this.#distance(row);
    if (near !== undefined && near.distance >= 0) this.opening.offer(near.distance, near.text, row, told);
  }

  #distance(row: number): Distance | undefined {
    const column = this.#matcher.supply.column(this.#name);
    if (column === undefined || this.span === undefined) return undefined;
    const number = column.at(row);
    const known = this.#distances[number];
    if (known !== undefined) return known;
    const distance = distanceOf(this.span, column.facts.at(number)?.fact);
    this.#distances[number] = distance;
    return distance;
  }
}
