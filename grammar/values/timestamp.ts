const shape =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(?:Z|([+-])([0-9]{2}):([0-9]{2})))?$/;

/**
 * Milliseconds since 1970, to the nearest double, of `2026-12-01` (midnight UTC) or `2026-12-01T18:00:30.5+01:00`;
 * nothing where the text is of another shape or there is no such moment.
 */
export function momentOf(text: string): number | undefined {
  const fields = shape.exec(text);
  if (fields === null) return undefined;
  const number = (group: number): number => Number(fields[group] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number) as Six;
  if (hour > 23 || minute > 59 || second > 59 || number(9) > 23 || number(10) > 59) return undefined;
  if (day < 1 || day > daysOf(year, month)) return undefined;
  const offset = (number(9) * 60 + number(10)) * (fields[8] === '-' ? -1 : 1);
  // Date.UTC takes the first hundred years for those after 1900, and every 400 years the calendar begins anew.
  const midnight = Date.UTC(year + 400, month - 1, day) / 1000 - secondsOf400Years;
  const seconds = midnight + (hour * 60 + minute - offset) * 60 + second;
  return withFraction(seconds, fields[7] ?? '');
}

const secondsOf400Years = 146_097 * 86_400;

/** None where there is no such month. */
function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (days[month - 1] ?? 0);
}

const days: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

type Six = [number, number, number, number, number, number];

function withFraction(seconds: number, fraction: string): number {
  if (fraction.length <= 3) return seconds * 1000 + Number(fraction.padEnd(3, '0'));
  const exact = BigInt(seconds) * 10n ** BigInt(fraction.length) + BigInt(fraction);
  return Number(`${exact}e${3 - fraction.length}`);
}
