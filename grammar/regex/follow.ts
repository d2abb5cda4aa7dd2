import { holds } from './neighbour.ts';
import type { Program } from './program.ts';

/** Where a search may go from each take of a program, at a place between two characters; sets of takes are bits. */
export interface Follow {
  /** The takes that may come after take n, from word n × words on. */
  readonly after: Int32Array;
  /** The first of the words after take n that is not empty, and one more than the last: few are in most programs. */
  readonly firsts: Uint8Array;
  readonly ends: Uint8Array;
  /** Takes after which only the next one may come: for all of these at once a shift says so. */
  readonly simple: Int32Array;
  /** Takes after which the expression may be found. */
  readonly finds: Int32Array;
  /** The takes with which a match may begin. */
  readonly start: Int32Array;
  /** Whether the expression is found without taking anything. */
  readonly startFinds: boolean;
}

/** `takes` are the places of the takes in the program. */
export function followOf(
  program: Program,
  takes: readonly number[],
  words: number,
  before: number,
  after: number,
): Follow {
  const numbers = new Map(takes.map((at, number) => [at, number]));
  const follow = {
    after: new Int32Array(takes.length * words),
    firsts: new Uint8Array(takes.length),
    ends: new Uint8Array(takes.length),
    simple: new Int32Array(words),
    finds: new Int32Array(words),
    start: new Int32Array(words),
  };
  /** Adds what is reached from `at` without taking anything, and says how many takes that are, and whether it is found. */
  const reach = (begin: number, bits: Int32Array, from: number): { count: number; finds: boolean } => {
    const seen = new Uint8Array(program.length);
    const open = [begin];
    let [count, finds] = [0, false];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen[at] === 1) continue;
      seen[at] = 1;
      const instruction = program[at];
      if (instruction?.kind === 'take') {
        set(bits, numbers.get(at) ?? 0, from);
        count += 1;
      } else if (instruction?.kind === 'fork') open.push(instruction.next, instruction.other);
      else if (instruction?.kind === 'found') finds = true;
      else if (instruction !== undefined && holds(instruction.assertion, before, after))
        open.push(instruction.next);
    }
    return { count, finds };
  };
  for (const [number, at] of takes.entries()) {
    const { count, finds } = reach(at + 1, follow.after, number * words);
    if (finds) set(follow.finds, number, 0);
    else if (count === 1 && program[at + 1]?.kind === 'take') set(follow.simple, number, 0);
    const reached = follow.after.subarray(number * words, (number + 1) * words);
    follow.firsts[number] = Math.max(0, reached.findIndex(isFilled));
    follow.ends[number] = reached.findLastIndex(isFilled) + 1;
  }
  return { ...follow, startFinds: reach(0, follow.start, 0).finds };
}

function isFilled(word: number): boolean {
  return word !== 0;
}

function set(bits: Int32Array, number: number, from: number): void {
  const word = from + (number >> 5);
  bits[word] = (bits[word] as number) | (1 << (number & 31));
}
