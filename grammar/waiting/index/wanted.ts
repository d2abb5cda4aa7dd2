import { type Clue, type Looked, type Measured, measuredOf, type Subject } from './clue.ts';
import { Keys } from './keys.ts';
import { Ranges } from './ranges.ts';
import type { Step } from './step.ts';

/** Places of Asks that need something of one subject of a Tell: those of other Asks are not in it. */
export class Wanted {
  readonly #subject: Subject;
  readonly #kept:
    | { readonly kind: 'least' | 'most'; readonly measured: Measured; readonly ranges: Ranges }
    | { readonly kind: 'keys'; readonly keys: Keys };

  constructor({ subject, needs }: Clue) {
    this.#subject = subject;
    this.#kept =
      needs.kind === 'keys'
        ? { kind: 'keys', keys: new Keys() }
        : { kind: needs.kind, measured: measuredOf(subject, needs.unit), ranges: new Ranges() };
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

  /** How many places its step leaves out, about. */
  leftOut(tell: Looked): number {
    if (this.#kept.kind === 'keys') {
      const { keys } = this.#kept;
      const said = tell.keys(this.#subject.text);
      return said === undefined ? 0 : keys.count - keys.countWithAny(said);
    }
    const { kind, measured, ranges } = this.#kept;
    const said = tell.extremes(measured);
    if (said === undefined) return ranges.count;
    return kind === 'least' ? ranges.count - ranges.countUpTo(said.highest) : ranges.countBelow(said.lowest);
  }

  /** The places in it that a Tell may satisfy; undefined where there is no list of them. */
  listsOf(tell: Looked): readonly (readonly number[])[] | undefined {
    const said = this.#kept.kind === 'keys' ? tell.keys(this.#subject.text) : undefined;
    if (this.#kept.kind !== 'keys' || said === undefined) return undefined;
    const { sets, lists } = this.#kept.keys.withAny(said);
    return sets.length === 0 ? lists : undefined;
  }

  /** Leaves the places that a Tell may satisfy; undefined where it leaves all. */
  step(tell: Looked): Step | undefined {
    if (this.#kept.kind === 'keys') {
      const { keys } = this.#kept;
      const said = tell.keys(this.#subject.text);
      return said && { ...keys.withAny(said), but: undefined, others: keys.members, isRest: true };
    }
    const { kind, measured, ranges } = this.#kept;
    const none = { sets: [], lists: [], but: undefined, others: ranges.members, isRest: true };
    const said = tell.extremes(measured);
    if (said === undefined) return none;
    if (kind === 'least') return { ...none, sets: [ranges.upTo(said.highest)] };
    const below = ranges.below(said.lowest);
    return below && { ...none, others: below };
  }
}
