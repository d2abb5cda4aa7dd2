import type { Program } from './program.ts';
import { found, type Neighbour, neighbour, nothing, Simulation } from './search.ts';

/** Where a search stands between two characters. */
interface State {
  /** The instructions from which it goes on, in order. */
  readonly from: Int32Array;
  readonly before: Neighbour;
  /** What follows each character of ASCII, once it is known. */
  readonly ascii: (State | typeof found | undefined)[];
  readonly others: Map<number, State | typeof found>;
}

const asciiSize = 128;

/**
 * Searches texts by a deterministic automaton whose states are made as texts need them. Their number is bounded: a
 * search that needs more goes on by the simulation alone, and the next one begins with none.
 */
export class Automaton {
  readonly #simulation: Simulation;
  readonly #bound: number;
  readonly #states = new Map<string, State>();
  readonly #buffer: Int32Array;
  /** Transitions by characters beyond ASCII, which are bounded too. */
  #transitions = 0;

  constructor(program: Program, states: number) {
    this.#simulation = new Simulation(program);
    this.#bound = states;
    this.#buffer = new Int32Array(this.#simulation.size);
  }

  finds(text: string): boolean {
    let state = this.#state(new Int32Array(1), neighbour(nothing));
    let at = 0;
    while (at <= text.length) {
      const code = codeAt(text, at);
      const known = code >= 0 && code < asciiSize ? state.ascii[code] : state.others.get(code);
      const next: State | typeof found | undefined = known ?? this.#follow(state, code);
      if (next === found) return true;
      if (next === undefined) return this.#findsFrom(state, text, at);
      if (next.from.length === 0) return false;
      state = next;
      at += code > 0xffff ? 2 : 1;
    }
    return false;
  }

  #findsFrom(begin: State, text: string, start: number): boolean {
    // What is remembered did not serve this text; the next may be of another kind.
    this.#states.clear();
    this.#transitions = 0;
    let from: Int32Array = new Int32Array(this.#simulation.size);
    let to: Int32Array = new Int32Array(this.#simulation.size);
    from.set(begin.from);
    let { before } = begin;
    let count = begin.from.length;
    let at = start;
    while (at <= text.length) {
      const code = codeAt(text, at);
      count = this.#simulation.step(from, count, before, code, to);
      if (count === found) return true;
      if (count === 0) return false;
      before = neighbour(code);
      [from, to] = [to, from];
      at += code > 0xffff ? 2 : 1;
    }
    return false;
  }

  /** Makes the transition; undefined where nothing more may be remembered. */
  #follow(state: State, code: number): State | typeof found | undefined {
    if (this.#states.size >= this.#bound || this.#transitions >= this.#bound * asciiSize) return undefined;
    const { from, before } = state;
    const count = this.#simulation.step(from, from.length, before, code, this.#buffer);
    const next = count === found ? found : this.#state(this.#buffer.slice(0, count).sort(), neighbour(code));
    if (code >= 0 && code < asciiSize) {
      state.ascii[code] = next;
    } else {
      state.others.set(code, next);
      this.#transitions += 1;
    }
    return next;
  }

  #state(from: Int32Array, before: Neighbour): State {
    const key = `${before} ${from.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state: State = { from, before, ascii: new Array(asciiSize).fill(undefined), others: new Map() };
    this.#states.set(key, state);
    return state;
  }
}

function codeAt(text: string, at: number): number {
  if (at >= text.length) return nothing;
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
}
