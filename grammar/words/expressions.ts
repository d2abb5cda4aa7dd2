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

const arithmetic: ReadonlySet<string> = new Set(['*', '/', '+', '-']);

/** What an expression says or counts: "the broker's load is below 2". */
export function expressionWords(node: Node, owners: Owners): string {
  const words = (inner: Node) => expressionWords(inner, owners);
  const counted = (inner: Node) =>
    inner.kind === 'binary' && inner.operator !== '??' ? bracketed(inner, owners) : words(inner);
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
        : `minus ${operandWords(node.operand, owners)}`;
    case 'matches':
      return `${words(node.operand)} matches ${node.text}`;
    case 'call':
      return callWords(
        node.name,
        node.items.map(node.name === 'known' || node.name === 'if' ? words : counted),
      );
    case 'binary': {
      const { operator, left, right } = node;
      if (operator === '??') return `${words(left)} (${words(right)} where that is unknown)`;
      // Of what is looked for each is wanted, so a list of it says "and".
      if (operator === 'in')
        return `${every(left, owners)} ${left.kind === 'list' ? 'are' : 'is'} among ${words(right)}`;
      if (operator === 'has') return `${words(left)} includes ${every(right, owners)}`;
      const side = arithmetic.has(operator) ? operandWords : expressionWords;
      return `${side(left, owners)} ${infix[operator]} ${side(right, owners)}`;
    }
  }
}

/** What is counted with: what a function makes of several words is kept apart from the words around it. */
function operandWords(node: Node, owners: Owners): string {
  const isApart = node.kind === 'call' && node.name !== 'known' && node.name !== 'if';
  return isApart ? bracketed(node, owners) : expressionWords(node, owners);
}

function every(node: Node, owners: Owners): string {
  if (node.kind !== 'list') return expressionWords(node, owners);
  return listed(
    node.items.map((item) => expressionWords(item, owners)),
    'and',
  );
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
