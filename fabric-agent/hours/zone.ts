/** How far the clocks on the wall are ahead of UTC at a moment, both in milliseconds. */
export type Zone = (at: number) => number;

/** A time zone by its name, such as `Europe/Stockholm`, or this machine's; undefined where nobody knows it. */
export function zoneOf(name: string | undefined): Zone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      ...(name === undefined ? {} : { timeZone: name }),
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return (at) => {
    const second = Math.floor(at / 1000) * 1000;
    const said: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(second)) said[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = said;
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  };
}
