import type { Clause, Promised } from '../documents/model.ts';
import { Block, blockRows, type Filling, fillBlock, type Obstacle } from './block.ts';
import { DemandTally } from './demand-tally.ts';
import { isCritical, missing } from './demands.ts';
import { effortASlice } from './effort.ts';
import { type Matcher, verdictsOf } from './matcher.ts';
import { type Distance, distanceOf, type Span, spanOf, spanOfNeed } from './nearest.ts';
import { Notes, shortNote, walltimeNote } from './notes.ts';
import { Raises } from './raises.ts';
import { atSnapshot, type Sliced } from './sliced.ts';
import { ByNumber, Closest, Tally } from './tally.ts';
import { type Code, isFalse, isTrue } from './truth.ts';
import type { Snapshot } from './versions.ts';

/** Why an Ask has the matches that it has. */
export interface Explanation {
  readonly matched: number;
  readonly of: number;
  /** How many of the slots that Count asks for the matches carry together: Count, where they carry all. */
  readonly carried: number;
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
  /** Of Budgets: what those would cost that would match but for them. */
  readonly raises: Raises;
}

/**
 * Counts each clause alone over all Tells, and what the Tells want: of a snapshot, or of the Tells as they are when it
 * begins.
 */
export function explain(matcher: Matcher, snapshot?: Snapshot): Sliced<Explanation> {
  return atSnapshot(matcher.supply, snapshot, (at) => explained(matcher, at));
}

function* explained(matcher: Matcher, snapshot: Snapshot): Sliced<Explanation> {
  const { ask, supply } = matcher;
  matcher.refresh();
  const clauses = ask.clauses.map((clause) => new ClauseCount(matcher, clause));
  const demands = new DemandTally(matcher);
  const notes = new Notes(matcher);
  const manners = new Set<number>();
  const block = new Block(supply, snapshot);
  const checks: Filling[] = [];
  for (const check of matcher.clauses) {
    yield* check.prepare();
    // What is several checks is kept, if at all, in parts.
    const kept = check.parts.length === 1 ? yield* verdictsOf(check, check.key, supply) : undefined;
    checks.push(kept ?? check);
  }
  yield* demands.begin();
  const [seen, rows] = [{ matched: 0, of: 0, carried: 0 }, supply.rows];
  for (let from = 0; from < rows; from += blockRows) {
    block.begin(from, rows);
    for (const [index, check] of checks.entries()) {
      yield* fillBlock(check, block);
      yield* (clauses[index] as ClauseCount).count(block, index, notes);
    }
    yield* demands.count(block);
    seen.of += block.count;
    const matched = yield* block.matched();
    seen.matched += matched.length;
    seen.carried = matcher.carried(matched, seen.carried);
    if (ask.promises.length > 0) for (const row of matched) manners.add(supply.mannerOf(row));
    yield;
  }
  for (const clause of clauses) yield* clause.end();
  yield* demands.end();
  const ignored = new Set(
    [...manners].flatMap((number) => {
      const told = supply.manners.at(number);
      return told === undefined ? [] : missing(ask, told);
    }),
  );
  const unpriced = clauses.find(({ clause }) => clause.kind === 'budgets')?.tally.unsaid ?? 0;
  return {
    ...seen,
    ignored: ask.promises.filter((term) => ignored.has(term) && !isCritical(ask, term)),
    clauses,
    demands,
    notes: [...notes.lines(), ...walltimeNote(unpriced), ...shortNote(ask, seen)],
  };
}

/** Facts of a clause of which it is remembered how far they are: so few that no step takes long to remember more. */
const distancesRemembered = 1024;

/** Counts one clause of the Ask. */
class ClauseCount implements Explained, Obstacle {
  readonly clause: Clause;
  readonly tally = new Tally();
  readonly opening = new Closest();
  readonly raises: Raises;
  readonly span: Span | undefined;
  readonly #matcher: Matcher;
  readonly #name: string;
  /** By the number of a fact, of some. */
  readonly #distances = new Map<number, Distance | undefined>();
  readonly #false = new ByNumber();
  /** What effort it was to look at facts. */
  #read = 0;

  constructor(matcher: Matcher, clause: Clause) {
    const { tests, needs } = matcher.ask;
    const test = clause.kind === 'test' ? tests[clause.index] : undefined;
    const need = clause.kind === 'need' ? needs[clause.index] : undefined;
    this.#matcher = matcher;
    this.clause = clause;
    this.raises = new Raises(matcher);
    this.#name = (test ?? need)?.name ?? '';
    this.span = need === undefined ? test && spanOf(test.test) : spanOfNeed(need);
  }

  /** Counts the clause over a block, its verdicts being the block's codes. */
  *count(block: Block, index: number, notes: Notes): Sliced<void> {
    const { rows, codes, from } = block;
    const { supply } = this.#matcher;
    const column = this.span && supply.column(this.#name);
    let [yes, no, effort] = [0, 0, 0];
    for (let at = 0; at < block.count; at += 1) {
      const row = rows[at] as number;
      const code = codes[row - from] as Code;
      if (code === isTrue) {
        yes += 1;
        continue;
      }
      block.fail(row, this);
      effort += notes.take(index, code, row);
      if (code === isFalse) {
        no += 1;
        if (column !== undefined) this.#false.take(column.at(row), row, supply.toldOf(row));
      }
      if (effort < effortASlice) continue;
      effort = 0;
      yield;
    }
    this.tally.count(yes, no, block.count - yes - no);
  }

  /** Finds the nearest of all that it is false of, once they have been counted. */
  *end(): Sliced<void> {
    const { supply } = this.#matcher;
    yield* this.#false.each((_number, _count, row, told) => {
      const read = this.#read;
      const near = this.#distance(row);
      if (near !== undefined) this.tally.nearest.offer(near, row, told, supply);
      return this.#read - read;
    });
  }

  stopsAlone(row: number): number {
    const { supply } = this.#matcher;
    this.tally.alone += 1;
    if (this.clause.kind === 'budgets') return this.raises.take(row);
    const read = this.#read;
    const near = this.#distance(row);
    if (near !== undefined && near.distance >= 0) this.opening.offer(near, row, supply.toldOf(row), supply);
    return this.#read - read;
  }

  #distance(row: number): Distance | undefined {
    const column = this.#matcher.supply.column(this.#name);
    if (column === undefined || this.span === undefined) return undefined;
    const number = column.at(row);
    if (this.#distances.has(number)) return this.#distances.get(number);
    this.#read += column.effortOf(number);
    const distance = distanceOf(this.span, column.fact(number));
    if (this.#distances.size === distancesRemembered) this.#distances.clear();
    this.#distances.set(number, distance);
    return distance;
  }
}
