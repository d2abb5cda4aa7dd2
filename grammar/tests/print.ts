import type { Test } from './test.ts';

/** The canonical text of a test. */
export function printTest(test: Test): string {
  switch (test.kind) {
    case 'and':
      return test.tests.map(printTest).join(', ');
    case 'or':
      return test.tests.map(printTest).join(' | ');
    case 'not':
      return `not ${printTest(test.test)}`;
    case 'group':
      return `(${printTest(test.test)})`;
    case 'compare':
      return test.operator === '=' ? test.text : `${test.operator} ${test.text}`;
    case 'range':
      return rangeText(test.from?.text ?? '', test.to?.text ?? '');
    case 'has':
      return `has ${test.text}`;
    case 'matches':
      return `~ ${test.text}`;
    case 'versioned':
      return `${test.text} (${printTest(test.test)})`;
    default:
      return test.kind;
  }
}

/** A version may end in a dot, and is parted from the two of the range by a blank. */
function rangeText(from: string, to: string): string {
  return `${from}${from.endsWith('.') ? ' ' : ''}..${to.startsWith('.') ? ' ' : ''}${to}`;
}
