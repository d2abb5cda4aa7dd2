import type { Wanted } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import { testBounds } from './bounds.ts';
import { parse } from './generated/tests.js';
import { TestFault, TestMaker } from './make.ts';
import type { Operator, Test } from './test.ts';

export type TestReading = { readonly test: Test } | { readonly problem: string; readonly at: number };

/**
 * Reads a test of a header whose values are these. What is wrong is said as what follows the header's name in a sentence.
 * The tests that nearly all documents have take a short path, which a property test holds equal to the grammar.
 */
export function readTest(wanted: Wanted | undefined, text: string): TestReading {
  const test = shortTest(wanted, text) ?? shortList(wanted, text);
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

/** A value, or one that is compared. */
function shortTest(wanted: Wanted | undefined, text: string): Test | undefined {
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
function shortList(wanted: Wanted | undefined, text: string): Test | undefined {
  const isOr = text.includes('|');
  const items = text.split(isOr ? '|' : ',');
  if (items.length === 1 || items.length > testBounds.values) return undefined;
  const tests: Test[] = [];
  for (const item of items) {
    const said = plainItem.exec(item)?.[1];
    if (said === undefined) return undefined;
    const read = readValue(wanted?.type, said.trimEnd());
    if ('problem' in read) return undefined;
    tests.push({ kind: 'compare', operator: '=', value: read.value, text: read.text });
  }
  return { kind: isOr ? 'or' : 'and', tests };
}
