/** A moment, to the minute, for people; milliseconds since 1970. */
export function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** How long something takes, in its largest unit, rounded down; milliseconds. */
export function forText(ms: number): string {
  const [name, size] = units.find(([, each]) => ms >= each) ?? (['s', 1_000] as const);
  return `${Math.floor(ms / size)} ${name}`;
}
