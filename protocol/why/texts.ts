/** No moment is told that is later, in milliseconds since 1970: what lasts longer ends when nobody reads of it any more. */
const latestMoment = Date.UTC(9999, 11, 31, 23, 59);

/** A moment, to the minute, for people; milliseconds since 1970. One after the year 9999 is told as its end. */
export function momentText(at: number): string {
  const told = new Date(Math.min(at, latestMoment)).toISOString();
  return `${told.slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
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

/** Characters of a text of somebody else that a sentence holds. */
const longestText = 1_000;

/** A text of somebody else, cut where it is long: it may fill a header, and stands in one with more beside it. */
export function cutText(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText).toWellFormed()}…` : text;
}
