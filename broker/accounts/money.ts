/** An amount of one currency, in 10^-9 of it: exact, whatever its size. */
export type Nano = bigint;

/** The same as a row has it: `nano` is from 0 on, so that minus half a unit is -1 and 500000000. */
export interface MoneyRow {
  readonly whole: number;
  readonly nano: number;
}

const billion = 1_000_000_000n;

/** More than an amount of the language has: 15 digits before the point. */
export const mostWhole = 999_999_999_999_999n;

export function nanoOfRow({ whole, nano }: MoneyRow): Nano {
  return BigInt(whole) * billion + BigInt(nano);
}

export function rowOfNano(amount: Nano): MoneyRow {
  const nano = ((amount % billion) + billion) % billion;
  return { whole: Number((amount - nano) / billion), nano: Number(nano) };
}

/** Of a text such as `5.00`, with at most nine digits after the point. */
export function nanoOfText(text: string): Nano {
  const isBelow = text.startsWith('-');
  const [whole = '0', places = ''] = (isBelow ? text.slice(1) : text).split('.');
  const amount = BigInt(whole) * billion + BigInt(places.padEnd(9, '0'));
  return isBelow ? -amount : amount;
}

/** As the language writes amounts: two places unless more say something. */
export function textOfNano(amount: Nano): string {
  const digits = String(amount < 0n ? -amount : amount).padStart(10, '0');
  const places = digits.slice(-9).replace(/0{1,7}$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -9)}.${places}`;
}
