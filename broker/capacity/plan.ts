import type { Amounts } from '../jobs/assignment.ts';
import { Heap } from '../jobs/heap.ts';
import { type Step, stepsOf, type Timeline, timesFit } from './timeline.ts';

/** Slots that are wanted at once, for a while. */
export interface Wanted {
  /** What one slot takes. */
  readonly amounts: Amounts;
  readonly slots: number;
  /** From when at the earliest, in milliseconds since 1970. */
  readonly notBefore: number;
  /** For how long, in milliseconds. */
  readonly lengthMs: number;
}

/** When they are there, and how many on which node. */
export interface Planned {
  readonly start: number;
  readonly slots: ReadonlyMap<string, number>;
}

/** A node that fits what is wanted, with all that is taken of it. */
export interface PlannedNode extends Timeline {
  readonly name: string;
}

/**
 * The earliest moment from which as many slots are there together for as long, beside all that is held, reserved and runs:
 * whoever came before keeps what they were promised (conservative backfilling: Mu'alem and Feitelson, IEEE TPDS 12(6), 2001).
 * Of nodes the first come first. Nothing where the nodes never have so many at once.
 */
export function plan(nodes: Iterable<PlannedNode>, wanted: Wanted): Planned | undefined {
  const seen: PlannedNode[] = []; // no more of them than are needed
  const looked = (function* () {
    for (const node of nodes) {
      seen.push(node);
      yield node;
    }
  })();
  const atOnce = slotsAt(looked, wanted, wanted.notBefore);
  if (atOnce !== undefined) return { start: wanted.notBefore, slots: atOnce };
  const start = earliest(seen, wanted);
  const slots = start === undefined ? undefined : slotsAt(seen, wanted, start);
  return start === undefined || slots === undefined ? undefined : { start, slots };
}

/** The nodes that have the slots from a moment on; nothing where they do not. */
function slotsAt(
  nodes: Iterable<PlannedNode>,
  { amounts, slots, lengthMs }: Omit<Wanted, 'notBefore'>,
  start: number,
): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  let lacking = slots;
  for (const node of nodes) {
    const times = Math.min(lacking, timesFit(node, amounts, start, start + lengthMs));
    if (times === 0) continue;
    found.set(node.name, times);
    lacking -= times;
    if (lacking === 0) return found;
  }
  return undefined;
}

/** How many slots one node has, as that changes with the moment of the start. */
interface Course {
  readonly steps: readonly Step[];
  next: number;
  times: number;
}

/** The first moment at which the nodes together have the slots: each step of each node is looked at once, in their order. */
function earliest(
  nodes: readonly PlannedNode[],
  { amounts, slots, notBefore, lengthMs }: Wanted,
): number | undefined {
  const courses = new Heap<Course>((a, b) => comesBefore(nextOf(a), nextOf(b)));
  let there = 0;
  for (const node of nodes) {
    const steps = stepsOf(node, amounts, { notBefore, lengthMs, most: slots });
    const times = steps[0]?.times ?? 0;
    there += times;
    if (steps.length > 1) courses.add({ steps, next: 1, times });
  }
  if (there >= slots) return notBefore;
  for (let course = courses.take(); course !== undefined; course = courses.take()) {
    const { moment, times } = course.steps[course.next] as Step;
    there += times - course.times;
    if (there >= slots) return moment;
    course.times = times;
    course.next += 1;
    if (course.next < course.steps.length) courses.add(course);
  }
  return undefined;
}

function nextOf({ steps, next }: Course): Step {
  return steps[next] as Step;
}

function comesBefore(a: Step, b: Step): boolean {
  return a.moment < b.moment || (a.moment === b.moment && !a.isAfter && b.isAfter);
}
