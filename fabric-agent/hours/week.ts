/** Minutes of a day and of a week, which begins on Monday at 00:00. */
export const dayMinutes = 24 * 60;
export const weekMinutes = 7 * dayMinutes;

/** A part of the week: from a minute of it up to another, which is not in it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const whole = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const named: Readonly<Record<string, readonly number[]>> = {
  weekdays: [0, 1, 2, 3, 4],
  weekends: [5, 6],
};

const form = /^(?<days>[a-z]+(?: *- *[a-z]+)?)?(?: *(?<from>\d{1,2}:\d{2}) *- *(?<to>\d{1,2}:\d{2}))?$/;
const example = "write it as '20:00-08:00', 'weekends' or 'mon-fri 18:00-07:00'";

/**
 * Reads windows of time such as `20:00-08:00`, `weekends` and `mon-fri 18:00-07:00` into the parts of the week that they
 * are together: in order, apart from each other. One that ends before it begins ends on the next day.
 */
export function readWeek(
  windows: readonly string[],
): { readonly spans: readonly Span[] } | { readonly problem: string } {
  const spans: Span[] = [];
  for (const window of windows) {
    const read = readWindow(window);
    if (typeof read === 'string') return { problem: `'${window.slice(0, 60)}' ${read}` };
    spans.push(...read);
  }
  return { spans: joined(spans) };
}

function readWindow(window: string): readonly Span[] | string {
  const parts = form.exec(window.trim().toLowerCase())?.groups;
  if (parts === undefined || window.trim() === '') return `is no window of time; ${example}`;
  const on = parts.days === undefined ? days.map((_, day) => day) : readDays(parts.days);
  if (on === undefined) return `names a day that there is none of; days are ${days.join(', ')}`;
  const from = parts.from === undefined ? 0 : readMinute(parts.from);
  const to = parts.to === undefined ? dayMinutes : readMinute(parts.to);
  if (from === undefined || to === undefined || from === dayMinutes)
    return 'names a time that there is none of; times are 00:00 to 23:59, and 24:00 at the end';
  if (from === to)
    return `begins and ends at one time; leave the time out where all of the day is meant, or ${example}`;
  const lasts = to > from ? to - from : to + dayMinutes - from;
  return on.flatMap((day) => {
    const start = day * dayMinutes + from;
    const end = start + lasts;
    if (end <= weekMinutes) return { from: start, to: end };
    return [
      { from: start, to: weekMinutes },
      { from: 0, to: end - weekMinutes },
    ];
  });
}

/** Days as `mon-fri`, `sun-tue` or `sat`; undefined where one is none. */
function readDays(said: string): readonly number[] | undefined {
  const known = Object.hasOwn(named, said) ? named[said] : undefined;
  if (known !== undefined) return known;
  const [first, last] = said.split('-').map((word) => dayOf(word.trim()));
  if (first === undefined || (said.includes('-') && last === undefined)) return undefined;
  const count = (((last ?? first) - first + days.length) % days.length) + 1;
  return Array.from({ length: count }, (_, index) => (first + index) % days.length);
}

function dayOf(word: string): number | undefined {
  const day = days.findIndex((short, index) => word === short || word === whole[index]);
  return day === -1 ? undefined : day;
}

function readMinute(said: string): number | undefined {
  const [hour = 0, minute = 0] = said.split(':').map(Number);
  const read = hour * 60 + minute;
  return minute < 60 && read <= dayMinutes ? read : undefined;
}

function joined(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && span.from <= last.to)
      all[all.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else all.push(span);
  }
  return all;
}
