import {
  answerTo,
  type Document1,
  type Header,
  Matcher,
  type Party,
  partyOf,
  reportOn,
  type Sliced,
  type Suggesting,
  type Supply,
} from '../grammar/index.ts';

/** The market as it stood at a cursor of its log, for as long as it is open. */
export interface Stand {
  readonly cursor: number;
  readonly snapshot: ReturnType<Supply['snapshot']>;
}

/** What an Ask of version 1.0 finds. */
export interface Found {
  readonly cursor: number;
  /** The Tells, best first. */
  readonly tells: readonly FoundTell[];
  /** How many match by themselves. */
  readonly matched: number;
  /** Of the Because, from Matched on. */
  readonly because: readonly Header[];
}

/** A Tell that was found: by its row while that is its own, and by the cursor with which it was told. */
export interface FoundTell {
  readonly row: number;
  readonly place: number;
}

export type Report = Pick<Found, 'cursor' | 'because'>;

/** What answers an Ask: the Tells that match; where none does, why. */
export function* answerOf(
  matcher: Matcher,
  ask: Document1,
  suggesting: Suggesting,
  { snapshot, cursor }: Stand,
): Sliced<Found> {
  const { rows, told, matched, because } = yield* answerTo(ask, matcher, snapshot, suggesting);
  const tells = rows.map((row, index) => ({ row, place: told[index] as number }));
  return { cursor, tells, matched, because };
}

/** Why the Ask has the matches that it has, and what would help. */
export function* reportOf(
  matcher: Matcher,
  ask: Document1,
  suggesting: Suggesting,
  { snapshot, cursor }: Stand,
): Sliced<Report> {
  return { cursor, because: yield* reportOn(ask, matcher, snapshot, suggesting) };
}

export function matcherOf(ask: Document1, supply: Supply, mostAnswers: number): Matcher {
  const party = partyOf(ask);
  return new Matcher({ ...party, limit: Math.min(party.limit, mostAnswers) }, supply);
}

/** The text of a Tell that the log has. */
export function told(texts: ReadonlyMap<number, string>, place: number): string {
  const text = texts.get(place);
  if (text === undefined) throw new Error(`the log lacks the Tell of ${place}`);
  return text;
}

/** The clauses in the order of the Ask, which a report keeps and a clause hash does not. */
export function clausesOf({ clauses }: Party): string {
  return clauses.map(({ header }) => header).join('\n');
}
