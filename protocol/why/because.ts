import type { Header } from '../../grammar/index.ts';
import type { Cause } from './situation.ts';
import { because } from './situations.ts';

/** A line of a Because about a clause of the Ask. */
interface ClauseLine {
  /** The clause and its counts, as the line says them. */
  readonly line: string;
  readonly header: string;
  readonly yes: number;
  /** How many Tells it alone keeps from matching. */
  readonly alone: number;
}

/** In a Note, where the matches have fewer slots than are wanted at once. */
const carries = /carr(?:y|ies) (\d+) of the (\d+) slots/;

/** What a market says first of a Watch whose connection is not there. */
export const watchIsAway = 'the connection of this Watch is not there';

/** Why an Ask has the matches that it has, in one sentence, by the headers of the Because that answers a Why. */
export function becauseOf(headers: readonly Header[]): Cause {
  const said = (wanted: string) => headers.filter(({ name }) => name === wanted).map(({ value }) => value);
  const [, matchedText = '0', ofText = '0'] = /^(\d+) of (\d+)$/.exec(said('Matched')[0] ?? '') ?? [];
  const [matched, count] = [Number(matchedText), Number(ofText)];
  if (count === 0) return because('no-tell', {});
  if (matched > 0) {
    const short = said('Note').find((note) => carries.test(note));
    const [, carried = '0', slots = 'many'] = carries.exec(short ?? '') ?? [];
    if (short !== undefined) return because('count-too-large', { matched, count, carried, slots });
    return because('ask-matches', { matched, count });
  }
  const clauses = said('Clause').flatMap(clauseOf);
  const stopping = clauses.filter(({ yes }) => yes < count);
  const application = stopping.find(({ header, yes }) => yes === 0 && /^application\b/i.test(header));
  if (application !== undefined)
    return because('application-not-offered', {
      count,
      application: application.header.replace(/^\S+ /, ''),
    });
  const refusals = said('Refused-by');
  const term = refusals
    .find((refusal) => refusal.startsWith('Understands -> '))
    ?.slice('Understands -> '.length);
  if (term !== undefined && stopping.every(({ alone }) => alone === 0))
    return because('promise-unknown', { count, term });
  const [refusal] = refusals;
  if (stopping.length === 0)
    return because('allow-list', { count, refusal: refusal ?? 'what the Tells test' });
  const [hardest] = stopping.sort((a, b) => b.alone - a.alone || a.yes - b.yes);
  const { line: clause = '', alone = 0 } = hardest ?? {};
  const [suggestion] = said('Suggest');
  const suggest =
    suggestion === undefined ? '' : `, such as ${suggestion.replace(/ -> (.*)$/, ', which has $1')}`;
  if (alone > 0) return because('one-clause', { count, clause, alone, suggest });
  return because('several-clauses', { count, clauses: stopping.length, clause });
}

/** The same of a Watch, by the Because about it. */
export function becauseOfWatch(watch: string, headers: readonly Header[]): Cause {
  const isAway = headers.some(({ name, value }) => name === 'Note' && value.startsWith(watchIsAway));
  const until = headers.find(({ name }) => name === 'Expires')?.value ?? 'it expires';
  if (isAway) return because('watch-away', { watch, until });
  const { cause, next } = becauseOf(headers);
  return because('watch-waits', { watch, cause, next });
}

/** `HEADER -> 1 yes, 2 no, 0 unsaid; alone stops 1; nearest …`. */
function clauseOf(value: string): ClauseLine[] {
  const [, header, yes, alone, nearest = ''] =
    /^(.*) -> (\d+) yes, \d+ no, \d+ unsaid; alone stops (\d+)(; nearest .*)?$/s.exec(value) ?? [];
  if (header === undefined) return [];
  return [
    { header, line: `${header}${nearest.replace(/^; /, ', ')}`, yes: Number(yes), alone: Number(alone) },
  ];
}
