import type { Clue, Looked, Subject } from './clue.ts';
import { Keys } from './keys.ts';
import { Ranges } from './ranges.ts';
import type { Step } from './step.ts';

/** Places of Asks that need something of one subject of a Tell: those of other Asks are not in it. */
export class Wanted {
  readonly #subject: Subject;
  readonly #kept:
    | { readonly kind: 'least' | 'most'; readonly unit: string; readonly ranges: Ranges }
    | { readonly kind: 'keys'; readonly keys: Keys };

  constructor({ subject, needs }: Clue) {
    this.#subject = subject;
    this.#kept =
      needs.kind === 'keys'
        ? { kind: 'keys', keys: new Keys() }
        : { kind: needs.kind, unit: needs.unit, ranges: new Ranges() };
  }

  get count(): number {
    return this.#body.count;
  }

  get #body(): Keys | Ranges {
    return this.#kept.kind === 'keys' ? this.#kept.keys : this.#kept.ranges;
  }

  /** Of several things that an Ask needs of the subject, the first. */
  add(place: number, { needs }: Clue): void {
    if (this.#body.has(place)) return;
    if (this.#kept.kind === 'keys') {
      if (needs.kind === 'keys') this.#kept.keys.add(place, needs.keys);
    } else if (needs.kind !== 'keys') this.#kept.ranges.add(place, needs.value);
  }

  delete(place: number): void {
    if (this.#body.has(place)) this.#body.delete(place);
  }

  /** Leaves the places that a Tell may satisfy; undefined where it leaves all. */
  step(tell: Looked): Step | undefined {
    return this.#kept.kind === 'keys' ? this.#byKeys(this.#kept.keys, tell) : this.#byRanges(tell);
  }

  /** The places in it that a Tell may satisfy; undefined where there is no list of them. */
  listsOf(tell: Looked): readonly (readonly number[])[] | undefined {
    const said = this.#kept.kind === 'keys' ? tell.keys(this.#subject.text) : undefined;
    if (this.#kept.kind !== 'keys' || said === undefined) return undefined;
    const { sets, lists } = this.#kept.keys.withAny(said);
    return sets.length === 0 ? lists : undefined;
  }

  #byKeys(keys: Keys, tell: Looked): Step | undefined {
    const said = tell.keys(this.#subject.text);
    if (said === undefined) return undefined;
    const { sets, lists, count } = keys.withAny(said);
    const leftOut = Math.max(keys.count - count, 0);
    return { sets, lists, but: undefined, others: keys.members, isRest: true, leftOut };
  }

  #byRanges(tell: Looked): Step | undefined {
    if (this.#kept.kind === 'keys') return undefined;
    const { kind, unit, ranges } = this.#kept;
    const all = {
      sets: [],
      lists: [],
      but: undefined,
      others: ranges.members,
      isRest: true,
      leftOut: ranges.count,
    };
    const said = tell.extremes(this.#subject, unit);
    if (said === undefined) return all;
    if (kind === 'least') {
      const { bits, count } = ranges.upTo(said.highest);
      return { ...all, sets: [bits], leftOut: ranges.count - count };
    }
    const below = ranges.below(said.lowest);
    return below && { ...all, others: below.bits, leftOut: below.count };
  }
}
