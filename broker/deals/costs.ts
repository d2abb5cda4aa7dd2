import {
  charged,
  nothingUsed,
  type Price,
  type SlotAmounts,
  type Used,
  withAttempt,
} from '../../grammar/index.ts';

/** Attempts that have not been reported: what each takes, and how long it may run at most, in milliseconds. */
export interface OpenAttempt {
  readonly slot: SlotAmounts;
  /** Null where it has no limit; then no rate of the price runs by time. */
  readonly limitMs: number | null;
  /** How many there are of such; 1 unless said. */
  readonly count?: number;
}

/** How much of a charge, in 10^-9 of its currency, goes to whom. */
export interface Shares {
  /** Rates by time and by task. */
  readonly node: bigint;
  /** Rates by job, and plain amounts. */
  readonly broker: bigint;
}

/** What would have been used if attempts ran as long as they may. */
export function atWorst(used: Used, { slot, limitMs, count = 1 }: OpenAttempt): Used {
  const all = withAttempt(used, slot, { ms: count * (limitMs ?? 0), counts: true });
  return { ...all, tasks: all.tasks + BigInt(count - 1) };
}

/** What running attempts may cost beyond what is charged, at most, in 10^-9 of the price's currency. */
export function mayYetCost(price: Price, used: Used, open: readonly OpenAttempt[]): bigint {
  return charged(price, open.reduce(atWorst, used)) - charged(price, used);
}

/**
 * Whether one attempt more fits under an Estimate, with what is charged and what those that run may yet cost: `worst` is
 * what is used if all of these run as long as they may.
 */
export function fitsUnder(
  price: Price | undefined,
  estimate: bigint | undefined,
  worst: Used,
  more: OpenAttempt,
): boolean {
  if (price === undefined || estimate === undefined) return true;
  return charged(price, atWorst(worst, more)) <= estimate;
}

/** What an increase of what is used costs. Their sum is what `charged` has grown by, to the last digit. */
export function sharesOf(price: Price, before: Used, after: Used): Shares {
  const own = { ...price, rates: price.rates.filter(({ per }) => per === undefined || per === 'job') };
  const broker = charged(own, after) - charged(own, before);
  return { node: charged(price, after) - charged(price, before) - broker, broker };
}

interface UsedInJson {
  readonly slotMs: string;
  readonly cpuMs: string;
  readonly gpuMs: string;
  readonly byteMs: string;
  readonly tasks: string;
  readonly jobs: string;
}

/** What was used, as a row keeps it. */
export function usedText({ slotMs, tasks, jobs, ...used }: Used): string {
  const text: UsedInJson = { ...used, slotMs: `${slotMs}`, tasks: `${tasks}`, jobs: `${jobs}` };
  return JSON.stringify(text);
}

/** The same again; nothing where nothing is kept. */
export function usedOf(text: string | null): Used {
  if (text === null) return nothingUsed;
  const { slotMs, tasks, jobs, ...used } = JSON.parse(text) as UsedInJson;
  return { ...used, slotMs: BigInt(slotMs), tasks: BigInt(tasks), jobs: jobs === '0' ? 0n : 1n };
}
