/** What a parameter may be, one after the other. */
export interface Values {
  readonly count: number;
  /** @param index from 0 */
  at(index: number): string;
}

const decimal = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?$/;

/** Values (a count) of one parameter. */
const mostValues = 1_000_000;

/** The numbers from one to another, both included where the step meets them: exact decimals. A text says what is wrong. */
export function rangeOf(from: string, to: string, step: string): Values | string {
  const read = [from, to, step].map((text) => decimal.exec(text));
  const bad = [from, to, step].find((_, index) => read[index] === null);
  if (bad !== undefined) return `'${bad.slice(0, 40)}' is no number, such as 10 or 0.25`;
  const digits = Math.max(...read.map((match) => match?.[3]?.length ?? 0));
  const [first, last, by] = read.map((match) => {
    const [, sign, whole, part = ''] = match!;
    const scaled = BigInt(`${whole}${part.padEnd(digits, '0')}`);
    return sign === '-' ? -scaled : scaled;
  }) as [bigint, bigint, bigint];
  if (by === 0n) return 'the step is 0';
  if (first !== last && last > first !== by > 0n) return `no step of ${step} leads from ${from} to ${to}`;
  const count = (last - first) / by + 1n;
  if (count > BigInt(mostValues))
    return `these are ${count} values, and a parameter has at most ${mostValues}`;
  return { count: Number(count), at: (index) => textOf(first + BigInt(index) * by, digits) };
}

function textOf(scaled: bigint, digits: number): string {
  const sign = scaled < 0n ? '-' : '';
  const text = String(scaled < 0n ? -scaled : scaled).padStart(digits + 1, '0');
  const [whole, part] = [text.slice(0, text.length - digits), text.slice(text.length - digits)];
  const rest = part.replace(/0+$/, '');
  return `${sign}${whole}${rest === '' ? '' : `.${rest}`}`;
}

export function listOf(values: readonly string[]): Values {
  return { count: values.length, at: (index) => values[index] ?? '' };
}
