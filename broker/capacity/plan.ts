import type { Sliced } from '../../grammar/index.ts';
import type { Amounts } from '../jobs/assignment.ts';
import { Heap } from '../jobs/heap.ts';
import { firstFit, type Step, stepsOf, type Timeline, timesFit } from './timeline.ts';

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
  /** Empty where others took them while it was planned in slices. */
  readonly slots: ReadonlyMap<string, number>;
}

/** A node that fits what is wanted, with all that is taken of it. */
export interface PlannedNode extends Timeline {
  readonly name: string;
}

/** Nodes that are looked at in one slice. */
const nodesASlice = 32;
/** Moments, of whichever node, that are looked at in one slice. */
const momentsASlice = 64;

/**
 * The earliest moment from which as many slots are there together for as long, beside all that is held, reserved and runs:
 * whoever came before keeps what they were promised (conservative backfilling: Mu'alem and Feitelson, IEEE TPDS 12(6), 2001).
 * Of nodes the first come first. Nothing where the nodes never have so many at once. Between two slices what is held may
 * change: then it is what was so at some moment of each node, on no node where others have taken it since, and whoever holds
 * it must look once more.
 */
export function* planning(nodes: Iterable<PlannedNode>, wanted: Wanted): Sliced<Planned | undefined> {
  const seen: PlannedNode[] = []; // no more of them than are needed
  const looked = (function* () {
    for (const node of nodes) {
      seen.push(node);
      yield node;
    }
  })();
  const atOnce = yield* slotsAt(looked, wanted, wanted.notBefore);
  if (atOnce !== undefined) return { start: wanted.notBefore, slots: atOnce };
  const start = wanted.slots === 1 ? yield* earliestOfOne(seen, wanted) : yield* earliest(seen, wanted);
  if (start === undefined) return undefined;
  return { start, slots: (yield* slotsAt(seen, wanted, start)) ?? new Map() };
}

/** The nodes that have the slots from a moment on; nothing where they do not. */
function* slotsAt(
  nodes: Iterable<PlannedNode>,
  { amounts, slots, lengthMs }: Omit<Wanted, 'notBefore'>,
  start: number,
): Sliced<ReadonlyMap<string, number> | undefined> {
  const found = new Map<string, number>();
  let lacking = slots;
  let looked = 0;
  for (const node of nodes) {
    looked += 1;
    if (looked % nodesASlice === 0) yield;
    const times = Math.min(lacking, timesFit(node, amounts, start, start + lengthMs));
    if (times === 0) continue;
    found.set(node.name, times);
    lacking -= times;
    if (lacking === 0) return found;
  }
  return undefined;
}

/** The first moment at which any node has the one slot. */
function* earliestOfOne(
  nodes: readonly PlannedNode[],
  { amounts, ...sought }: Wanted,
): Sliced<number | undefined> {
  let first: number | undefined;
  for (const [index, node] of nodes.entries()) {
    if (index % nodesASlice === nodesASlice - 1) yield;
    first = firstFit(node, amounts, sought, first) ?? first;
  }
  return first;
}

/** How many slots one node has, as that changes with the moment of the start: from the first on at which it has any. */
interface Course {
  readonly node: PlannedNode;
  /** Undefined before that moment has come. */
  steps: Generator<Step, void, void> | undefined;
  next: Step;
  times: number;
}

/** The first moment at which the nodes together have the slots: each step of each node is looked at once, in their order. */
function* earliest(
  nodes: readonly PlannedNode[],
  { amounts, slots, notBefore, lengthMs }: Wanted,
): Sliced<number | undefined> {
  const courses = new Heap<Course>((a, b) => comesBefore(a.next, b.next));
  for (const [index, node] of nodes.entries()) {
    if (index % nodesASlice === nodesASlice - 1) yield;
    const first = firstFit(node, amounts, { notBefore, lengthMs });
    if (first === undefined) continue;
    courses.add({ node, steps: undefined, next: { moment: first, isAfter: false, times: 0 }, times: 0 });
  }
  let there = 0;
  let looked = 0;
  for (let course = courses.take(); course !== undefined; course = courses.take()) {
    looked += 1;
    if (looked % momentsASlice === 0) yield;
    const { moment } = course.next;
    let { times } = course.next;
    if (course.steps === undefined) {
      course.steps = stepsOf(course.node, amounts, { notBefore: moment, lengthMs, most: slots });
      times = nextOf(course.steps)?.times ?? 0;
    }
    there += times - course.times;
    if (there >= slots) return moment;
    course.times = times;
    const next = nextOf(course.steps);
    if (next === undefined) continue;
    course.next = next;
    courses.add(course);
  }
  return undefined;
}

function nextOf(steps: Generator<Step, void, void>): Step | undefined {
  const { value, done } = steps.next();
  return done === true ? undefined : (value as Step);
}

function comesBefore(a: Step, b: Step): boolean {
  return a.moment < b.moment || (a.moment === b.moment && !a.isAfter && b.isAfter);
}
