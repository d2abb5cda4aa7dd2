import type { Comparison, Range, Test } from '../tests/test.ts';
import { listed } from './lists.ts';
import { plainText } from './values.ts';

/** What a test wants, as what follows a noun: 'is below 2', 'is x86_64 or arm64', 'includes avx2 and sse4.2'. */
export function predicate(test: Test, turned = false): string {
  const is = turned ? 'is not' : 'is';
  switch (test.kind) {
    case 'compare':
      return `${(test.operator === '!=') === turned ? 'is' : 'is not'} ${bound(test)}`;
    case 'range':
      return `${is} ${span(test)}`;
    case 'has':
      return `${turned ? 'does not include' : 'includes'} ${plainText(test.text)}`;
    case 'matches':
      return `${turned ? 'does not match' : 'matches'} ${test.text}`;
    case 'versioned':
      return `${is} ${versioned(test)}`;
    case 'any':
      return `${is} said`;
    case 'unsaid':
      return turned ? 'is said' : 'is not said';
    case 'not':
      return predicate(test.test, !turned);
    case 'group':
      return predicate(test.test, turned);
    default:
      return joined(test.tests, (test.kind === 'and') !== turned ? 'and' : 'or', turned);
  }
}

function joined(tests: readonly Test[], word: 'and' | 'or', turned: boolean): string {
  const parts = tests.map((test) => part(test, turned));
  const said = (verb: string) => parts.map((text) => text.slice(verb.length));
  const all = (verb: string) => parts.every((text) => text.startsWith(verb));
  if (all('is not ')) {
    return word === 'and' ? `is neither ${listed(said('is not '), 'nor')}` : listed(parts, 'or');
  }
  if (parts.some((text) => text.startsWith('is not ')) || !all('is ')) return listed(parts, word);
  const isSet = word === 'and' && tests.every(isPlainValue);
  return `${isSet ? 'includes' : 'is'} ${listed(said('is '), word)}`;
}

/** What is itself made of several stands in brackets. */
function part(test: Test, turned: boolean): string {
  const text = predicate(test, turned);
  const inner = test.kind === 'group' || test.kind === 'not' ? test.test : test;
  return inner.kind === 'and' || inner.kind === 'or' || inner.kind === 'group' ? `(${text})` : text;
}

export function isPlainValue(test: Test): boolean {
  return test.kind === 'compare' && (test.operator === '=' || test.operator === '==');
}

const bounds: Readonly<Record<Comparison['operator'], string>> = {
  '=': '',
  '==': '',
  '!=': '',
  '<': 'below ',
  '<=': 'at most ',
  '>': 'above ',
  '>=': 'at least ',
};

function bound({ operator, text }: Comparison): string {
  return `${bounds[operator]}${plainText(text)}`;
}

function span({ from, to }: Range): string {
  if (from === undefined) return `at most ${plainText(to?.text ?? '')}`;
  return to === undefined ? `at least ${from.text}` : `from ${from.text} to ${to.text}`;
}

/** A name and what its version is to be: 'gcc in a version that is at least 4.0.2 and below 5'. */
export function versioned({ text, test }: Test & { readonly kind: 'versioned' }): string {
  return `${plainText(text)} in a version that ${predicate(test)}`;
}
