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
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const offset = (number(9) * 60 + number(10)) * (fields[8] === '-' ? -1 : 1);
  const seconds = midnight.getTime() / 1000 + (hour * 60 + minute - offset) * 60 + second;
  return withFraction(seconds, fields[7] ?? '');
}

type Six = [number, number, number, number, number, number];

function withFraction(seconds: number, fraction: string): number {
  if (fraction.length <= 3) return seconds * 1000 + Number(fraction.padEnd(3, '0'));
  const exact = BigInt(seconds) * 10n ** BigInt(fraction.length) + BigInt(fraction);
  return Number(`${exact}e${3 - fraction.length}`);
}
