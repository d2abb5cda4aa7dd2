import type { Header } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import type { DocumentReader } from '../documents/read.ts';
import {
  type Answer,
  becauseHeaders,
  type Edit,
  explain,
  type Matcher,
  type Sliced,
  type Snapshot,
  suggest,
} from '../matching/index.ts';
import { editedAsk } from './edited-ask.ts';
import { ignoredBy } from './ignored.ts';

/** What an Ask finds, and its Because. */
export interface Answered extends Answer {
  /** From Matched on. */
  readonly because: readonly Header[];
}

/** What suggestions are made with. */
export interface Suggesting {
  readonly reader: DocumentReader;
  /** How many changes of an Ask are tried at most. */
  readonly most: number;
}

/** What answers an Ask, of which the matcher was made: the Tells that match; where none does, why. */
export function* answerTo(
  ask: Document1,
  matcher: Matcher,
  snapshot: Snapshot,
  suggesting: Suggesting,
): Sliced<Answered> {
  const answer = yield* matcher.answer(snapshot);
  // Tells that match one by one are no answer to who asks for slots that they do not carry together.
  const isAnswered = matcher.ask.count > 1 ? answer.rows.length > 0 : answer.matched > 0;
  if (!isAnswered) return { ...answer, because: yield* reportOn(ask, matcher, snapshot, suggesting) };
  const counted = { name: 'Matched', value: `${answer.matched} of ${snapshot.size}` };
  return { ...answer, because: [counted, ...(yield* ignoredBy(matcher, snapshot))] };
}

/** Why an Ask has the matches that it has, and what would help: of the Because, from Matched on. */
export function* reportOn(
  ask: Document1,
  matcher: Matcher,
  snapshot: Snapshot,
  { reader, most }: Suggesting,
): Sliced<readonly Header[]> {
  const explanation = yield* explain(matcher, snapshot);
  const edited = (edit: Edit) => editedAsk(ask, edit, reader);
  const suggestions = yield* suggest(matcher, explanation, edited, most, snapshot);
  return [...becauseHeaders(matcher, explanation), ...suggestions];
}
