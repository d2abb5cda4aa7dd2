/** A decimal number, exactly: `digits` times ten to the `exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/**
 * The double that is nearest to a text `-?digits[.digits][e±digits]` times ten to the `exponent`; never a negative zero.
 * JavaScript reads a numeral of any length to the nearest double, so no arithmetic is needed.
 */
export function doubleOf(text: string, exponent = 0): number {
  const [mantissa, power = '0'] = text.toLowerCase().split('e');
  return Number(`${mantissa}e${clamped(Number(power)) + exponent}`) + 0;
}

function clamped(exponent: number): number {
  return Math.max(-exponentBound, Math.min(exponent, exponentBound));
}

/** Of a text `-?digits[.digits][e±digits]`. */
export function decimalOf(text: string): Decimal {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const point = mantissa.indexOf('.');
  const places = point < 0 ? 0 : mantissa.length - point - 1;
  return {
    digits: BigInt(mantissa.replace('.', '')),
    exponent: clamped(Number(power)) - places,
  };
}

/** The nearest double. */
export function toDouble({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

export function times(decimal: Decimal, mantissa: number, exponent: number): Decimal {
  return { digits: decimal.digits * BigInt(mantissa), exponent: decimal.exponent + exponent };
}

/**
 * The exact sum; nothing where the exponents of all, with that of one, are so far apart that it has more digits than may be
 * held. From the largest exponent on what is added up is as short as it can be.
 */
export function sumOf(decimals: readonly Decimal[]): Decimal | undefined {
  const falling = [...decimals].sort((a, b) => b.exponent - a.exponent);
  const highest = Math.max(falling[0]?.exponent ?? 0, 0);
  const lowest = Math.min(falling.at(-1)?.exponent ?? 0, 0);
  if (!(highest - lowest <= exponentsApart)) return undefined;
  let sum: Decimal = { digits: 0n, exponent: highest };
  for (const { digits, exponent } of falling) {
    const shift = sum.exponent - exponent;
    const shifted = shift === 0 ? sum.digits : sum.digits * 10n ** BigInt(shift);
    sum = { digits: shifted + digits, exponent };
  }
  return sum;
}

/** More than the doubles span, and little enough to be held. */
const exponentsApart = 1000;

/** In 10^-9, of a text `-?digits[.digits]` with at most nine digits after the point. */
export function nanoOf(text: string): bigint {
  const [whole = '', places = ''] = text.split('.');
  return BigInt(whole + places.padEnd(9, '0'));
}

/** The same as text: two places, unless more say something. */
export function nanoText(nano: bigint): string {
  const digits = String(nano < 0n ? -nano : nano).padStart(10, '0');
  const places = digits.slice(-9).replace(/0{1,7}$/, '');
  return `${nano < 0n ? '-' : ''}${digits.slice(0, -9)}.${places}`;
}

/** Beyond it every numeral that a header can hold is zero or larger than numbers get. */
const exponentBound = 1e6;
