import type { Fact } from '../values/fact.ts';

/**
 * What one side says, by name, in the order in which it was said. Who reads it from first to last needs no more than a
 * list, and to a table of Tells that is all: by name it is found from when somebody first asks for that.
 */
export class FactList implements ReadonlyMap<string, Fact> {
  readonly #names: string[] = [];
  readonly #facts: Fact[] = [];
  #places: Map<string, number> | undefined;

  get size(): number {
    return this.#names.length;
  }

  /** Says a fact of a name that is not among the others. */
  add(name: string, fact: Fact): void {
    this.#places?.set(name, this.#names.length);
    this.#names.push(name);
    this.#facts.push(fact);
  }

  /** Says a fact, in place of the one of its name where there is one. */
  set(name: string, fact: Fact): void {
    const place = this.#place(name);
    if (place === undefined) this.add(name, fact);
    else this.#facts[place] = fact;
  }

  get(name: string): Fact | undefined {
    const place = this.#place(name);
    return place === undefined ? undefined : this.#facts[place];
  }

  has(name: string): boolean {
    return this.#place(name) !== undefined;
  }

  #place(name: string): number | undefined {
    this.#places ??= new Map(this.#names.map((one, place) => [one, place]));
    return this.#places.get(name);
  }

  keys(): MapIterator<string> {
    return this.#names.values();
  }

  values(): MapIterator<Fact> {
    return this.#facts.values();
  }

  *entries(): MapIterator<[string, Fact]> {
    for (let place = 0; place < this.#names.length; place += 1) {
      yield [this.#names[place] as string, this.#facts[place] as Fact];
    }
  }

  [Symbol.iterator](): MapIterator<[string, Fact]> {
    return this.entries();
  }

  forEach(each: (fact: Fact, name: string, facts: ReadonlyMap<string, Fact>) => void): void {
    for (let place = 0; place < this.#names.length; place += 1) {
      each(this.#facts[place] as Fact, this.#names[place] as string, this);
    }
  }
}
