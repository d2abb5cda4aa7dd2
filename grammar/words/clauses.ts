import type { PartyTest } from '../documents/model.ts';
import type { Test } from '../tests/test.ts';
import { listed } from './lists.ts';
import { nounOf, prepositionOf } from './nouns.ts';
import { isPlainValue, predicate, versioned } from './tests.ts';
import { plainText } from './values.ts';

/** A test of the other side as part of a sentence: 'on x86_64 or arm64', 'not in us-east', 'whose load is below 2'. */
export function clausePhrase({ name, spelled, test, negotiable }: PartyTest): string {
  const preposition = prepositionOf(name);
  const short = preposition === undefined ? undefined : shortPhrase(preposition, nounOf(spelled), test);
  const phrase = short ?? `whose ${nounOf(spelled)} ${predicate(test)}`;
  return negotiable ? `${phrase} (which is negotiable)` : phrase;
}

/** Nothing where the test is more than values wanted and values not wanted. */
function shortPhrase(preposition: string, noun: string, test: Test): string | undefined {
  const wanted = valuesOf(test, 'or');
  if (wanted !== undefined) return `${preposition} ${listed(wanted, 'or')}`;
  if (test.kind === 'any') return `of any ${noun} that is said`;
  if (test.kind === 'unsaid') return `of no ${noun} that is said`;
  if (test.kind === 'or' && test.tests.at(-1)?.kind === 'unsaid') {
    const rest = test.tests.slice(0, -1);
    const [first] = rest;
    const other = rest.length === 1 && first !== undefined ? first : { kind: 'or' as const, tests: rest };
    const said = shortPhrase(preposition, noun, other);
    return said && `${said} (or of no ${noun} that is said)`;
  }
  const banned = bannedOf(test);
  if (banned !== undefined) {
    return banned.length === 1
      ? `not ${preposition} ${banned[0]}`
      : `neither ${preposition} ${listed(banned, 'nor')}`;
  }
  if (test.kind !== 'and') return undefined;
  const all = valuesOf(test, 'and');
  if (all !== undefined) return `${preposition} ${listed(all, 'and')}`;
  const parts = test.tests.map((part) => shortPhrase(preposition, noun, part));
  return parts.includes(undefined) ? undefined : parts.join(', ');
}

/** The values that a test wants, one of them or all. */
function valuesOf(test: Test, word: 'and' | 'or'): string[] | undefined {
  if (test.kind === 'compare' && isPlainValue(test)) return [plainText(test.text)];
  if (test.kind === 'has') return [plainText(test.text)];
  if (test.kind === 'versioned') return [versioned(test)];
  if (test.kind === 'group') return valuesOf(test.test, word);
  if (test.kind !== word) return undefined;
  const parts = test.tests.map((part) => (part.kind === 'group' ? undefined : valuesOf(part, word)));
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/** The values that a test does not want, none of them. */
function bannedOf(test: Test): string[] | undefined {
  if (test.kind === 'compare' && test.operator === '!=') return [plainText(test.text)];
  if (test.kind === 'group') return bannedOf(test.test);
  if (test.kind === 'not') return valuesOf(test.test, 'or');
  if (test.kind !== 'and') return undefined;
  const parts = test.tests.map(bannedOf);
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}
