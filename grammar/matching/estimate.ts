import type { Price, Rate } from '../documents/model.ts';
import { type Decimal, decimalOf, nanoText } from '../values/decimal.ts';
import type { Taken } from './taken.ts';

const secondsAnHour = 3600n;
const bytesAGiB = 2n ** 30n;

/**
 * What the whole costs at most by a Price: in 10^-9 of its currency, exact, rounded up. Undefined where it charges by
 * time and the Ask does not say how long. Sizes are the shortest decimals that their doubles are written as.
 */
export function estimate({ rates }: Price, taken: Taken): bigint | undefined {
  if (taken.walltime === undefined && rates.some(({ per }) => per === 'h' || per?.endsWith('-h')))
    return undefined;
  const costs = rates.map((rate) => cost(rate, taken));
  const exponent = costs.reduce((least, { exponent: own }) => Math.min(least, own), 0);
  const whole = costs.reduce(
    (sum, { digits, exponent: own }) => sum + digits * 10n ** BigInt(own - exponent),
    0n,
  );
  return dividedUp(whole, secondsAnHour * bytesAGiB * 10n ** BigInt(-exponent));
}

/** In 10^-9 of the currency, times the seconds of an hour and the bytes of a GiB. */
function cost({ nano, per }: Rate, { cpus, gpus, memory, walltime = 0, tasks }: Taken): Decimal {
  const runs = [walltime, tasks];
  switch (per) {
    case 'h':
      return product(nano * bytesAGiB, runs);
    case 'cpu-h':
      return product(nano * bytesAGiB, [...runs, cpus]);
    case 'gpu-h':
      return product(nano * bytesAGiB, [...runs, gpus]);
    case 'GiB-h':
      return product(nano, [...runs, memory]);
    case 'task':
      return product(nano * secondsAnHour * bytesAGiB, [tasks]);
    default:
      return product(nano * secondsAnHour * bytesAGiB, []);
  }
}

function product(nano: bigint, sizes: readonly number[]): Decimal {
  return sizes.reduce<Decimal>(
    ({ digits, exponent }, size) => {
      const decimal = decimalOf(String(size));
      return { digits: digits * decimal.digits, exponent: exponent + decimal.exponent };
    },
    { digits: nano, exponent: 0 },
  );
}

function dividedUp(whole: bigint, by: bigint): bigint {
  const quotient = whole / by;
  return quotient * by < whole ? quotient + 1n : quotient;
}

/** An amount of a currency as it is written: '0.53 EUR'. */
export function printAmount(nano: bigint, currency: string): string {
  return `${nanoText(nano)} ${currency}`;
}
