import type { Amounts } from '../jobs/assignment.ts';

/** What is taken of a node for a while: held for an Offer, reserved by an agreement, or by what runs. */
export interface Span {
  readonly amounts: Amounts;
  /** In milliseconds since 1970. */
  readonly from: number;
  /** Not included; Infinity where nobody knows. */
  readonly until: number;
}

/** What a node has of each amount, and what is taken of it when. */
export interface Timeline {
  readonly total: Amounts;
  readonly spans: readonly Span[];
}

/** How often something fits that begins at `moment` (where `isAfter`, just after it) or later, up to the next step. */
export interface Step {
  readonly moment: number;
  readonly isAfter: boolean;
  readonly times: number;
}

/** No amount of the language has this name: that a node runs so many tasks at once is an amount of it too. */
export const tasksAtOnce = '#tasks';

/** Fractions of a processor add up to a whole that is not quite one. */
const tolerance = 1e-9;

/** How often `amounts` fit beside all that is taken, at each moment from `from` to before `until`; Infinity where nothing says how much there is. */
export function timesFit(timeline: Timeline, amounts: Amounts, from: number, until: number): number {
  let times = Number.POSITIVE_INFINITY;
  for (const stretch of stretchesOf(timeline, amounts, from, until)) times = Math.min(times, stretch.times);
  return times;
}

/**
 * How often `amounts` fit for `lengthMs` milliseconds, by the moment at which that begins: `notBefore` first, then each at
 * which it changes. Of each number no more than `most` counts.
 */
export function stepsOf(
  timeline: Timeline,
  amounts: Amounts,
  {
    notBefore,
    lengthMs,
    most,
  }: { readonly notBefore: number; readonly lengthMs: number; readonly most: number },
): Step[] {
  const stretches = stretchesOf(timeline, amounts, notBefore);
  if (stretches.length === 1)
    return [{ moment: notBefore, isAfter: false, times: Math.min(most, stretches[0]?.times ?? 0) }];
  const least = new SlidingLeast(stretches, most);
  let entering = 0;
  while ((stretches[entering]?.from ?? Number.POSITIVE_INFINITY) < notBefore + lengthMs || entering === 0)
    least.enter(entering++);
  const steps: Step[] = [{ moment: notBefore, isAfter: false, times: least.times }];
  const note = (moment: number, isAfter: boolean) => {
    if (least.times !== steps.at(-1)?.times) steps.push({ moment, isAfter, times: least.times });
  };
  // What begins at `s` meets a stretch until `s` is where the next begins, and from just after `s` is so long before it.
  for (let leaving = 1; leaving < stretches.length; leaving += 1) {
    const leaves = stretches[leaving]?.from ?? 0;
    for (; entering < stretches.length; entering += 1) {
      const enters = (stretches[entering]?.from ?? 0) - lengthMs;
      if (enters >= leaves) break;
      least.enter(entering);
      note(enters, true);
    }
    least.leave(leaving - 1);
    note(leaves, false);
  }
  return steps;
}

/** From a moment up to the next of them the same is taken. */
interface Stretch {
  readonly from: number;
  readonly times: number;
}

/** The least of those stretches that something meets which moves on in time. */
class SlidingLeast {
  readonly #stretches: readonly Stretch[];
  /** Places of those that may yet be the least, which are more the later they are. */
  readonly #places: number[] = [];
  #first = 0;
  readonly #most: number;

  constructor(stretches: readonly Stretch[], most: number) {
    this.#stretches = stretches;
    this.#most = most;
  }

  get times(): number {
    return Math.min(this.#most, this.#timesAt(this.#places[this.#first]));
  }

  enter(place: number): void {
    const times = this.#timesAt(place);
    while (this.#places.length > this.#first && this.#timesAt(this.#places.at(-1)) >= times)
      this.#places.pop();
    this.#places.push(place);
  }

  leave(place: number): void {
    if (this.#places[this.#first] === place) this.#first += 1;
  }

  #timesAt(place: number | undefined): number {
    return place === undefined ? 0 : (this.#stretches[place]?.times ?? 0);
  }
}

/** How often `amounts` fit from `from` on, stretch by stretch, of which each begins before `until`: the last has no end. */
function stretchesOf(
  { total, spans }: Timeline,
  amounts: Amounts,
  from: number,
  until = Number.POSITIVE_INFINITY,
): Stretch[] {
  const left: number[] = [];
  const wants: { readonly name: string; readonly amount: number; readonly slack: number }[] = [];
  for (const [name, amount] of amounts) {
    const most = total.get(name);
    if (most === undefined || amount <= 0) continue;
    wants.push({ name, amount, slack: most * tolerance });
    left.push(most);
  }
  const timesNow = () => {
    let times = Number.POSITIVE_INFINITY;
    for (let each = 0; each < wants.length; each += 1) {
      const { amount, slack } = wants[each] as (typeof wants)[number];
      times = Math.min(times, Math.floor(((left[each] as number) + slack) / amount));
    }
    return Math.max(0, times);
  };
  const take = (taken: Amounts, sign: 1 | -1) => {
    for (let each = 0; each < wants.length; each += 1)
      left[each] =
        (left[each] as number) - sign * (taken.get((wants[each] as (typeof wants)[number]).name) ?? 0);
  };
  const changes: { readonly at: number; readonly sign: 1 | -1; readonly amounts: Amounts }[] = [];
  for (const span of spans) {
    if (span.until <= from || span.from >= span.until || (span.from >= until && span.from > from)) continue;
    if (span.from <= from) take(span.amounts, 1);
    else changes.push({ at: span.from, sign: 1, amounts: span.amounts });
    if (span.until < until) changes.push({ at: span.until, sign: -1, amounts: span.amounts });
  }
  if (changes.length > 1) changes.sort(byMoment);
  const stretches: Stretch[] = [];
  let at = from;
  for (const change of changes) {
    if (change.at > at) {
      push(stretches, at, timesNow());
      at = change.at;
    }
    take(change.amounts, change.sign);
  }
  push(stretches, at, timesNow());
  return stretches;
}

function byMoment(a: { readonly at: number }, b: { readonly at: number }): number {
  return a.at - b.at;
}

function push(stretches: Stretch[], from: number, times: number): void {
  if (stretches.at(-1)?.times !== times) stretches.push({ from, times });
}
