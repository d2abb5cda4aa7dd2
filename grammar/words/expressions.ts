import type { Node, Side } from '../expressions/index.ts';
import { listed } from './lists.ts';
import { nounOf } from './nouns.ts';
import { plainText } from './values.ts';

/** Who is meant by `my.` and `their.`: 'its own', "the broker's". */
export type Owners = Readonly<Record<Side, string>>;

const infix: Readonly<Record<string, string>> = {
  '*': 'times',
  '/': 'divided by',
  '+': 'plus',
  '-': 'minus',
  '==': 'is',
  '!=': 'is not',
  '<': 'is below',
  '<=': 'is at most',
  '>': 'is above',
  '>=': 'is at least',
  and: 'and',
  or: 'or',
};

/** What an expression says or counts: "the broker's load is below 2". */
export function expressionWords(node: Node, owners: Owners): string {
  const words = (inner: Node) => expressionWords(inner, owners);
  switch (node.kind) {
    case 'constant':
      return plainText(node.text);
    case 'name':
      return `${owners[node.side]} ${nounOf(node.spelled)}`;
    case 'list':
      return listed(node.items.map(words), 'or');
    case 'group':
      return `(${words(node.inner)})`;
    case 'prefix':
      return node.operator === 'not'
        ? `not ${bracketed(node.operand, owners)}`
        : `minus ${words(node.operand)}`;
    case 'matches':
      return `${words(node.operand)} matches ${node.text}`;
    case 'call':
      return callWords(node.name, node.items.map(words));
    case 'binary': {
      const [left, right] = [words(node.left), words(node.right)];
      if (node.operator === '??') return `${left} (${right} where that is unknown)`;
      if (node.operator === 'in') return `${left} is among ${right}`;
      if (node.operator === 'has') return `${left} includes ${right}`;
      return `${left} ${infix[node.operator]} ${right}`;
    }
  }
}

function bracketed(node: Node, owners: Owners): string {
  const text = expressionWords(node, owners);
  return node.kind === 'group' ? text : `(${text})`;
}

function callWords(name: string, items: readonly string[]): string {
  const [first = '', second = '', third = ''] = items;
  switch (name) {
    case 'known':
      return `${first} is known`;
    case 'if':
      return `(${second} if ${first}, else ${third})`;
    case 'min':
      return `the least of ${listed(items, 'and')}`;
    case 'max':
      return `the greatest of ${listed(items, 'and')}`;
    case 'floor':
      return `${first} rounded down`;
    case 'ceil':
      return `${first} rounded up`;
    default:
      return `the size of ${first}`;
  }
}
