/** Characters of ASCII that values are told apart by. */
export const blank = 0x20;
export const quote = 0x22;
export const percent = 0x25;
export const comma = 0x2c;
export const minus = 0x2d;
export const dot = 0x2e;
export const zero = 0x30;
export const backslash = 0x5c;
export const underscore = 0x5f;
export const bar = 0x7c;

export function isDigit(code: number): boolean {
  return code >= zero && code < zero + 10;
}

/** Of ASCII. */
export function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

/** A letter, a digit or one of `+ - . / : _`. */
export function isInWord(code: number): boolean {
  // Of the signs from + to : only the comma is none.
  return isLetter(code) || (code >= 0x2b && code <= 0x3a && code !== comma) || code === underscore;
}
