import { arithmetic, type OfTwo } from '../matching/arithmetic.ts';

/** Records that one step of a lane takes: so many that the numbers of all steps stay close at hand. */
const stepRecords = 1_024;

/** Records of one layout: `count` of the list, from one on. The numbers of a column begin at its number times `capacity`. */
export interface Batch {
  readonly numbers: Float64Array;
  readonly capacity: number;
  readonly list: Int32Array;
  readonly from: number;
  readonly count: number;
}

/** The unit of a lane of conditions: 1 is TRUE and 0 is FALSE. */
export const truth = 'truth';

/** Between which numbers are: both ends are within, and neither need be reached. */
export interface Ends {
  readonly least: number;
  readonly most: number;
}

/** What an expression comes to for many records at once; its ends only where they are known, and it is sure. */
export interface Lane extends Partial<Ends> {
  /** Of its numbers: of plain ones 'number'. */
  readonly unit: string;
  /** Whether it is never UNKNOWN, which is not a number. */
  readonly isSure: boolean;
  /** What it is for all records, where that is known. */
  readonly same?: number;
  /** Writes one number for each record of a batch; it may write rooms from `depth` on, too. */
  run(batch: Batch, out: Float64Array, room: LaneRoom, depth: number): void;
}

/** Where lanes write what they need in between. One serves all, for a lane runs to its end. */
export class LaneRoom {
  readonly out = new Float64Array(stepRecords);
  readonly #spare: Float64Array[] = [];

  at(depth: number): Float64Array {
    const known = this.#spare[depth];
    if (known !== undefined) return known;
    const spare = new Float64Array(stepRecords);
    this.#spare[depth] = spare;
    return spare;
  }
}

/** Leaves in the list of a batch those of which a lane is TRUE, and returns how many. */
export function keepTrue(lane: Lane, batch: Omit<Batch, 'from'>, room: LaneRoom): number {
  const { list, count } = batch;
  const { out } = room;
  let kept = 0;
  for (let from = 0; from < count; from += stepRecords) {
    const step = { ...batch, from, count: Math.min(stepRecords, count - from) };
    lane.run(step, out, room, 0);
    for (let at = 0; at < step.count; at += 1) {
      list[kept] = list[from + at] as number;
      kept += Number(out[at] === 1);
    }
  }
  return kept;
}

/** The number of a column, of a unit, between ends. */
export function columnLane(column: number, unit: string, { least, most }: Ends): Lane {
  return {
    unit,
    isSure: true,
    least,
    most,
    run({ numbers, capacity, list, from, count }, out) {
      const first = column * capacity;
      for (let at = 0; at < count; at += 1) {
        out[at] = numbers[first + (list[from + at] as number)] as number;
      }
    },
  };
}

/** The same for each record; not a number where it is UNKNOWN. */
export function filledLane(value: number, unit: string): Lane {
  return {
    unit,
    isSure: !Number.isNaN(value),
    same: value,
    least: value,
    most: value,
    run({ count }, out) {
      out.fill(value, 0, count);
    },
  };
}

/** What is done with one operand, in place. */
type One = (a: Float64Array, count: number) => void;

function ofOne(operand: Lane, unit: string, isSure: boolean, apply: One): Lane {
  return {
    unit,
    isSure,
    run(batch, out, room, depth) {
      operand.run(batch, out, room, depth);
      apply(out, batch.count);
    },
  };
}

/** What is done with what two lanes come to. */
export function ofTwo(left: Lane, right: Lane, unit: string, isSure: boolean, apply: OfTwo): Lane {
  return {
    unit,
    isSure,
    run(batch, out, room, depth) {
      left.run(batch, out, room, depth);
      const other = room.at(depth);
      right.run(batch, other, room, depth + 1);
      apply(out, other, batch.count);
    },
  };
}

export function negatedLane(operand: Lane): Lane {
  return ofOne(operand, operand.unit, operand.isSure, (a, count) => {
    for (let at = 0; at < count; at += 1) a[at] = -(a[at] as number);
  });
}

export function notLane(operand: Lane): Lane {
  if (operand.same !== undefined) return filledLane(1 - operand.same, truth);
  return ofOne(operand, truth, operand.isSure, (a, count) => {
    for (let at = 0; at < count; at += 1) a[at] = 1 - (a[at] as number);
  });
}

/** Whether it is not UNKNOWN. */
export function knownLane(operand: Lane): Lane {
  if (operand.isSure || operand.same !== undefined) return filledLane(Number(operand.isSure), truth);
  return ofOne(operand, truth, true, (a, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number(!Number.isNaN(a[at] as number));
  });
}

/** FALSE decides. */
export function bothLane(left: Lane, right: Lane): Lane {
  return decidedLane(0, left, right);
}

/** TRUE decides. */
export function eitherLane(left: Lane, right: Lane): Lane {
  return decidedLane(1, left, right);
}

/** What one of two says decides for both; where neither says it, both must say the other. */
function decidedLane(decides: 0 | 1, left: Lane, right: Lane): Lane {
  for (const [one, other] of [[left, right] as const, [right, left] as const]) {
    if (one.same === decides) return one;
    if (one.same === 1 - decides) return other;
  }
  if (left.isSure && right.isSure) return ofTwo(left, right, truth, true, decides === 0 ? lesser : greater);
  return ofTwo(left, right, truth, false, (a, b, count) => {
    for (let at = 0; at < count; at += 1) {
      const [one, other] = [a[at] as number, b[at] as number];
      // Neither is what decides, so that both are the same or one is UNKNOWN.
      a[at] = one === decides || other === decides ? decides : (one + other) / 2;
    }
  });
}

// Of truths, none of which is UNKNOWN: without a branch, of which processors guess half wrong.
const lesser: OfTwo = (a, b, count) => {
  for (let at = 0; at < count; at += 1) a[at] = Math.min(a[at] as number, b[at] as number);
};
const greater: OfTwo = (a, b, count) => {
  for (let at = 0; at < count; at += 1) a[at] = Math.max(a[at] as number, b[at] as number);
};

/** The left where it is known, both of one unit. */
export function elseLane(left: Lane, right: Lane): Lane {
  if (left.isSure) return left;
  return ofTwo(left, right, left.unit, right.isSure, (a, b, count) => {
    for (let at = 0; at < count; at += 1) if (Number.isNaN(a[at] as number)) a[at] = b[at] as number;
  });
}

/** One of two of one unit, as a condition says. */
export function chosenLane(condition: Lane, then: Lane, otherwise: Lane): Lane {
  if (condition.same === 1) return then;
  if (condition.same === 0) return otherwise;
  return {
    unit: then.unit,
    isSure: condition.isSure && then.isSure && otherwise.isSure,
    run(batch, out, room, depth) {
      condition.run(batch, out, room, depth);
      const [yes, no] = [room.at(depth), room.at(depth + 1)];
      then.run(batch, yes, room, depth + 2);
      otherwise.run(batch, no, room, depth + 2);
      for (let at = 0; at < batch.count; at += 1) {
        const decided = out[at] as number;
        if (!Number.isNaN(decided)) out[at] = (decided === 1 ? yes[at] : no[at]) as number;
      }
    },
  };
}

/** Undefined where the operator is none of arithmetic. */
export function sumLane(operator: string, left: Lane, right: Lane, unit: string): Lane | undefined {
  const apply = arithmetic[operator];
  return apply && ofTwo(left, right, unit, false, apply);
}
