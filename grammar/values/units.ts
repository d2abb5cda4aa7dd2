import type { Charge, Dimension } from './value.ts';

/** What one of a unit is: `mantissa` times ten to the `exponent`, in bytes, seconds, hertz or bytes a second. */
export interface Unit {
  readonly dimension: Dimension;
  readonly mantissa: number;
  readonly exponent: number;
}

const kibi = 1024;

const bytes: Readonly<Record<string, readonly [mantissa: number, exponent: number]>> = {
  B: [1, 0],
  kB: [1, 3],
  MB: [1, 6],
  GB: [1, 9],
  TB: [1, 12],
  PB: [1, 15],
  KiB: [kibi, 0],
  MiB: [kibi ** 2, 0],
  GiB: [kibi ** 3, 0],
  TiB: [kibi ** 4, 0],
  PiB: [kibi ** 5, 0],
};

const seconds: typeof bytes = { ms: [1, -3], s: [1, 0], min: [60, 0], h: [3600, 0], d: [86_400, 0] };
const hertz: typeof bytes = { Hz: [1, 0], kHz: [1, 3], MHz: [1, 6], GHz: [1, 9] };

/** A byte has eight bits, so a bit a second is 0.125 bytes a second. */
const bytesASecond: typeof bytes = {
  'bit/s': [125, -3],
  'kbit/s': [125, 0],
  'Mbit/s': [125, 3],
  'Gbit/s': [125, 6],
  'B/s': [1, 0],
  'kB/s': [1, 3],
  'MB/s': [1, 6],
  'GB/s': [1, 9],
  'KiB/s': [kibi, 0],
  'MiB/s': [kibi ** 2, 0],
  'GiB/s': [kibi ** 3, 0],
};

/** Every unit of a quantity. */
export const units: ReadonlyMap<string, Unit> = new Map([
  ...of('bytes', bytes),
  ...of('duration', seconds),
  ...of('frequency', hertz),
  ...of('rate', bytesASecond),
]);

export const charges: readonly Charge[] = ['h', 'cpu-h', 'gpu-h', 'GiB-h', 'task', 'job'];

export function isCharge(text: string): text is Charge {
  return (charges as readonly string[]).includes(text);
}

const bySmallLetters = new Map(Array.from(units.keys(), (unit) => [unit.toLowerCase(), unit]));

/** The unit that differs from this text in case alone. */
export function unitBesideCase(text: string): string | undefined {
  return bySmallLetters.get(text.toLowerCase());
}

function* of(dimension: Dimension, table: typeof bytes): Generator<[string, Unit]> {
  for (const [name, [mantissa, exponent]] of Object.entries(table)) {
    yield [name, { dimension, mantissa, exponent }];
  }
}
