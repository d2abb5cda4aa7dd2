import type { Bounds } from '../bounds.ts';
import type { Header } from '../document.ts';
import { moreBytes } from '../utf8.ts';
import { type ValueBounds, valueBounds } from './bounds.ts';
import type { Problem } from './parts.ts';
import type { Size } from './size.ts';

/** What the values of one document may still take. */
export class Allowance {
  readonly #headerBytes: number;
  readonly #bounds: ValueBounds;
  #values: number;
  #parts: number;
  #steps: number;
  #refusedCharacters = 0;

  constructor({ headerBytes }: Bounds, bounds: ValueBounds = valueBounds) {
    this.#headerBytes = headerBytes;
    this.#bounds = bounds;
    this.#values = bounds.values;
    this.#parts = bounds.expressionParts;
    this.#steps = bounds.regexSteps;
  }

  /** Whether nothing more may be read: what is refused takes long to read, and may be half as long as a header. */
  get isSpent(): boolean {
    const isBeyond = this.#values < 0 || this.#parts < 0 || this.#steps < 0;
    return isBeyond || this.#refusedCharacters > this.#headerBytes / 2;
  }

  /** Counts a header that was read, in canonical text, or says which bound it goes beyond. */
  take({ values, parts, steps }: Size, { name, value }: Header): Problem | undefined {
    this.#values -= values;
    this.#parts -= parts;
    this.#steps -= steps;
    const { values: mostValues, expressionParts, regexSteps } = this.#bounds;
    if (this.#values < 0) return beyond(`${mostValues} values in its sets, tests, expressions and prices`);
    if (this.#parts < 0) return beyond(`${expressionParts} values, names and operators in its expressions`);
    if (this.#steps < 0) return beyond(`${regexSteps} steps in its regular expressions`);
    // With what stands around them: the colon, a blank and the end of the line.
    const room = this.#headerBytes - name.length - 3;
    if (!moreBytes(value, 0, value.length, room)) return undefined;
    const problem = `has more than ${this.#headerBytes} bytes in canonical text`;
    return { problem, code: 'header-too-large' };
  }

  /** Counts a value that is refused. */
  refused(written: string): void {
    this.#refusedCharacters += written.length;
  }
}

/** Whether a document of this size is within the bounds. */
export function isWithin({ values, parts, steps }: Size, bounds: ValueBounds = valueBounds): boolean {
  return values <= bounds.values && parts <= bounds.expressionParts && steps <= bounds.regexSteps;
}

function beyond(bound: string): Problem {
  return { problem: `is beyond the bound of a document: at most ${bound}`, at: 0, code: 'too-many-values' };
}
