import type { Sliced } from '../../grammar/index.ts';
import type { Room } from '../jobs/rooms.ts';
import type { Wanted } from './plan.ts';
import type { Profile } from './profile.ts';
import { tasksAtOnce, timesFit } from './timeline.ts';

/** When what is wanted is there at the earliest, and what is in the way until then. */
export interface Later {
  /** In milliseconds since 1970, of a whole minute; undefined where nobody knows. */
  readonly start: number | undefined;
  /** How many nodes would do, were nothing taken of them. */
  readonly fitting: number;
  /** How many slots they have together, taken or not. */
  readonly slots: number;
  /** On how many of the nodes something is held or reserved until then. */
  readonly reserved: number;
  /** As people are told, without a full stop. */
  readonly text: string;
}

const minuteMs = 60_000;

/** Nodes that are looked at in one slice. */
const nodesASlice = 64;

/** @param wanted with what else a slot takes, and its margin */
export function* laterOf({
  wanted,
  rooms,
  takenOf,
  earliest,
}: {
  readonly wanted: Wanted;
  readonly rooms: Iterable<Room & { readonly name: string }>;
  /** What is held and reserved of a node. */
  readonly takenOf: (agent: string) => Profile | undefined;
  readonly earliest: number | undefined;
}): Sliced<Later> {
  const { amounts, notBefore, lengthMs } = wanted;
  const until = (earliest ?? notBefore) + lengthMs;
  let [fitting, slots, reserved] = [0, 0, 0];
  for (const { name: agent, total } of rooms) {
    fitting += 1;
    if (fitting % nodesASlice === 0) yield;
    slots += Math.min(timesFit({ total, spans: [] }, amounts, notBefore, until), wanted.slots);
    if ((takenOf(agent)?.most(tasksAtOnce, notBefore, until) ?? 0) > 0) reserved += 1;
  }
  const start = earliest === undefined ? undefined : Math.ceil(earliest / minuteMs) * minuteMs;
  return { start, fitting, slots, reserved, text: textOf({ start, fitting, slots, reserved }, wanted.slots) };
}

function textOf({ start, fitting, slots, reserved }: Omit<Later, 'text'>, wanted: number): string {
  if (fitting === 0) return 'no node that takes tasks now has as much as one slot takes';
  const fit = fitting === 1 ? '1 node fits' : `${fitting} nodes fit`;
  if (slots < wanted) return `${fit}, with ${slots} of ${wanted} slots in all`;
  const all = fitting === 1 ? '' : reserved === fitting || reserved === 0 ? 'all ' : '';
  const how =
    reserved === 0
      ? `${all}busy`
      : reserved === fitting
        ? `${all}reserved`
        : `${reserved} reserved, ${fitting - reserved} busy`;
  if (start === undefined) return `${fit}, ${how}, and nobody knows until when`;
  return `start ${momentText(start)} at the earliest: ${fit}, ${how} until then`;
}

/** A moment, to the minute, as a Start says it. */
function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
}
