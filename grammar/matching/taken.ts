import type { Need, Party } from '../documents/model.ts';
import type { Supply } from './supply.ts';

/** What one slot takes of amounts, and how long and how often: what prices are multiplied with. */
export interface Taken {
  readonly cpus: number;
  readonly gpus: number;
  /** Bytes. */
  readonly memory: number;
  /** Seconds of one run; undefined where the Ask does not say it. */
  readonly walltime: number | undefined;
  /** Runs in all. */
  readonly tasks: number;
}

/** What an Ask takes of any Tell, and what more it takes of one that has more. */
export class Taker {
  readonly #ask: Party;
  readonly #fixed: Taken;
  /** Needs of a range, of which a Tell's size decides what is taken. */
  readonly #ranges: readonly Need[];

  constructor(ask: Party) {
    const taken = (name: string, unsaid: number) =>
      ask.needs.find((need) => need.name === name)?.from ?? unsaid;
    this.#ask = ask;
    this.#ranges = ask.needs.filter(({ from, upTo }) => upTo > from);
    this.#fixed = {
      cpus: taken('cpus', 1),
      gpus: taken('gpus', 0),
      memory: taken('memory', 0),
      walltime: ask.walltime,
      tasks: ask.tasks ?? ask.count,
    };
  }

  /** The same of every Tell; undefined where it is not. */
  get fixed(): Taken | undefined {
    return this.#ranges.length === 0 ? this.#fixed : undefined;
  }

  of(supply: Supply, row: number): Taken {
    if (this.#ranges.length === 0) return this.#fixed;
    const sizes = Object.fromEntries(
      this.#ranges.map((need) => [need.name, sizeTaken(need, sizeOf(supply, need.name, row))]),
    );
    return { ...this.#fixed, ...sizes };
  }

  /**
   * How many of what is asked the Tell carries: its slots times the least of told over taken, rounded down, over the
   * amounts that both say; one a slot where the slot must be of exactly the size, or where no amount is said by both.
   */
  carried(supply: Supply, row: number): number {
    let fits = Number.POSITIVE_INFINITY;
    for (const need of this.#ask.needs) {
      const told = sizeOf(supply, need.name, row);
      if (told === undefined) continue;
      const taken = sizeTaken(need, told);
      fits = Math.min(
        fits,
        need.exact ? 1 : taken === 0 ? Number.POSITIVE_INFINITY : Math.floor(told / taken),
      );
    }
    return supply.slotsOf(row) * (fits === Number.POSITIVE_INFINITY ? 1 : fits);
  }
}

function sizeTaken({ from, upTo }: Need, told: number | undefined): number {
  return told === undefined ? from : Math.max(from, Math.min(upTo, told));
}

/** A Tell's amount: a number, or bytes. */
function sizeOf(supply: Supply, name: string, row: number): number | undefined {
  const value = supply.column(name)?.factAt(row)?.values[0];
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
}
