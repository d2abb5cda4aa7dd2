import type { Arrival, Condition } from './arrival.ts';
import type { Columns } from './columns.ts';
import type { Lane } from './lane.ts';
import { conditionLane, type Reading } from './lanes.ts';
import type { Pairing } from './want.ts';

/** How many times as long it takes to put a condition to one Ask by itself as to one of many. */
const timesFaster = 64;

/** The conditions of a Tell and those of the Asks of a layout, as far as they can be put to many records at once. */
export interface Together {
  /** Each must be TRUE. */
  readonly lanes: readonly Lane[];
  /** How long it takes for one record, where a look at a table is 1. */
  readonly effort: number;
  /** Whether these are all conditions. */
  readonly isAll: boolean;
  /** Whether one of them is TRUE of no record. */
  readonly isNever: boolean;
}

export function togetherOf(columns: Columns, pairings: readonly Pairing[], tell: Arrival): Together {
  const lanes: Lane[] = [];
  let [effort, isAll, isNever] = [0, true, false];
  const add = (condition: Condition | Pairing, reading: Reading) => {
    const lane = conditionLane(condition.node, reading);
    if (lane === undefined) isAll = false;
    else if (lane.same === undefined) {
      lanes.push(lane);
      effort += condition.effort / timesFaster;
    } else if (lane.same !== 1) isNever = true;
  };
  const ofAsk = (name: string) => {
    const slot = columns.slotOf(name);
    return slot === undefined ? { cell: undefined } : { ...slot, ...columns.endsOf(slot) };
  };
  for (const condition of tell.conditions) {
    add(condition, ({ side, name }) => (side === 'my' ? { cell: tell.cell(name) } : ofAsk(name)));
  }
  for (const pairing of pairings) {
    add(pairing, ({ side, name }) => (side === 'my' ? ofAsk(name) : { cell: tell.cell(name) }));
  }
  return { lanes, effort, isAll, isNever };
}
