import type { Amounts } from '../jobs/assignment.ts';
import type { Profile, Span } from './profile.ts';

/** What a node has of each amount, and what is taken of it when. */
export interface Timeline {
  readonly total: Amounts;
  /** What is held and reserved; nothing where it is undefined. */
  readonly taken?: Profile | undefined;
  /** What of that does not count. */
  readonly less?: readonly Span[] | undefined;
  /** What is taken besides: a few. */
  readonly spans: readonly Span[];
}

/** How often something fits that begins at `moment` (where `isAfter`, just after it) or later, up to the next step. */
export interface Step {
  readonly moment: number;
  readonly isAfter: boolean;
  readonly times: number;
}

/** When something is wanted, for how long, and how often at most. Times in milliseconds. */
interface Sought {
  readonly notBefore: number;
  readonly lengthMs: number;
  readonly most: number;
}

/** No amount of the language has this name: that a node runs so many tasks at once is an amount of it too. */
export const tasksAtOnce = '#tasks';

/** Fractions of a processor add up to a whole that is not quite one. */
const tolerance = 1e-9;

/** How often `amounts` fit beside all that is taken, at each moment from `from` to before `until`; Infinity where nothing says how much there is. */
export function timesFit(timeline: Timeline, amounts: Amounts, from: number, until: number): number {
  const wants = wantsOf(timeline, amounts);
  const { taken } = timeline;
  let times = Number.POSITIVE_INFINITY;
  if (isPlain(timeline)) return timesBeside(wants, (name) => taken?.most(name, from, until) ?? 0);
  for (const { at, next, left } of piecesOf(timeline, wants, from, until))
    times = Math.min(
      times,
      timesBeside(wants, (name, index) => (taken?.most(name, at, next) ?? 0) - (left[index] as number)),
    );
  return times;
}

/** From when on, not before a moment, `amounts` fit for `lengthMs` milliseconds; undefined where that is at `before`, later or never. */
export function firstFit(
  timeline: Timeline,
  amounts: Amounts,
  { notBefore, lengthMs }: Omit<Sought, 'most'>,
  before = Number.POSITIVE_INFINITY,
): number | undefined {
  const { taken } = timeline;
  if (!isPlain(timeline)) {
    for (const { moment, times } of stepsOf(timeline, amounts, { notBefore, lengthMs, most: 1 }))
      if (times > 0 || moment >= before) return moment < before ? moment : undefined;
    return undefined;
  }
  const limits = wantsOf(timeline, amounts).map(({ name, amount, most, slack }) => {
    return { name, limit: most + slack - amount };
  });
  if (limits.some(({ limit }) => limit < 0)) return undefined;
  for (let start = notBefore; start < before; ) {
    let blocked = start + lengthMs;
    let isFree = true;
    for (const { name, limit } of limits) {
      const above = taken?.firstAbove(name, limit, start);
      if (above === undefined || above >= blocked) continue;
      blocked = above;
      isFree = false;
    }
    if (isFree) return start;
    // Where one amount is there again, another may not be.
    start = blocked;
    for (let there = 0; there < limits.length; ) {
      there = 0;
      for (const { name, limit } of limits) {
        const within = taken?.firstWithin(name, limit, start);
        if (within === undefined) return undefined;
        if (within === start) there += 1;
        start = within;
      }
    }
  }
  return undefined;
}

/**
 * How often `amounts` fit for `lengthMs` milliseconds, by the moment at which that begins: `notBefore` first, then each at
 * which it changes, as far as it is looked for. Of each number no more than `most` counts.
 */
