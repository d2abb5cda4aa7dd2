/**
 * Where UTF-8 (RFC 3629) goes wrong: the index of the first byte of the first sequence that is none.
 * Returns the length where nothing is wrong.
 */
export function invalidByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return bytes.length;
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0) === 0xe0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let next = 1; next < length; next += 1) {
    const [least, most] = next === 1 ? secondByte(first) : [0x80, 0xbf];
    const byte = bytes[at + next] ?? 0;
    if (byte < least || byte > most) return 0;
  }
  return length;
}

/** The second byte's range leaves out overlong forms, surrogates and what lies beyond U+10FFFF. */
function secondByte(first: number): [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

/** Whether a part of a text has more bytes of UTF-8 than `bound`; a character has three at most for each unit. */
export function moreBytes(text: string, from: number, to: number, bound: number): boolean {
  if ((to - from) * 3 <= bound) return false;
  return to - from > bound || byteCount(text.slice(from, to)) > bound;
}

const encoder = new TextEncoder();

const ascii = /^\p{ASCII}*$/u;

/** How many bytes of UTF-8 a text has. */
export function byteCount(text: string): number {
  // Nearly all text is of characters of one byte, which need not be encoded to be counted.
  return ascii.test(text) ? text.length : encoder.encode(text).length;
}
