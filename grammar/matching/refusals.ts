import type { Test } from '../tests/test.ts';
import { Closest } from './tally.ts';

/** How many of the Tells' own tests of one name an Ask does not pass. */
export class Refusals {
  readonly spelled: string;
  readonly name: string;
  readonly nearest = new Closest();
  /** The nearest of those that alone keep a Tell from matching. */
  readonly opening = new Closest();
  /** The test of `opening`. */
  openingTest: Test | undefined;
  no = 0;
  unsaid = 0;
  /** When the first Tell was told of which it was counted, and the place of the test in it. */
  told = Number.POSITIVE_INFINITY;
  place = 0;

  constructor(spelled: string, name: string) {
    this.spelled = spelled;
    this.name = name;
  }
}
