import type { Memo } from '../memo.ts';
import { isPlainWords } from '../values/fact-text.ts';
import type { Wanted } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import { testBounds } from './bounds.ts';
import { parse } from './generated/tests.js';
import { TestFault, TestMaker } from './make.ts';
import { scanTest } from './scan.ts';
import type { Comparison, Operator, Test } from './test.ts';

/** Members of lists in tests, each kept once for all lists that it stands in: lists are many, of few members. */
export type Items = Memo<Comparison>;

export type TestReading = { readonly test: Test } | { readonly problem: string; readonly at: number };

/**
 * Reads a test of a header whose values are these. What is wrong is said as what follows the header's name in a sentence.
 * The tests that nearly all documents have take a short path, which a property test holds equal to the grammar.
 */
export function readTest(wanted: Wanted | undefined, text: string, items?: Items): TestReading {
  const test = shortTest(wanted, text, items) ?? scanTest(text, new TestMaker(wanted, text, testBounds));
  return test === undefined ? readTestByRule(wanted, text) : { test };
}

/** The long path, which decides what the short one has to say. */
export function readTestByRule(wanted: Wanted | undefined, text: string): TestReading {
  try {
    return { test: parse(text, { startRule: 'whole', make: new TestMaker(wanted, text, testBounds) }) };
  } catch (error) {
    if (!(error instanceof TestFault)) throw error;
    return { problem: error.message, at: error.at };
  }
}

const plain =
  /^(==|<=|>=|<|>)?[ \t]*(?!(?:not|has|any|unsaid)(?: |$))([A-Za-z0-9_+/:-](?:[ A-Za-z0-9_+/:-]|\.(?!\.))*)$/;

/** What lists of plain values do not have in them. */
const notPlain = /[()"<>=!~]/;

/** One value, or a list of such. */
function shortTest(wanted: Wanted | undefined, text: string, items?: Items): Test | undefined {
  if (!text.includes('|') && !text.includes(',')) return shortOne(wanted, text);
  return notPlain.test(text) ? undefined : shortList(wanted, text, items);
}

/** A value, or one that is compared. */
function shortOne(wanted: Wanted | undefined, text: string): Test | undefined {
  const [, operator, said] = plain.exec(text) ?? [];
  if (said === undefined || (operator !== undefined && operator !== '==' && wanted?.type === 'string'))
    return undefined;
  const read = readValue(wanted?.type, said.trimEnd());
  if ('problem' in read) return undefined;
  return { kind: 'compare', operator: (operator as Operator | undefined) ?? '=', ...read };
}

const plainItem =
  /^[ \t]*(?!(?:not|has|any|unsaid)(?: |$))([A-Za-z0-9_+/:-](?:[ A-Za-z0-9_+/:-]|\.(?!\.))*)$/;

/** Values of which one, or each, is to be there. */
function shortList(wanted: Wanted | undefined, text: string, items?: Items): Test | undefined {
  const isOr = text.includes('|');
  const parts = text.split(isOr ? '|' : ',');
  if (parts.length > testBounds.values) return undefined;
  const tests: Test[] = [];
  for (const part of parts) {
    const item = shortItem(wanted, part, items);
    if (item === undefined) return undefined;
    tests.push(item);
  }
  return { kind: isOr ? 'or' : 'and', tests };
}

function shortItem(wanted: Wanted | undefined, part: string, items?: Items): Comparison | undefined {
  const word = withoutBlanks(part);
  if (isWord(wanted, word)) return items === undefined ? itemOfWord(word) : items.of('', word, itemOfWord);
  const said = plainItem.exec(part)?.[1];
  const read = said === undefined ? undefined : readValue(wanted?.type, said.trimEnd());
  if (read === undefined || 'problem' in read) return undefined;
  return { kind: 'compare', operator: '=', value: read.value, text: read.text };
}

/** Without the one blank that is printed beside a separator. */
function withoutBlanks(part: string): string {
  const begin = part.startsWith(' ') ? 1 : 0;
  return part.slice(begin, part.endsWith(' ') ? -1 : undefined);
}

/** Whether it is surely a string, as it is printed. */
function isWord(wanted: Wanted | undefined, part: string): boolean {
  return (wanted === undefined || wanted.type === 'string') && isPlainWords(part);
}

function itemOfWord(text: string): Comparison {
  return { kind: 'compare', operator: '=', value: { kind: 'string', text }, text };
}
