import { becauseHeaders, type Explanation, type Matcher } from '../grammar/index.ts';
import { type Answering, declined, type ReasonWord, type Written } from '../language-door/reply.ts';

/** Says why no node matches an Ask. */
export function declineOf(matcher: Matcher, explanation: Explanation, to: Answering): Written {
  const { word, text } = reasonWhyNone(matcher, explanation);
  return declined(to, word, text);
}

/** Why no node matches an Ask: by the one line of the explanation that stands most in the way. */
export function reasonWhyNone(
  matcher: Matcher,
  explanation: Explanation,
): { readonly word: ReasonWord; readonly text: string } {
  const { of, clauses, demands } = explanation;
  if (of === 0) return { word: 'capacity', text: 'no node of this broker is alive just now' };
  const unknown = matcher.ask.promises.filter((term) => (demands.unknownTerms.get(term) ?? 0) === of);
  if (unknown.length > 0) return { word: 'not-understood', text: unknown.join(', ') };
  const lines = becauseHeaders(matcher, explanation);
  const [hardest] = clauses
    .map(({ tally }, index) => ({ tally, line: lines.filter(({ name }) => name === 'Clause')[index]?.value }))
    .filter(({ tally }) => tally.yes < of)
    .sort((a, b) => a.tally.yes - b.tally.yes || b.tally.alone - a.tally.alone);
  const none = of === 1 ? 'the one node that is alive does not match' : `none of ${of} nodes matches`;
  if (hardest !== undefined)
    return {
      word: aboutMoney.test(hardest.line ?? '') ? 'price' : 'capacity',
      text: `${none}: ${hardest.line}`,
    };
  const refused = lines.find(({ name }) => name === 'Refused-by')?.value;
  if (refused !== undefined) return { word: 'policy', text: `${none}: refused by ${refused}` };
  return { word: 'capacity', text: 'the nodes that match have fewer slots than Count wants at once' };
}

/** A line about what it may cost. */
const aboutMoney = /^(?:Budget|Price): /;
