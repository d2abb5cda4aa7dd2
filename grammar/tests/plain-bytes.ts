import { bar, blank } from '../values/characters.ts';
import { isPlainNumber, plainWords } from '../values/plain-bytes.ts';
import { units } from '../values/units.ts';
import type { ClauseType } from '../vocabulary/row.ts';
import { testBounds } from './bounds.ts';

const less = 0x3c;
const equal = 0x3d;
const greater = 0x3e;

/**
 * How many values a test of this type has that is written in these bytes of ASCII, where it is surely a bound (`<= 8`,
 * `> 16 GiB`) or words of which one is wanted (`atlas | cms`), in canonical text; 0 where that is not sure. It is a short
 * path of a short path: a property test holds it to what `readTest` says. `text` holds the same bytes.
 */
export function plainTestValues(
  type: ClauseType | undefined,
  bytes: Uint8Array,
  from: number,
  until: number,
  text: string,
): number {
  const first = bytes[from];
  if (first === less || first === greater) return isPlainBound(type, bytes, from, until, text) ? 1 : 0;
  if (type !== undefined && type !== 'string') return 0;
  const values = plainWords(bytes, from, until, bar);
  return values > testBounds.values ? 0 : values;
}

/** A number or an amount with one blank between it and its sign, and its unit. */
function isPlainBound(
  type: ClauseType | undefined,
  bytes: Uint8Array,
  from: number,
  until: number,
  text: string,
): boolean {
  const begin = bytes[from + 1] === equal ? from + 3 : from + 2;
  if (begin >= until || bytes[begin - 1] !== blank) return false;
  let end = begin;
  while (end < until && bytes[end] !== blank) end += 1;
  if (end === until) return (type === undefined || type === 'number') && isPlainNumber(bytes, begin, until);
  const dimension = units.get(text.slice(end + 1, until))?.dimension;
  return (
    dimension !== undefined && (type === undefined || type === dimension) && isPlainNumber(bytes, begin, end)
  );
}
