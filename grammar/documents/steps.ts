import type { Language } from '../document.ts';
import type { Form } from './form.ts';
import type { Line } from './line.ts';
import type { Name } from './name.ts';
import type { Order } from './orders.ts';
import type { Word } from './word.ts';

/** What a Tell was that came this way. */
export interface End {
  readonly language: Language;
  readonly version: string;
  readonly order: Order;
  readonly form: Form;
}

/** Names that are kept after one: with more, the one that was met last drives out the one that was not met for longest. */
const mostNext = 8;
/** Bytes of a line that is guessed; a longer one is looked up. */
const guessBytes = 64;

const encoder = new TextEncoder();
const lineFeed = 0x0a;

/**
 * A name at its place in documents: which names came before it, all of them, and which after; and as a guess the line that it
 * last was, if any is kept.
 */
export class Step {
  readonly name: Name;
  /** What a Tell says by it. */
  readonly word: Word;
  readonly isFact: boolean;
  readonly isTest: boolean;
  /** Of the name, with what stands before the value: a colon and a blank. */
  readonly nameBytes: number;
  /** What followed it, the last that was met first. */
  readonly next: Step[] = [];
  /** What the documents were that ended here. */
  end: End | undefined;
  /** The line that it last was. */
  line: Line | undefined;
  /** The name, and behind it the value of that line and the end of it. */
  readonly #guess: Uint8Array;
  #guessed: number;

  constructor(name: Name) {
    const bytes = encoder.encode(`${name.written}: `);
    this.name = name;
    this.word = name.word('teller');
    this.isFact = this.word.role === 'fact';
    this.isTest = this.word.role === 'test';
    this.nameBytes = bytes.length;
    this.#guess = new Uint8Array(Math.max(bytes.length, guessBytes));
    this.#guess.set(bytes);
    this.#guessed = bytes.length;
  }

  /** How many bytes from `at` on are as they were last: at least `nameBytes` where the name stands there. */
  alike(bytes: Uint8Array, at: number): number {
    const [guess, length] = [this.#guess, this.#guessed];
    let count = 0;
    while (count < length && guess[count] === bytes[at + count]) count += 1;
    return count;
  }

  /** Whether so many bytes alike are the whole line that it last was. */
  isWhole(alike: number): boolean {
    return this.line !== undefined && alike === this.#guessed;
  }

  /** Guesses a line from now on, whose value is these bytes; none where that is not kept. */
  guess(line: Line | undefined, bytes: Uint8Array, from: number, to: number): void {
    const [guess, begin] = [this.#guess, this.nameBytes];
    const length = begin + to - from + 1;
    const isGuessed = line !== undefined && length <= guess.length;
    this.line = isGuessed ? line : undefined;
    this.#guessed = isGuessed ? length : begin;
    if (!isGuessed) return;
    for (let next = 0; next < to - from; next += 1) guess[begin + next] = bytes[from + next] as number;
    guess[length - 1] = lineFeed;
  }
}

/** The step whose name stands here, which comes first from now on. */
export function stepAt(steps: Step[], bytes: Uint8Array, at: number): Step | undefined {
  for (let place = 0; place < steps.length; place += 1) {
    const step = steps[place] as Step;
    if (step.alike(bytes, at) < step.nameBytes) continue;
    if (place > 0) {
      steps.splice(place, 1);
      steps.unshift(step);
    }
    return step;
  }
  return undefined;
}

/** A step of a name that is not among those that follow. */
export function addStep(name: Name, among: Step[]): Step {
  const step = new Step(name);
  if (among.length === mostNext) among.pop();
  among.unshift(step);
  return step;
}
