import { Alphabet } from './alphabet.ts';
import { type Follow, followOf } from './follow.ts';
import { type Neighbour, neighbour, neighbours } from './neighbour.ts';
import type { Program } from './program.ts';

/**
 * All ways through a program at once, after Thompson and Glushkov: where a search stands is the set of takes that took
 * the character before, as bits, so that a character costs a few operations for each word of bits, and of each take
 * that has more than one way on. The search may begin at every place.
 */
export class Simulation {
  /** Words of a set of takes. */
  readonly words: number;
  /** Whether a match begins with the text: then a search ends where no way is left. */
  readonly isAnchored: boolean;
  readonly alphabet: Alphabet;
  readonly #program: Program;
  readonly #takes: readonly number[];
  readonly #hasAssertions: boolean;
  /** By what stands before and after, made when first met; always the first where nothing is asserted. */
  readonly #follow: (Follow | undefined)[] = [];

  constructor(program: Program) {
    const [first] = program;
    this.isAnchored = first?.kind === 'assert' && first.assertion === 'start';
    this.#program = program;
    const takes = [...program.entries()].flatMap(([at, instruction]) =>
      instruction.kind === 'take' ? [{ at, of: instruction.of }] : [],
    );
    this.#takes = takes.map(({ at }) => at);
    this.words = (takes.length >> 5) + 1;
    this.alphabet = new Alphabet(
      takes.map(({ of }) => of),
      this.words,
    );
    this.#hasAssertions = program.some(({ kind }) => kind === 'assert');
  }

  /** Writes to `to` where the search stands after one more character; true where it is found before that. */
  step(from: Int32Array, before: Neighbour, code: number, to: Int32Array): boolean {
    const { after, firsts, ends, simple, finds, start, startFinds } = this.#followAt(before, code);
    if (startFinds) return true;
    const words = this.words;
    to.set(start);
    let carry = 0;
    for (let word = 0; word < words; word += 1) {
      const bits = from[word] as number;
      if ((bits & (finds[word] as number)) !== 0) return true;
      const shifted = bits & (simple[word] as number);
      to[word] = (to[word] as number) | (shifted << 1) | carry;
      carry = shifted >>> 31;
      for (let left = bits & ~(simple[word] as number); left !== 0; left &= left - 1) {
        const take = (word << 5) + 31 - Math.clz32(left & -left);
        const begin = take * words;
        const end = ends[take] as number;
        for (let each = firsts[take] as number; each < end; each += 1) {
          to[each] = (to[each] as number) | (after[begin + each] as number);
        }
      }
    }
    const taken = this.alphabet.takenBy(code);
    for (let word = 0; word < words; word += 1) to[word] = (to[word] as number) & (taken[word] as number);
    return false;
  }

  #followAt(before: Neighbour, code: number): Follow {
    const after = neighbour(code);
    const place = this.#hasAssertions ? before * neighbours + after : 0;
    const known = this.#follow[place];
    if (known !== undefined) return known;
    const follow = followOf(this.#program, this.#takes, this.words, before, after);
    this.#follow[place] = follow;
    return follow;
  }
}
