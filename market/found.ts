import {
  becauseHeaders,
  type Document1,
  type DocumentReader,
  editedAsk,
  explain,
  type Header,
  ignoredBy,
  type Matcher,
  type Party,
  type Sliced,
  type Supply,
  suggest,
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

/** The Tells that match, and how many do. */
function* foundBy(matcher: Matcher, { snapshot, cursor }: Stand): Sliced<Found> {
  const ignored = yield* ignoredBy(matcher, snapshot);
  const { rows, told, matched } = yield* matcher.answer(snapshot);
  const tells = rows.map((row, index) => ({ row, place: told[index] as number }));
  const counted = { name: 'Matched', value: `${matched} of ${snapshot.size}` };
  return { cursor, tells, matched, because: [counted, ...ignored] };
}

/** What suggestions are made with. */
export interface Suggesting {
  readonly reader: DocumentReader;
  /** How many changes of an Ask are tried at most. */
  readonly most: number;
}

/** What answers an Ask: the Tells that match; where none does, why. */
export function* answerOf(
  matcher: Matcher,
  ask: Document1,
  suggesting: Suggesting,
  stand: Stand,
): Sliced<Found> {
  const found = yield* foundBy(matcher, stand);
  if (isAnswered(matcher, found)) return found;
  return { ...found, ...(yield* reportOf(matcher, ask, suggesting, stand)) };
}

/** Why the Ask has the matches that it has, and what would help. */
export function* reportOf(
  matcher: Matcher,
  ask: Document1,
  { reader, most }: Suggesting,
  { snapshot, cursor }: Stand,
): Sliced<Report> {
  const explanation = yield* explain(matcher, snapshot);
  const lines = becauseHeaders(matcher, explanation);
  const suggestions = yield* suggest(
    matcher,
    explanation,
    (edit) => editedAsk(ask, edit, reader),
    most,
    snapshot,
  );
  return { cursor, because: [...lines, ...suggestions] };
}

/** Whether the Ask has what it asked for, so that it needs no report. */
function isAnswered({ ask }: Matcher, { tells, matched }: Found): boolean {
  return ask.count > 1 ? tells.length > 0 : matched > 0;
}

export function partyOf({ party }: Document1): Party {
  if (party === undefined) throw new TypeError('this document asks for nothing');
  return party;
}

/** The clauses in the order of the Ask, which a report keeps and a clause hash does not. */
export function clausesOf({ clauses }: Party): string {
  return clauses.map(({ header }) => header).join('\n');
}
