/** An amount of one currency, in 10^-9 of it: exact, whatever its size. */
export type Nano = bigint;

/** The same as a row has it: `nano` is from 0 on, so that minus half a unit is -1 and 500000000. */
export interface MoneyRow {
  readonly whole: number;
  readonly nano: number;
}

const billion = 1_000_000_000n;

/** No amount of the language is more: 15 digits before the point, and 9 after it. */
export const mostNano: Nano = 10n ** 24n - 1n;

export function nanoOfRow({ whole, nano }: MoneyRow): Nano {
  return BigInt(whole) * billion + BigInt(nano);
}

export function rowOfNano(amount: Nano): MoneyRow {
  const nano = ((amount % billion) + billion) % billion;
  return { whole: Number((amount - nano) / billion), nano: Number(nano) };
}
