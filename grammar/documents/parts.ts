import type { DiagnosticCode } from '../diagnostics.ts';
import { type Expression, readExpression } from '../expressions/index.ts';
import { printTest } from '../tests/print.ts';
import { type Items, readTest } from '../tests/read.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import { readValue } from '../values/read.ts';
import { readFact } from '../values/read-fact.ts';
import type { Row, Subject } from '../vocabulary/row.ts';
import { namesOf } from './envelope.ts';
import type { Budget, Need, PartyTest, Price, Promised } from './model.ts';
import { needOf } from './needs.ts';
import { ofValues, oneValue, type Size, sizeOfExpression, sizeOfFact, sizeOfTest } from './size.ts';
import { readBudget, readPrice } from './terms.ts';
import type { Word } from './word.ts';

/**
 * What one header says to the other side, whatever else its document says: a function of who speaks, the name and the
 * value. `text` is the value in canonical text, `header` the name and it.
 */
export type Part = Said & { readonly size: Size };

type Said =
  /** `offer` is what a Tell has left of an amount. */
  | { readonly kind: 'fact'; readonly text: string; readonly fact: Fact; readonly offer: Need | undefined }
  | { readonly kind: 'test'; readonly text: string; readonly test: PartyTest }
  | { readonly kind: 'need'; readonly text: string; readonly need: Need; readonly fact: Fact }
  | {
      readonly kind: 'expression';
      readonly text: string;
      readonly header: string;
      readonly expression: Expression;
    }
  | { readonly kind: 'price'; readonly text: string; readonly price: Price }
  | { readonly kind: 'budget'; readonly text: string; readonly budget: Budget }
  | {
      readonly kind: 'explicit';
      readonly text: string;
      readonly header: string;
      readonly names: readonly string[];
    }
  | { readonly kind: 'count'; readonly text: string; readonly count: number }
  | { readonly kind: 'promise'; readonly text: string; readonly term: Promised };

/** What is wrong with a header, as what follows its name in a sentence. */
export interface Problem {
  readonly problem: string;
  /** Where in the value; absent where it is the header as a whole. */
  readonly at?: number | undefined;
  readonly code?: DiagnosticCode | undefined;
}

/** The terms that each side may say. A Price of an Ask is a test. */
const termsOf: Readonly<Record<Subject, readonly string[]>> = {
  teller: ['Requires', 'Prefer', 'Rank', 'Price', 'Explicit'],
  asker: ['Requires', 'Prefer', 'Rank', 'Price', 'Budget', 'Count', 'Deadline', 'Start', 'Guarantee'],
};

/** Reads a clause, an amount or a term; the envelope has readers of its own. */
export function readPart(word: Word, speaker: Subject, text: string, items?: Items): Part | Problem {
  switch (word.role) {
    case 'fact':
      return factPart(word, speaker, text);
    case 'need':
      return needPart(word, text);
    case 'test':
      return testPart(word, text, items);
    default:
      return termPart(word, speaker, text);
  }
}

function factPart(word: Word, speaker: Subject, text: string): Part | Problem {
  const { wanted, isOne } = word;
  const fact = readFact(wanted, text, isOne);
  if ('problem' in fact) return fact.isTest ? testForFact(word, speaker, text, fact.at) : fact;
  if (isOne && sizeOf(fact) < 0) return { problem: `is not below zero; found '${fact.text}'`, at: 0 };
  const offer = isOne && speaker === 'teller' ? offerOf(word, fact) : undefined;
  return { kind: 'fact', fact, text: fact.text, size: sizeOfFact(fact), offer };
}

function offerOf({ printed, label: { name, spelled, row, negotiable } }: Word, fact: Fact): Need | undefined {
  if (row?.kind !== 'amount') return undefined;
  const size = sizeOf(fact);
  const header = `${printed}: ${fact.text}`;
  const dimension = row.type === 'bytes' ? 'bytes' : undefined;
  return { name, spelled, dimension, from: size, upTo: size, exact: false, header, negotiable };
}

/** Of a fact about something that has one size. */
function sizeOf({ values: [value] }: Fact): number {
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : 0;
}

function testForFact({ label: { row } }: Word, speaker: Subject, text: string, at: number): Problem {
  const about = speaker === 'asker' ? 'your work' : 'what you offer';
  const example = row === undefined ? '' : `, such as '${row.example}'`;
  const found = `found '${text.slice(at, at + 60)}', a test`;
  const problem = `is about ${about}: say what it is${example}; ${found}. (A text that looks like a test stands in quotes.)`;
  return { problem, at, code: 'side-refused' };
}

