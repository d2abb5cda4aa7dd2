import type { Facts } from '../expressions/index.ts';
import { stepsOf } from '../matching/effort.ts';
import { regexBounds } from '../regex/bounds.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';

/** How long something may take, where a look at a table is 1. It counts too much rather than too little. */
export interface Effort {
  /** Of what is short. */
  readonly effort: number;
  /** For each character of the texts that it reads. */
  readonly perCharacter: number;
}

/** Characters of a test or a condition that take about as long as a look at a table. */
const charactersALook = 16;
/** Characters of a text that do, where they are no more than compared. */
const comparedALook = 8;
/** Steps of a regular expression that do, each gone through for one character of a text. */
const stepsALook = 32;

/** Of a test in canonical text. */
export function effortOfTest(header: string, test: Test): Effort {
  return effortOf(header, stepsOf(test));
}

/** Of a condition in canonical text. */
export function effortOfCondition(text: string): Effort {
  return effortOf(text, text.includes('~') ? regexBounds.steps : 0);
}

function effortOf(text: string, steps: number): Effort {
  return { effort: 1 + text.length / charactersALook, perCharacter: 1 / comparedALook + steps / stepsALook };
}

/** Of a test that is put to a fact. */
export function effortOn({ effort, perCharacter }: Effort, { values, text }: Fact): number {
  return effort * values.length + perCharacter * text.length;
}

/** Characters of what is said under some names. */
export function charactersOf(facts: Facts, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (facts.get(name)?.text.length ?? 0), 0);
}
