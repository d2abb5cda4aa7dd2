import { caseVariants } from './case.ts';
import { type CharacterClass, takes } from './character-class.ts';
import { neighbour, nothing } from './neighbour.ts';

const asciiSize = 128;

/** Characters beyond ASCII whose kind is remembered. */
const mostOthers = 256;

/** Few expressions tell more kinds of characters apart. */
const mostKinds = 64;

/** Of a character that is of none of the kinds that are remembered. */
export const unkept = -1;
const unknown = -2;

/**
 * What a program can tell of a character: which of its takes take it, as bits, and what it is to an assertion.
 * Characters of which that is the same are of one kind, and there are few kinds.
 */
export class Alphabet {
  readonly #classes: readonly CharacterClass[];
  /** By class the bits of the takes that have it, and the first of the words that are not empty. */
  readonly #members: readonly Int32Array[];
  readonly #firsts: readonly number[];
  /** By code plus one, for the first is that of `nothing`. */
  readonly #ascii = new Int8Array(asciiSize + 1).fill(unknown);
  readonly #others = new Map<number, number>();
  /** By kind the takes that take it. */
  readonly #kinds: Int32Array[] = [];
  readonly #byKey = new Map<string, number>();
  /** The takes of the character that was looked at last. */
  readonly #last: Int32Array;
  readonly #isInsensitive: boolean;

  /** `takesOf` are the classes of the takes, in their order; a set of them has `words` words. */
  constructor(takesOf: readonly CharacterClass[], words: number) {
    const members = new Map<CharacterClass, Int32Array>();
    for (const [index, of] of takesOf.entries()) {
      const bits = members.get(of) ?? new Int32Array(words);
      bits[index >> 5] = (bits[index >> 5] as number) | (1 << (index & 31));
      members.set(of, bits);
    }
    this.#classes = [...members.keys()];
    const all = [...members.values()];
    this.#firsts = all.map((bits) => bits.findIndex((word) => word !== 0));
    this.#members = all.map((bits, index) =>
      bits.slice(this.#firsts[index], bits.findLastIndex((word) => word !== 0) + 1),
    );
    this.#last = new Int32Array(words);
    this.#isInsensitive = this.#classes.some(({ insensitive }) => insensitive);
  }

  /** The number of the character's kind, or `unkept`. */
  kindOf(code: number): number {
    if (code < asciiSize) {
      const known = this.#ascii[code + 1] as number;
      if (known !== unknown) return known;
      const kind = this.#find(code);
      if (kind !== unkept) this.#ascii[code + 1] = kind;
      return kind;
    }
    const known = this.#others.get(code);
    if (known !== undefined) return known;
    const kind = this.#find(code);
    if (kind !== unkept && this.#others.size < mostOthers) this.#others.set(code, kind);
    return kind;
  }

  /** The takes that take the character; good until the next is asked for. */
  takenBy(code: number): Int32Array {
    const kind = this.kindOf(code);
    return kind === unkept ? this.#last : (this.#kinds[kind] as Int32Array);
  }

  #find(code: number): number {
    const bits = this.#last.fill(0);
    if (code !== nothing) this.#fill(bits, code);
    if (this.#kinds.length >= mostKinds) return unkept;
    const key = neighbour(code) + String.fromCharCode(...new Uint16Array(bits.buffer));
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const kind = this.#kinds.push(bits.slice()) - 1;
    this.#byKey.set(key, kind);
    return kind;
  }

  #fill(bits: Int32Array, code: number): void {
    const variants = this.#isInsensitive ? caseVariants(code) : [];
    const classes = this.#classes;
    for (let index = 0; index < classes.length; index += 1) {
      if (!takes(classes[index] as CharacterClass, code, variants)) continue;
      const members = this.#members[index] as Int32Array;
      const first = this.#firsts[index] as number;
      for (let word = 0; word < members.length; word += 1) {
        bits[first + word] = (bits[first + word] as number) | (members[word] as number);
      }
    }
  }
}
