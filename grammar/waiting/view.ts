import type { Arrival } from './arrival.ts';
import type { Columns } from './columns.ts';
import type { Demand } from './demand.ts';
import { type Limits, LimitsMaker } from './limits.ts';
import { comparedOf, type Sizing } from './size.ts';

/** A number of a record of which more is demanded than that it is within limits. */
interface Checked {
  readonly column: number;
  /** How long it may take, where a look at a table is 1. */
  readonly effort: number;
  passes(value: number): boolean;
}

/** Numbers of a Tell that are looked through in about the time of a look at a table. */
const membersALook = 16;

/** What of the records of a layout is put to a Tell. */
export interface View {
  /** Of numbers that are compared with those that the Tell says and demands. */
  readonly limits: Limits;
  readonly checked: readonly Checked[];
  /** Facts of which something is demanded, by the column with their code. */
  readonly facts: readonly { readonly column: number; readonly demand: Demand }[];
  /** The names that the Ask must test of which no sizing is. */
  readonly untested: readonly string[];
}

/** Undefined where no record can match. */
export function viewOf(columns: Columns, { demands, tell }: Arrival): View | undefined {
  const limits = new LimitsMaker();
  const checked: Checked[] = [];
  const facts: { column: number; demand: Demand }[] = [];
  for (const { sizing, column } of columns.sizings) {
    const said = comparedOf(sizing, tell.facts.get(sizing.name));
    if (said.length === 0) return undefined;
    if (sizing.operator === '==' && said.length > 1) {
      checked.push({
        column,
        effort: 1 + said.length / membersALook,
        passes: (wanted) => said.includes(wanted),
      });
    } else limitByOne(limits, column, sizing, said);
  }
  for (const demand of demands) {
    const slot = columns.slotOf(demand.name);
    if (slot === undefined) {
      if (!demand.passesUnsaid) return undefined;
      continue;
    }
    const { unit, column } = slot;
    if (unit === undefined) {
      facts.push({ column, demand });
      continue;
    }
    const bounding = demand.bounding(unit);
    if (bounding === undefined) return undefined;
    for (const { operator, value } of bounding.comparisons) limits.add(column, operator, value);
    if (bounding.rest !== undefined) {
      checked.push({ column, effort: demand.effort, passes: bounding.rest });
    }
  }
  const untested = tell.explicit.length === 0 ? none : untestedOf(columns, tell.explicit);
  return { limits, checked, facts, untested };
}

const none: readonly string[] = [];

function untestedOf({ sizings }: Columns, explicit: readonly string[]): readonly string[] {
  const sized = new Set(sizings.map(({ sizing }) => sizing.name));
  return explicit.filter((name) => !sized.has(name));
}

/** What is wanted, seen from the other side: of what a Tell says under one name the most or the least is enough. */
function limitByOne(
  limits: LimitsMaker,
  column: number,
  { operator }: Sizing,
  said: readonly number[],
): void {
  switch (operator) {
    case '==':
      limits.add(column, '==', said[0] as number);
      break;
    case '>':
      limits.add(column, '<', Math.max(...said));
      break;
    case '>=':
      limits.add(column, '<=', Math.max(...said));
      break;
    case '<':
      limits.add(column, '>', Math.min(...said));
      break;
    case '<=':
      limits.add(column, '>=', Math.min(...said));
      break;
  }
}
