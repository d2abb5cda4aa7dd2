import type { Fact } from '../values/fact.ts';
import { type FactOrText, factOf } from '../values/fact-text.ts';

/**
 * What one side says, by name, in the order in which it was said. Who reads it from first to last needs no more than a
 * list, and to a table of Tells that is all: by name it is found from when somebody first asks for that.
 */
export class FactList implements ReadonlyMap<string, Fact> {
  #names: readonly string[];
  /** Whether other lists have the same names, so that they may not change. */
  #isShared: boolean;
  readonly #said: FactOrText[];
  #places: ReadonlyMap<string, number> | undefined;

  /**
   * `names`, none of which stands twice, stay the caller's; there is something said under each. `places` are those of the
   * names in their list, where they are known.
   */
  constructor(names?: readonly string[], said: FactOrText[] = [], places?: ReadonlyMap<string, number>) {
    this.#names = names ?? [];
    this.#isShared = names !== undefined;
    this.#said = said;
    this.#places = places;
  }

  get size(): number {
    return this.#names.length;
  }

  /** In the order in which they were said; lists of the same names may have this in common. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** What is said under each of the names. */
  get said(): readonly FactOrText[] {
    return this.#said;
  }

  /** Says a fact of a name that is not among the others. */
  add(name: string, fact: Fact): void {
    if (this.#isShared) this.#unshare();
    (this.#places as Map<string, number> | undefined)?.set(name, this.#names.length);
    (this.#names as string[]).push(name);
    this.#said.push(fact);
  }

  #unshare(): void {
    this.#names = [...this.#names];
    this.#places = undefined;
    this.#isShared = false;
  }

  /** Says a fact, in place of the one of its name where there is one. */
  set(name: string, fact: Fact): void {
    const place = this.#place(name);
    if (place === undefined) this.add(name, fact);
    else this.#said[place] = fact;
  }

  get(name: string): Fact | undefined {
    const place = this.#place(name);
    return place === undefined ? undefined : this.#factAt(place);
  }

  has(name: string): boolean {
    return this.#place(name) !== undefined;
  }

  #place(name: string): number | undefined {
    this.#places ??= placesOf(this.#names);
    return this.#places.get(name);
  }

  /** The same each time. */
  #factAt(place: number): Fact {
    const fact = factOf(this.#said[place] as FactOrText);
    this.#said[place] = fact;
    return fact;
  }

  keys(): MapIterator<string> {
    return this.#names.values();
  }

  values(): MapIterator<Fact> {
    return this.#names.map((_, place) => this.#factAt(place)).values();
  }

  *entries(): MapIterator<[string, Fact]> {
    for (let place = 0; place < this.#names.length; place += 1) {
      yield [this.#names[place] as string, this.#factAt(place)];
    }
  }

  [Symbol.iterator](): MapIterator<[string, Fact]> {
    return this.entries();
  }

  forEach(each: (fact: Fact, name: string, facts: ReadonlyMap<string, Fact>) => void): void {
    for (let place = 0; place < this.#names.length; place += 1) {
      each(this.#factAt(place), this.#names[place] as string, this);
    }
  }
}

/** Where each of the names stands in their list. */
export function placesOf(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, place) => [name, place]));
}