function testPart({ label, printed, wanted }: Word, text: string, items?: Items): Part | Problem {
  const read = readTest(wanted, text, items);
  if ('problem' in read) return read;
  const { name, spelled, negotiable } = label;
  return partOfTest(name, spelled, negotiable, printed, read.test);
}

function partOfTest(name: string, spelled: string, negotiable: boolean, printed: string, test: Test): Part {
  const text = printTest(test);
  const header = `${printed}: ${text}`;
  return { kind: 'test', test: { name, spelled, test, header, negotiable }, text, size: sizeOfTest(test) };
}

function needPart({ label, printed, wanted }: Word, written: string): Part | Problem {
  const read = readTest(wanted, written);
  if ('problem' in read) return read;
  const needed = needOf(read.test);
  if ('problem' in needed) return { ...needed, at: 0 };
  const { fact, ...bounds } = needed;
  const { name, spelled, row, negotiable } = label;
  const text = printTest(read.test);
  const header = `${printed}: ${text}`;
  const dimension = row?.type === 'bytes' ? 'bytes' : undefined;
  const need: Need = { name, spelled, dimension, ...bounds, header, negotiable };
  return { kind: 'need', need, fact, text, size: oneValue };
}

function termPart({ label: { row }, printed }: Word, speaker: Subject, text: string): Part | Problem {
  if (row === undefined) throw new TypeError('the vocabulary has every term');
  if (!termsOf[speaker].includes(row.name)) {
    const [own, other] = speaker === 'teller' ? ['a Tell', 'an Ask'] : ['an Ask', 'a Tell'];
    return { problem: `stands in ${other}, not in ${own}`, code: 'side-refused' };
  }
  switch (row.type) {
    case 'expression':
      return expressionPart(row, printed, text);
    case 'price':
      return speaker === 'asker' ? priceTestPart(row, printed, text) : pricePart(row, printed, text);
    case 'money':
      return budgetPart(row, printed, text);
    case 'names':
      return explicitPart(row, printed, text);
    case 'whole':
      return countPart(row, text);
    default:
      return promisePart(row, text);
  }
}

function expressionPart({ name }: Row, printed: string, written: string): Part | Problem {
  const read = readExpression(written, name === 'Rank' ? 'rank' : 'condition');
  if ('problem' in read) return read;
  const { text, root } = read.expression;
  const header = `${printed}: ${text}`;
  return { kind: 'expression', expression: read.expression, text, header, size: sizeOfExpression(root) };
}

function priceTestPart({ name }: Row, printed: string, text: string): Part | Problem {
  const read = readTest({ type: 'money', example: '<= 0.05 EUR/cpu-h' }, text);
  return 'problem' in read ? read : partOfTest('price', name, printed.endsWith('?'), printed, read.test);
}

function pricePart(row: Row, printed: string, written: string): Part | Problem {
  const read = readPrice(row, written);
  if ('problem' in read) return read;
  const { currency, rates, text } = read;
  const header = `${printed}: ${text}`;
  return { kind: 'price', price: { currency, rates, header }, text, size: ofValues(rates.length) };
}

function budgetPart(row: Row, printed: string, written: string): Part | Problem {
  const read = readBudget(row, written);
  if ('problem' in read) return read;
  const { currency, nano } = read.money;
  const budget = { currency, nano, header: `${printed}: ${read.text}` };
  return { kind: 'budget', budget, text: read.text, size: oneValue };
}

function explicitPart(row: Row, printed: string, written: string): Part | Problem {
  const read = namesOf(row, written);
  if ('problem' in read) return read;
  const text = read.names.join(', ');
  const names = read.names.map((name) => name.toLowerCase());
  return { kind: 'explicit', names, text, header: `${printed}: ${text}`, size: ofValues(names.length) };
}

function countPart({ example }: Row, text: string): Part | Problem {
  const read = readValue('whole', text);
  const count = 'value' in read && read.value.kind === 'number' ? read.value.value : 0;
  if (count < 1) return { problem: `is a whole number from 1, such as '${example}'; found '${text}'`, at: 0 };
  return { kind: 'count', count, text, size: oneValue };
}

function promisePart({ name, type, example }: Row, text: string): Part | Problem {
  const term = name as Promised;
  if (type !== 'timestamp') return { kind: 'promise', term, text, size: oneValue };
  const read = readFact({ type, example }, text, true);
  return 'problem' in read ? read : { kind: 'promise', term, text: read.text, size: oneValue };
}
