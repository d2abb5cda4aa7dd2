import { type Fact, membersOf } from './fact.ts';
import type { Literal } from './make.ts';
import { mismatch, type Wanted } from './phrase.ts';
import { readValue } from './read.ts';
import { readShort } from './short.ts';
import type { Value } from './value.ts';

/** What is wrong with a fact, as what follows the header's name in a sentence, and where in the value. */
export interface FactFault {
  readonly problem: string;
  readonly at: number;
  /** Whether the text is a test. */
  readonly isTest: boolean;
}

/** Reads a fact, a set where commas stand in it. `one` is for names that take one value. */
export function readFact(wanted: Wanted | undefined, text: string, one: boolean): Fact | FactFault {
  if (!text.includes(',')) return readMember(wanted, text, 0);
  const values: Value[] = [];
  const texts: string[] = [];
  let at = 0;
  for (const member of membersOf(text)) {
    const begin = at + member.length - member.trimStart().length;
    const said = member.trim();
    const literal = readPlain(wanted, said) ?? readLiteralByRule(wanted, said, begin);
    if ('problem' in literal) return literal;
    values.push(literal.value);
    texts.push(literal.text);
    if (one && values.length > 1) {
      return { problem: `takes one value, and here is a second`, at: begin, isTest: false };
    }
    at += member.length + 1;
  }
  return { values, text: texts.join(', ') };
}

function readMember(wanted: Wanted | undefined, text: string, at: number): Fact | FactFault {
  const short = readPlain(wanted, text);
  return short === undefined
    ? readMemberByRule(wanted, text, at)
    : { values: [short.value], text: short.text };
}

/** The long path, which decides what the short one has to say. */
export function readMemberByRule(wanted: Wanted | undefined, text: string, at: number): Fact | FactFault {
  const read = readLiteralByRule(wanted, text, at);
  return 'problem' in read ? read : { values: [read.value], text: read.text };
}

function readLiteralByRule(wanted: Wanted | undefined, text: string, at: number): Literal | FactFault {
  if (isTest(wanted, text)) return { problem: 'is said here, not asked for', at, isTest: true };
  const read = readValue(wanted?.type, text);
  if ('problem' in read) return { problem: mismatch(wanted, text, read.problem), at, isTest: false };
  return read;
}

const testWords = /^(?:[<>=!~]|(?:not|has|any|unsaid)(?![\p{L}\p{N}_.+/:-]))/u;

/** A value that takes the short path; nothing where it is not sure. */
function readPlain(wanted: Wanted | undefined, text: string): Literal | undefined {
  const short = readShort(wanted?.type, text);
  if (short === undefined || 'problem' in short) return undefined;
  return short.value.kind === 'string' && mayBeTest(wanted, text) ? undefined : short;
}

/** Of what the short path takes only a string can be a test: one of words, or a range. */
function mayBeTest(wanted: Wanted | undefined, text: string): boolean {
  if (text.startsWith('"')) return false;
  return beginsAsTest(text) || (wanted?.type !== 'string' && text.includes('..'));
}

/** Whether a text begins with a sign or a word of tests. */
export function beginsAsTest(text: string): boolean {
  return testWords.test(text);
}

/** Whether a text that is not quoted is a test and no value: these stand in quotes where a text is meant. */
function isTest(wanted: Wanted | undefined, text: string): boolean {
  if (text.startsWith('"')) return false;
  if (beginsAsTest(text) || text.includes('|') || text.includes('(')) return true;
  return wanted?.type !== 'string' && isRange(wanted, text);
}

function isRange(wanted: Wanted | undefined, text: string): boolean {
  const dots = text.indexOf('..');
  if (dots < 0) return false;
  const ends = [text.slice(0, dots).trim(), text.slice(dots + 2).trim()].filter((end) => end !== '');
  return ends.some((end) => {
    const read = readValue(wanted?.type, end);
    return 'value' in read && read.value.kind !== 'string';
  });
}
