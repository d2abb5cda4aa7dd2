const shape =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/;

/**
 * Milliseconds since 1970, to the nearest double, of `2026-12-01` (midnight UTC) or `2026-12-01T18:00:30.5+01:00`;
 * nothing where the text is of another shape or there is no such moment.
 */
export function momentOf(text: string): number | undefined {
  if (!shape.test(text)) return undefined;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  if (day < 1 || day > daysOf(year, month)) return undefined;
  // Date.UTC takes the first hundred years for those after 1900, and every 400 years the calendar begins anew.
  const midnight = Date.UTC(year + 400, month - 1, day) / 1000 - secondsOf400Years;
  return text.length === dayLength ? midnight * 1000 : withTime(midnight, text.slice(dayLength));
}

const dayLength = '2026-12-01'.length;
const timeShape = /^T(..):(..)(?::(..)(?:\.([0-9]+))?)?(?:Z|([+-])(..):(..))$/;

/** `T18:00:30.5+01:00` of the day that begins so many seconds after 1970. */
function withTime(midnight: number, text: string): number | undefined {
  const fields = timeShape.exec(text) ?? [];
  const number = (group: number): number => Number(fields[group] ?? 0);
  const [hour, minute, second] = [number(1), number(2), number(3)];
  if (hour > 23 || minute > 59 || second > 59 || number(6) > 23 || number(7) > 59) return undefined;
  const offset = (number(6) * 60 + number(7)) * (fields[5] === '-' ? -1 : 1);
  return withFraction(midnight + (hour * 60 + minute - offset) * 60 + second, fields[4] ?? '');
}

const secondsOf400Years = 146_097 * 86_400;

/** None where there is no such month. */
function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (days[month - 1] ?? 0);
}

const days: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function withFraction(seconds: number, fraction: string): number {
  if (fraction.length <= 3) return seconds * 1000 + Number(fraction.padEnd(3, '0'));
  const exact = BigInt(seconds) * 10n ** BigInt(fraction.length) + BigInt(fraction);
  return Number(`${exact}e${3 - fraction.length}`);
}
