import type { Price, Rate } from '../documents/model.ts';
import { printAmount } from '../matching/estimate.ts';
import { type Decimal, decimalOf } from '../values/decimal.ts';
import type { Charge } from '../values/value.ts';

/**
 * What was used under an agreement so far, exact: sums over attempts of what each took times its whole milliseconds from
 * exec to exit. Decimals as text, so that they can be kept.
 */
export interface Used {
  readonly slotMs: bigint;
  /** Processors times milliseconds. */
  readonly cpuMs: string;
  /** Graphics processors times milliseconds. */
  readonly gpuMs: string;
  /** Bytes of memory times milliseconds. */
  readonly byteMs: string;
  /** Attempts that ended by their own exit, their limit or the user's cancel. */
  readonly tasks: bigint;
  /** 1 from the first exec on. */
  readonly jobs: 0n | 1n;
}

export const nothingUsed: Used = { slotMs: 0n, cpuMs: '0', gpuMs: '0', byteMs: '0', tasks: 0n, jobs: 0n };

/** What one slot of an agreement takes. */
export interface SlotAmounts {
  readonly cpus: number;
  readonly gpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** With an attempt more: `ms`, a whole number from 0, from exec to exit; `counts` where it is charged as a task. */
export function withAttempt(
  used: Used,
  { cpus, gpus, memory }: SlotAmounts,
  { ms, counts }: { readonly ms: number; readonly counts: boolean },
): Used {
  const more = (before: string, size: number) => sumOf(before, product(size, ms));
  return {
    slotMs: used.slotMs + BigInt(ms),
    cpuMs: more(used.cpuMs, cpus),
    gpuMs: more(used.gpuMs, gpus),
    byteMs: more(used.byteMs, memory),
    tasks: used.tasks + (counts ? 1n : 0n),
    jobs: 1n,
  };
}

/** What is charged for it all, in 10^-9 of the price's currency, rounded down: each charge is the increase of this. */
export function charged(price: Price, used: Used): bigint {
  const sums = price.rates.map((rate) => costOf(rate, used));
  const exponent = Math.min(0, ...sums.map((sum) => sum.exponent));
  const whole = sums.reduce((sum, each) => sum + each.digits * 10n ** BigInt(each.exponent - exponent), 0n);
  return whole / (denominator * 10n ** BigInt(-exponent));
}

/** The lines of a Bill: a rate each, which sum to at most its total by the rounding of each. */
export function billLines(price: Price, used: Used): string[] {
  return price.rates.flatMap((rate) => {
    const { digits, exponent } = costOf(rate, used);
    if (digits === 0n) return [];
    const nano = digits / (denominator * 10n ** BigInt(-exponent));
    const per = rate.per === undefined ? '' : `/${rate.per}`;
    const at = `${printAmount(rate.nano, price.currency)}${per}`;
    const what = rate.per === undefined ? 'once' : `${amountUsed(rate.per, used)} ${rate.per}`;
    return [`${what} at ${at} -> ${printAmount(nano, price.currency)}`];
  });
}

/** What was used, a line for each kind of amount of which there is some. */
export function usedLines(used: Used): string[] {
  return kinds.flatMap((per) => {
    const text = amountUsed(per, used);
    return text === '0' ? [] : [`${text} ${per}`];
  });
}

const kinds: readonly Charge[] = ['h', 'cpu-h', 'gpu-h', 'GiB-h', 'task', 'job'];

const msAnHour = 3_600_000n;
const bytesAGiB = 2n ** 30n;
/** Costs are told times this, so that none has a remainder. */
const denominator = msAnHour * bytesAGiB;

function costOf({ nano, per }: Rate, used: Used): Decimal {
  const { digits, exponent } = amountOf(per, used);
  const scale = per === 'GiB-h' ? 1n : per?.endsWith('h') ? bytesAGiB : denominator;
  return { digits: nano * digits * scale, exponent };
}

/** In units of milliseconds, of bytes times milliseconds, or whole ones. */
function amountOf(per: Charge | undefined, used: Used): Decimal {
  switch (per) {
    case 'h':
      return { digits: used.slotMs, exponent: 0 };
    case 'cpu-h':
      return decimalOf(used.cpuMs);
    case 'gpu-h':
      return decimalOf(used.gpuMs);
    case 'GiB-h':
      return decimalOf(used.byteMs);
    case 'task':
      return { digits: used.tasks, exponent: 0 };
    default:
      return { digits: used.jobs, exponent: 0 };
  }
}

/** For people: to six places, rounded down. */
function amountUsed(per: Charge, used: Used): string {
  const { digits, exponent } = amountOf(per, used);
  const unit = per === 'GiB-h' ? denominator : per.endsWith('h') ? msAnHour : 1n;
  const micro = (digits * 10n ** 6n) / (unit * 10n ** BigInt(-exponent));
  const text = String(micro).padStart(7, '0');
  return `${text.slice(0, -6)}.${text.slice(-6)}`.replace(/\.?0+$/, '');
}

function product(size: number, ms: number): Decimal {
  const { digits, exponent } = decimalOf(String(size));
  return { digits: digits * BigInt(ms), exponent };
}

function sumOf(before: string, { digits, exponent }: Decimal): string {
  const one = decimalOf(before);
  const least = Math.min(one.exponent, exponent, 0);
  const sum = one.digits * 10n ** BigInt(one.exponent - least) + digits * 10n ** BigInt(exponent - least);
  if (least === 0) return String(sum);
  const text = String(sum).padStart(1 - least, '0');
  return `${text.slice(0, least)}.${text.slice(least)}`.replace(/\.?0+$/, '');
}