export function* stepsOf(
  timeline: Timeline,
  amounts: Amounts,
  { notBefore, lengthMs, most }: Sought,
): Generator<Step, void, void> {
  const coming = stretchesOf(timeline, amounts, notBefore);
  const stretches: Stretch[] = [];
  const begins = (place: number) => {
    const next = place < stretches.length ? undefined : coming.next();
    if (next?.done === false) stretches.push(next.value);
    return stretches[place]?.from;
  };
  const least = new SlidingLeast(stretches, most);
  let entering = 0;
  while ((begins(entering) ?? Number.POSITIVE_INFINITY) < notBefore + lengthMs || entering === 0)
    least.enter(entering++);
  let times = least.times;
  yield { moment: notBefore, isAfter: false, times };
  function* changed(moment: number, isAfter: boolean): Generator<Step, void, void> {
    if (times === least.times) return;
    times = least.times;
    yield { moment, isAfter, times };
  }
  // What begins at `s` meets a stretch until `s` is where the next begins, and from just after `s` is so long before it.
  for (let leaving = 1; ; leaving += 1) {
    const leaves = begins(leaving);
    if (leaves === undefined) return;
    for (let next = begins(entering); next !== undefined; next = begins(entering)) {
      if (next - lengthMs >= leaves) break;
      least.enter(entering++);
      yield* changed(next - lengthMs, true);
    }
    least.leave(leaving - 1);
    yield* changed(leaves, false);
  }
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

/** An amount of which there is only so much. */
interface Want {
  readonly name: string;
  readonly amount: number;
  /** How much there is of it. */
  readonly most: number;
  readonly slack: number;
}

function wantsOf({ total }: Timeline, amounts: Amounts): readonly Want[] {
  const wants: Want[] = [];
  for (const [name, amount] of amounts) {
    const most = total.get(name);
    if (most !== undefined && amount > 0) wants.push({ name, amount, most, slack: most * tolerance });
  }
  return wants;
}

function timesBeside(wants: readonly Want[], takenOf: (name: string, index: number) => number): number {
  let times = Number.POSITIVE_INFINITY;
  for (const [index, { name, amount, most, slack }] of wants.entries())
    times = Math.min(times, Math.floor((most - takenOf(name, index) + slack) / amount));
  return Math.max(0, times);
}

/** Whether nothing counts but what is held and reserved. */
function isPlain({ less, spans }: Timeline): boolean {
  return spans.length === 0 && (less === undefined || less.length === 0);
}

/** A while in which what is taken besides stays as it is. */
interface Piece {
  readonly at: number;
  readonly next: number;
  /** By how much less there is, or more, of each that is wanted. */
  readonly left: readonly number[];
}

/** What is taken besides, from `from` on, of which each piece begins before `until`; the last ends there. */
function* piecesOf(
  { spans, less = [] }: Timeline,
  wants: readonly Want[],
  from: number,
  until: number,
): Generator<Piece, void, void> {
  const left = wants.map(() => 0);
  const take = (taken: Amounts, sign: number) => {
    for (const [index, { name }] of wants.entries())
      left[index] = (left[index] as number) - sign * (taken.get(name) ?? 0);
  };
  const changes: { readonly at: number; readonly sign: number; readonly amounts: Amounts }[] = [];
  const note = (span: Span, sign: 1 | -1) => {
    if (span.until <= from || span.from >= span.until || (span.from >= until && span.from > from)) return;
    if (span.from <= from) take(span.amounts, sign);
    else changes.push({ at: span.from, sign, amounts: span.amounts });
    if (span.until < until) changes.push({ at: span.until, sign: -sign, amounts: span.amounts });
  };
  for (const span of spans) note(span, 1);
  for (const span of less) note(span, -1);
  if (changes.length > 1) changes.sort((a, b) => a.at - b.at);
  let at = from;
  for (const change of changes) {
    if (change.at > at) {
      yield { at, next: change.at, left };
      at = change.at;
    }
    take(change.amounts, change.sign);
  }
  yield { at, next: Math.max(at, until), left };
}

/** How often `amounts` fit from `from` on, stretch by stretch, each as it is asked for: the last has no end. */
function* stretchesOf(timeline: Timeline, amounts: Amounts, from: number): Generator<Stretch, void, void> {
  const wants = wantsOf(timeline, amounts);
  const { taken } = timeline;
  let told: number | undefined;
  for (const { at, next, left } of piecesOf(timeline, wants, from, Number.POSITIVE_INFINITY)) {
    const timesAt = (moment: number) =>
      timesBeside(wants, (name, index) => (taken?.at(name, moment) ?? 0) - (left[index] as number));
    for (let moment: number | undefined = at; moment !== undefined; ) {
      const times = timesAt(moment);
      if (times !== told) yield { from: moment, times };
      told = times;
      const then: number | undefined = taken?.next(moment);
      moment = then !== undefined && then < next ? then : undefined;
    }
  }
}
