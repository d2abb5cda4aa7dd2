import { regexBounds } from '../regex/bounds.ts';
import type { Test } from '../tests/test.ts';

/**
 * What work takes, so that slices of it can be made of about the same size: one is the verdict of a short test on a short
 * fact. It counts too much rather than too little, for then a slice is only shorter than it could be.
 */

/** Characters that are compared for as much as a small fact. */
export const charactersAnEffort = 64;

/** Characters of a test or condition that are gone through for as much as a short one. */
export const charactersATest = 256;

/** What is done in one slice where no verdict takes long: some thousand microseconds at most. */
export const effortASlice = 1024;

/** Characters that a step of a regular expression counts for: each is gone through for each character of a text. */
const charactersAStep = 8;

/** What a text takes to be compared, as often as a short one. */
export function textEffort(text: string): number {
  return 1 + Math.floor(text.length / charactersAnEffort);
}

/** The same of a test in canonical text, whose expressions may be larger than they look. */
export function testEffort(text: string, test: Test): number {
  return 1 + Math.floor((text.length + charactersAStep * stepsOf(test)) / charactersATest);
}

/** The same of conditions in canonical text. */
export function conditionEffort(text: string): number {
  const steps = text.includes('~') ? regexBounds.steps : 0;
  return 1 + Math.floor((text.length + charactersAStep * steps) / charactersATest);
}

/** Steps of the regular expressions in a test. */
export function stepsOf(test: Test): number {
  switch (test.kind) {
    case 'and':
    case 'or':
      return test.tests.reduce((sum, each) => sum + stepsOf(each), 0);
    case 'not':
    case 'group':
      return stepsOf(test.test);
    case 'matches':
      return test.expression.steps;
    default:
      return 0;
  }
}
