/** SHA-256 (FIPS 180-4) of bytes as they come: for pages, whose own takes only what is whole in memory. */
export class Sha256 {
  readonly #state = Uint32Array.from(roots(8, 1 / 2));
  readonly #words = new Uint32Array(64);
  readonly #block = new Uint8Array(blockBytes);
  readonly #view = new DataView(this.#block.buffer);
  /** Bytes of the block that are in use. */
  #used = 0;
  #bytes = 0;

  update(bytes: Uint8Array): this {
    this.#bytes += bytes.length;
    for (let from = 0; from < bytes.length; ) {
      const fits = bytes.subarray(from, from + blockBytes - this.#used);
      this.#block.set(fits, this.#used);
      this.#used += fits.length;
      from += fits.length;
      if (this.#used === blockBytes) this.#compress();
    }
    return this;
  }

  /** In small hexadecimal. Nothing may come after it. */
  digest(): string {
    const bits = BigInt(this.#bytes) * 8n;
    this.#block[this.#used++] = 0x80;
    if (this.#used > blockBytes - 8) {
      this.#block.fill(0, this.#used);
      this.#compress();
    }
    this.#block.fill(0, this.#used);
    this.#view.setBigUint64(blockBytes - 8, bits);
    this.#compress();
    return [...this.#state].map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  #compress(): void {
    this.#used = 0;
    const words = this.#words;
    for (let at = 0; at < 16; at += 1) words[at] = this.#view.getUint32(at * 4);
    for (let at = 16; at < 64; at += 1) {
      const early = words[at - 15]!;
      const late = words[at - 2]!;
      const mixedEarly = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const mixedLate = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[at] = words[at - 16]! + mixedEarly + words[at - 7]! + mixedLate;
    }
    const state = this.#state;
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let at = 0; at < 64; at += 1) {
      const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + mixed + ((e & f) ^ (~e & g)) + constants[at]! + words[at]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}

const blockBytes = 64;

const constants = Uint32Array.from(roots(64, 1 / 3));

/** The first 32 bits of the fractions of the square or cube roots of the first primes. */
function roots(count: number, power: number): number[] {
  const primes: number[] = [];
  for (let one = 2; primes.length < count; one += 1)
    if (primes.every((prime) => one % prime > 0)) primes.push(one);
  return primes.map((prime) => Math.floor((prime ** power % 1) * 2 ** 32));
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
