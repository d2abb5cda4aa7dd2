import { unkept } from './alphabet.ts';
import { edge, type Neighbour, neighbour, nothing } from './neighbour.ts';
import type { Program } from './program.ts';
import { Simulation } from './search.ts';

/** Where a search stands between two characters. */
interface State {
  /** The takes that took the character before, as bits. */
  readonly from: Int32Array;
  readonly before: Neighbour;
  /** Whether no way is left, for a match begins with the text. */
  readonly isLost: boolean;
  /** What follows a character, by its kind, once it is known. */
  readonly next: (State | typeof found | undefined)[];
}

const found = 'found';

/** So many searches that needed more states than may be remembered, and nothing is remembered any more. */
const mostOverflows = 3;

/**
 * Searches texts by a deterministic automaton whose states are made as texts need them. Their number is bounded: a
 * search that needs more goes on by the simulation alone, and the next one begins with none.
 */
export class Automaton {
  readonly #simulation: Simulation;
  readonly #bound: number;
  readonly #states = new Map<string, State>();
  readonly #buffer: Int32Array;
  readonly #nowhere: Int32Array;
  /** Where every search begins. */
  #begin: State | undefined;
  #overflows = 0;

  constructor(program: Program, states: number) {
    this.#simulation = new Simulation(program);
    this.#bound = states;
    this.#buffer = new Int32Array(this.#simulation.words);
    this.#nowhere = new Int32Array(this.#simulation.words);
  }

  finds(text: string): boolean {
    if (this.#overflows >= mostOverflows) return this.#findsFrom(this.#nowhere, edge, text, 0);
    this.#begin ??= this.#state(this.#nowhere, edge);
    const { alphabet } = this.#simulation;
    let state = this.#begin;
    let at = 0;
    while (at <= text.length) {
      const code = codeAt(text, at);
      const kind = alphabet.kindOf(code);
      const next: State | typeof found | undefined = state.next[kind] ?? this.#follow(state, code, kind);
      if (next === found) return true;
      if (next === undefined) {
        this.#forget();
        return this.#findsFrom(state.from, state.before, text, at);
      }
      if (next.isLost) return false;
      state = next;
      at += code > 0xffff ? 2 : 1;
    }
    return false;
  }

  /** What is remembered did not serve this text; the next may be of another kind. */
  #forget(): void {
    this.#states.clear();
    this.#begin = undefined;
    this.#overflows += 1;
  }

  /** Searches on without remembering anything. */
  #findsFrom(begin: Int32Array, neighbourBefore: Neighbour, text: string, start: number): boolean {
    let from = begin.slice();
    let before = neighbourBefore;
    let to = new Int32Array(from.length);
    let at = start;
    while (at <= text.length) {
      const code = codeAt(text, at);
      if (this.#simulation.step(from, before, code, to)) return true;
      before = neighbour(code);
      [from, to] = [to, from];
      if (this.#simulation.isAnchored && from.every(isEmpty)) return false;
      at += code > 0xffff ? 2 : 1;
    }
    return false;
  }

  /** Makes the transition; undefined where nothing more may be remembered. */
  #follow(state: State, code: number, kind: number): State | typeof found | undefined {
    if (this.#states.size >= this.#bound || kind === unkept) return undefined;
    const isFound = this.#simulation.step(state.from, state.before, code, this.#buffer);
    const next = isFound ? found : this.#state(this.#buffer, neighbour(code));
    state.next[kind] = next;
    return next;
  }

  /** `taken` may be written over afterwards. */
  #state(taken: Int32Array, before: Neighbour): State {
    const key = before + String.fromCharCode(...new Uint16Array(taken.buffer));
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state: State = {
      from: taken.slice(),
      before,
      isLost: this.#simulation.isAnchored && taken.every(isEmpty),
      next: [],
    };
    this.#states.set(key, state);
    return state;
  }
}

function isEmpty(word: number): boolean {
  return word === 0;
}

function codeAt(text: string, at: number): number {
  if (at >= text.length) return nothing;
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
}
