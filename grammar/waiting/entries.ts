import type { Party } from '../documents/model.ts';
import { cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import { AskAt } from './ask-at.ts';
import type { SizedColumn, Slot } from './columns.ts';
import type { Clue } from './index/clue.ts';
import { Ints } from './ints.ts';
import type { Kept } from './kept.ts';
import { Layout, noLayout } from './layout.ts';
import { Pool } from './pool.ts';
import type { Written } from './records.ts';
import { sizeOf } from './size.ts';
import { pairingsOf, sizedOf, wantsOf } from './wants.ts';

/** As that of a cost. */
const lateEffort = 8;

/** What Asks that wait say and want, each thing once. Asks that say and want the same have one place. */
export class Entries {
  readonly kept: Kept = {
    layouts: new Pool(),
    said: new Pool(),
    wants: new Pool(),
    pairings: new Pool(),
    layoutOf: new Ints(),
    recordOf: new Ints(),
  };
  readonly #byKey = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #ask = new AskAt(this.kept.said, noLayout());
  #layoutsMade = 1;

  /** The place of an Ask, new where nobody has said and wanted the same. */
  take(ask: Party): number {
    const slots: Slot[] = [];
    const numbers: number[] = [];
    const codes: number[] = [];
    for (const name of [...ask.facts.keys()].sort()) {
      const fact = ask.facts.get(name) as Fact;
      const size = sizeOf(fact);
      slots.push({ name, unit: size?.unit, column: size === undefined ? codes.length : numbers.length });
      if (size === undefined) codes.push(this.#takeSaid(name, fact));
      else numbers.push(size.value);
    }
    const sizings: SizedColumn[] = [];
    const kinds: string[] = [];
    for (const { key, sizing, value } of sizedOf(ask)) {
      const slot = slots.find(({ name, unit }) => name === sizing.name && unit === sizing.unit);
      const column = slot !== undefined && numbers[slot.column] === value ? slot.column : numbers.length;
      if (column === numbers.length) numbers.push(value);
      sizings.push({ sizing, column });
      kinds.push(`${key} ${column}`);
    }
    const wants = Array.from(wantsOf(ask), ({ key, make }) => this.kept.wants.take(key, make));
    wants.sort((a, b) => this.#isLate(a) - this.#isLate(b) || a - b);
    codes.push(...wants);
    const pairings = Array.from(pairingsOf(ask), ({ key, make }) => this.kept.pairings.take(key, make));
    pairings.sort((a, b) => a - b);
    const names = slots.map(({ name, unit }) => `${name} ${unit ?? ''}`);
    const layoutKey = [names.join(), kinds.join(), wants.length, pairings.join()].join(';');
    const made = this.#layoutsMade;
    const number = this.kept.layouts.take(layoutKey, () => {
      this.#layoutsMade += 1;
      const alike = { slots, sizings, numbers: numbers.length, wants: wants.length, pairings };
      return new Layout(this.#layoutsMade, alike);
    });
    // A layout has its pairings for all that are laid out so.
    if (this.#layoutsMade === made) this.#releasePairings(pairings);
    const written = { numbers, codes };
    const key = keyOf(number, written);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#release(number, written);
      return known;
    }
    const place = this.#free.pop() ?? this.kept.layoutOf.count;
    this.#byKey.set(key, place);
    this.kept.layoutOf.write(place, number);
    this.kept.recordOf.write(place, this.kept.layouts.at(number).records.add(written, place));
    return place;
  }

  #layoutAt(place: number): Layout {
    return this.kept.layouts.at(this.kept.layoutOf.at(place));
  }

  #takeSaid(name: string, fact: Fact): number {
    const { values, text } = fact;
    return this.kept.said.take(`${name} ${values.length} ${text}`, () => ({ fact, cell: cellOf(fact) }));
  }

  /** What takes long is looked at when the rest holds. */
  #isLate(want: number): number {
    return Number(this.kept.wants.at(want).effort >= lateEffort);
  }

  /** Gives back a place that no Ask has any longer. */
  remove(place: number): void {
    const number = this.kept.layoutOf.at(place);
    const { records } = this.kept.layouts.at(number);
    const at = this.kept.recordOf.at(place);
    const written = records.read(at);
    this.#byKey.delete(keyOf(number, written));
    const moved = records.remove(at);
    if (moved !== undefined) this.kept.recordOf.write(moved, at);
    this.#free.push(place);
    this.#release(number, written);
  }

  #release(number: number, { codes }: Written): void {
    const { wantsFrom } = this.kept.layouts.at(number);
    for (const said of codes.slice(0, wantsFrom)) this.kept.said.release(said);
    for (const want of codes.slice(wantsFrom)) this.kept.wants.release(want);
    this.#releasePairings(this.kept.layouts.release(number)?.pairings ?? []);
  }

  #releasePairings(pairings: readonly number[]): void {
    for (const pairing of pairings) this.kept.pairings.release(pairing);
  }

  /** What the Ask of a place says under a name. */
  fact(place: number, name: string): Fact | undefined {
    return this.#ask.move(this.#layoutAt(place), this.kept.recordOf.at(place)).fact(name);
  }

  /** What a match needs, as an index can tell it. */
  *clues(ask: Party, place: number): Generator<Clue> {
    for (const { clues } of sizedOf(ask)) yield* clues();
    const { wantsFrom, records } = this.#layoutAt(place);
    const { codes } = records.read(this.kept.recordOf.at(place));
    for (const want of codes.slice(wantsFrom)) yield* this.kept.wants.at(want).clues;
    for (const { clues } of pairingsOf(ask)) yield* clues();
  }
}

function keyOf(layout: number, { numbers, codes }: Written): string {
  return `${layout};${numbers.join()};${codes.join()}`;
}
