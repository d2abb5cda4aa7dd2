import { inspect } from 'node:util';

/** What a value says, or the sentence that tells why it says nothing. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** Largest first: the parts of a duration such as '1 h 30 min' follow each other in this order. */
const durationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1000],
  ['MB', 1000 ** 2],
  ['GB', 1000 ** 3],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

const quantity = /^ *(\d{1,15}(?:\.\d{1,6})?) *([A-Za-z]{1,8})(?![A-Za-z])/;
const bareNumber = /^-?\d+(\.\d+)?$/;

/** Reads '250 ms', '30 s', '5 min', '1 h', '2 d' or several of them, largest unit first, into whole milliseconds. */
export function readDuration(given: unknown): Reading<number> {
  const example = "say '30 s' or '30 min'";
  const text = textOf(given);
  if (bareNumber.test(text)) return { problem: `${text} has no unit; ${example}` };
  const wrong = { problem: `${quoted(given)} is no duration; ${example}` };
  let total = 0;
  let unitsUsed = 0;
  let rest = text;
  do {
    const [all, number, unit] = quantity.exec(rest) ?? [];
    const position = durationUnits.findIndex(([name]) => name === unit);
    if (all === undefined || position < unitsUsed) return wrong;
    total += Number(number) * durationUnits[position]![1];
    unitsUsed = position + 1;
    rest = rest.slice(all.length);
  } while (rest !== '');
  return safe(Math.round(total), given);
}

/** Reads '512 B', '64 KiB', '10 MiB', '1 GiB', '64 kB', '10 MB' or '1 GB' into whole bytes. */
export function readSize(given: unknown): Reading<number> {
  const example = "say '64 KiB' or '10 MB'";
  const text = textOf(given);
  if (bareNumber.test(text)) return { problem: `${text} has no unit; ${example}` };
  const [all, number, unit] = quantity.exec(text) ?? [];
  const bytes = sizeUnits.get(unit ?? '');
  if (bytes === undefined || all !== text) return { problem: `${quoted(given)} is no size; ${example}` };
  return safe(Math.round(Number(number) * bytes), given);
}

function safe(value: number, given: unknown): Reading<number> {
  return Number.isSafeInteger(value) ? { value } : { problem: `${quoted(given)} is too large` };
}

function textOf(given: unknown): string {
  return typeof given === 'string' || typeof given === 'number' ? String(given).trim() : '';
}

/** A value as it is shown in a sentence: short, and on one line. */
export function quoted(given: unknown): string {
  if (given === undefined) return 'nothing';
  const text =
    typeof given === 'string'
      ? `'${given}'`
      : inspect(given, {
          depth: 1,
          maxArrayLength: 5,
          maxStringLength: 80,
          breakLength: Number.POSITIVE_INFINITY,
        });
  const line = text.slice(0, 81).replaceAll(/\p{Cc}+/gu, ' ');
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
