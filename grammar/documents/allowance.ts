import type { Bounds } from '../bounds.ts';
import { moreBytes } from '../utf8.ts';
import { type ValueBounds, valueBounds } from './bounds.ts';
import type { PartReading } from './party.ts';
import type { Size } from './size.ts';

const oneValue: Size = { values: 1, steps: 0 };

/** What the values of one document may still take. */
export class Allowance {
  readonly #headerBytes: number;
  readonly #bounds: ValueBounds;
  #values: number;
  #steps: number;
  #refusedCharacters = 0;

  constructor({ headerBytes }: Bounds, bounds: ValueBounds = valueBounds) {
    this.#headerBytes = headerBytes;
    this.#bounds = bounds;
    this.#values = bounds.values;
    this.#steps = bounds.regexSteps;
  }

  /** Whether nothing more may be read: what is refused takes long to read, and may be half as long as a header. */
  get isSpent(): boolean {
    return this.#values < 0 || this.#steps < 0 || this.#refusedCharacters > this.#headerBytes / 2;
  }

  /** Counts what was read of a header's value, and refuses what goes beyond a bound. */
  take(read: PartReading, name: string, written: string): PartReading {
    if ('problem' in read) {
      this.#refusedCharacters += written.length;
      return read;
    }
    const { values, steps } = read.size ?? oneValue;
    this.#values -= values;
    this.#steps -= steps;
    const { values: mostValues, regexSteps } = this.#bounds;
    const headerBytes = this.#headerBytes;
    if (this.#values < 0) return beyond(`${mostValues} values in its sets, tests, expressions and prices`);
    if (this.#steps < 0) return beyond(`${regexSteps} steps in its regular expressions`);
    // With what stands around them: the colon, a blank and the end of the line.
    const room = headerBytes - name.length - 3;
    if (!moreBytes(read.text, 0, read.text.length, room)) return read;
    this.#refusedCharacters += written.length;
    return { problem: `has more than ${headerBytes} bytes in canonical text`, code: 'header-too-large' };
  }
}

function beyond(bound: string): PartReading {
  return { problem: `is beyond the bound of a document: at most ${bound}`, at: 0, code: 'too-many-values' };
}
