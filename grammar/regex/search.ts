import { type CharacterClass, takes } from './character-class.ts';
import type { Program } from './program.ts';
import type { Assertion } from './syntax.ts';

/** Stands for the character after the last, and the one before the first. */
export const nothing = -1;

/** What stands on one side of a place in a text. */
export type Neighbour = 0 | 1 | 2 | 3;
const edge = 0;
const newline = 1;
const word = 2;
const other = 3;

const take = 0;
const fork = 1;
const assertion = 2;
const end = 3;

/** Returned by `step` where the expression is found. */
export const found = -1;

/**
 * Steps of Pike's simulation: all ways through the program at once, so that a character costs at most one visit of
 * each instruction, whatever the expression. The search may begin at every place. The program stands in typed arrays,
 * for a step of a thousand instructions is taken for each character of a hostile text.
 */
export class Simulation {
  readonly size: number;
  /** Whether a match begins with the text: then a search ends where no way is left. */
  readonly #isAnchored: boolean;
  readonly #kinds: Uint8Array;
  readonly #next: Int32Array;
  /** The other way of a fork, the class of what is taken, or the place in `#assertions`. */
  readonly #other: Int32Array;
  readonly #classes: readonly CharacterClass[];
  readonly #assertions: readonly Assertion[];
  /** By class: the mark of the step that asked it, negative where it took the character. */
  readonly #asked: Int32Array;
  readonly #marks: Int32Array;
  readonly #stack: Int32Array;
  #mark = 0;

  constructor(program: Program) {
    const [first] = program;
    this.#isAnchored = first?.kind === 'assert' && first.assertion === 'start';
    this.size = program.length + 1;
    this.#kinds = new Uint8Array(program.length);
    this.#next = new Int32Array(program.length);
    this.#other = new Int32Array(program.length);
    const classes = new Map<CharacterClass, number>();
    const assertions: Assertion[] = [];
    for (const [at, instruction] of program.entries()) {
      switch (instruction.kind) {
        case 'take': {
          const known = classes.get(instruction.of) ?? classes.size;
          classes.set(instruction.of, known);
          this.#set(at, take, at + 1, known);
          break;
        }
        case 'fork':
          this.#set(at, fork, instruction.next, instruction.other);
          break;
        case 'assert':
          this.#set(at, assertion, instruction.next, assertions.push(instruction.assertion) - 1);
          break;
        case 'found':
          this.#set(at, end, at, at);
      }
    }
    this.#classes = [...classes.keys()];
    this.#assertions = assertions;
    this.#asked = new Int32Array(classes.size);
    this.#marks = new Int32Array(program.length);
    // An instruction may be pushed by each of two ways to it and once by the place, before its first visit.
    this.#stack = new Int32Array(3 * program.length + 3);
  }

  #set(at: number, kind: number, next: number, more: number): void {
    this.#kinds[at] = kind;
    this.#next[at] = next;
    this.#other[at] = more;
  }

  /**
   * From the first `count` instructions of `from` over one character: writes those from which the search goes on to
   * `to` and returns their number, or `found` where the expression is found before the character.
   */
  step(from: Int32Array, count: number, before: Neighbour, code: number, to: Int32Array): number {
    const [kinds, next, more] = [this.#kinds, this.#next, this.#other];
    const [marks, stack] = [this.#marks, this.#stack];
    this.#mark += 1;
    const mark = this.#mark;
    let left = 0;
    for (let begin = 0; begin < count; begin += 1) {
      stack[0] = from[begin] as number;
      let depth = 1;
      while (depth > 0) {
        depth -= 1;
        const at = stack[depth] as number;
        if (marks[at] === mark) continue;
        marks[at] = mark;
        const kind = kinds[at];
        if (kind === take) {
          if (this.#takes(more[at] as number, code, mark)) to[left++] = next[at] as number;
        } else if (kind === fork) {
          stack[depth++] = more[at] as number;
          stack[depth++] = next[at] as number;
        } else if (kind === assertion) {
          const said = this.#assertions[more[at] as number];
          if (said !== undefined && holds(said, before, neighbour(code))) stack[depth++] = next[at] as number;
        } else {
          return found;
        }
      }
    }
    if (this.#isAnchored) return left;
    // The beginning of the program, for a match that begins after this character.
    to[left] = 0;
    return left + 1;
  }

  /** A class is asked once a step, in however many instructions it stands. */
  #takes(index: number, code: number, mark: number): boolean {
    const asked = this.#asked[index];
    if (asked === mark) return false;
    if (asked === -mark) return true;
    const of = this.#classes[index];
    const taken = code !== nothing && of !== undefined && takes(of, code);
    this.#asked[index] = taken ? -mark : mark;
    return taken;
  }
}

export function neighbour(code: number): Neighbour {
  if (code === nothing) return edge;
  if (code === 0x0a) return newline;
  const letter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return letter || (code >= 0x30 && code <= 0x39) || code === 0x5f ? word : other;
}

function holds(said: Assertion, before: Neighbour, after: Neighbour): boolean {
  switch (said) {
    case 'start':
      return before === edge;
    case 'end':
      return after === edge;
    case 'lineStart':
      return before === edge || before === newline;
    case 'lineEnd':
      return after === edge || after === newline;
    case 'boundary':
      return (before === word) !== (after === word);
    case 'notBoundary':
      return (before === word) === (after === word);
  }
}
