/**
 * SHA-256 (FIPS 180-4) in plain JavaScript, so that a page that came over plain http, where browsers keep their own
 * from it, has the same hashes.
 */

const rounds = 64;
const blockBytes = 64;

/** The first 32 bits of the fractions of square or cube roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const words = new Int32Array(count);
  let found = 0;
  for (let number = 2; found < count; number += 1) {
    if (!isPrime(number)) continue;
    const exact = root(number);
    words[found] = (exact - Math.floor(exact)) * 2 ** 32;
    found += 1;
  }
  return words;
}

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return false;
  return true;
}

const initial = fractions(8, Math.sqrt);
const constants = fractions(rounds, Math.cbrt);
const encoder = new TextEncoder();

/** The digest of a text's UTF-8, in small hexadecimal. */
export function sha256(text: string): string {
  const message = padded(text);
  const view = new DataView(message.buffer);
  const state = initial.slice();
  const schedule = new Int32Array(rounds);
  for (let at = 0; at < message.length; at += blockBytes) {
    fill(schedule, view, at);
    compress(state, schedule);
  }
  let digest = '';
  for (const word of state) digest += (word >>> 0).toString(16).padStart(8, '0');
  return digest;
}

/** The message, a one bit, zeros, and its length in bits: whole blocks. */
function padded(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(text);
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes);
  message.set(bytes);
  message[bytes.length] = 0x80;
  new DataView(message.buffer).setBigUint64(message.length - 8, BigInt(bytes.length) * 8n);
  return message;
}

function fill(schedule: Int32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) schedule[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < rounds; t += 1) {
    const early = schedule[t - 15] as number;
    const late = schedule[t - 2] as number;
    const small0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const small1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    schedule[t] = ((schedule[t - 16] as number) + small0 + (schedule[t - 7] as number) + small1) | 0;
  }
}

/** Every sum is taken to 32 bits at once, so that engines keep to whole numbers. */
function compress(state: Int32Array, schedule: Int32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let t = 0; t < rounds; t += 1) {
    const big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const one = (h + big1 + choice + (constants[t] as number) + (schedule[t] as number)) | 0;
    const big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + big0 + majority) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
