import { expect } from 'chai';
import fc from 'fast-check';
import { hoursIn, hoursOf } from '../../../fabric-agent/hours/hours.ts';
import { readWeek } from '../../../fabric-agent/hours/week.ts';
import { zoneOf } from '../../../fabric-agent/hours/zone.ts';
import { Refusal } from '../../../platform/failure.ts';

const minuteMs = 60_000;
const at = (text: string) => Date.parse(text);
const said = (hours: string[], zone = 'Europe/Stockholm') => hoursOf({ hours, 'time-zone': zone })!;
const changes = (hours: string[], from: string, count: number, zone?: string) => {
  const read = said(hours, zone);
  const found: string[] = [];
  for (let now = at(from); found.length < count; ) {
    const next = read.changeAfter(now)!;
    found.push(`${new Date(next).toISOString().slice(0, 16)} ${read.isOpen(next) ? 'opens' : 'closes'}`);
    now = next;
  }
  return found;
};

/** Whether a moment is in a window, by the weekday and the time that the calendar of the system writes for it. */
function written(zone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (moment: number) => {
    const [day = '', time = ''] = format.format(moment).split(/,? /);
    return { day: day.toLowerCase(), time };
  };
}

describe('the hours of a node', () => {
  it('open and close it by the clocks on its walls', () => {
    const evenings = said(['20:00-08:00', 'weekends']);
    expect(evenings.isOpen(at('2026-11-23T18:59:59Z'))).to.equal(false);
    expect(evenings.isOpen(at('2026-11-23T19:00:00Z'))).to.equal(true);
    expect(changes(['20:00-08:00', 'weekends'], '2026-11-20T12:00:00Z', 3)).to.deep.equal([
      '2026-11-20T19:00 opens',
      '2026-11-23T07:00 closes',
      '2026-11-23T19:00 opens',
    ]);
  });

  it('are an hour shorter in the night in which clocks are set forward, and longer when they are set back', () => {
    expect(changes(['20:00-08:00'], '2026-03-28T12:00:00Z', 2)).to.deep.equal([
      '2026-03-28T19:00 opens',
      '2026-03-29T06:00 closes',
    ]);
    expect(changes(['20:00-08:00'], '2026-10-24T12:00:00Z', 2)).to.deep.equal([
      '2026-10-24T18:00 opens',
      '2026-10-25T07:00 closes',
    ]);
  });

  it('do not come where their hour is skipped, and come twice where it does', () => {
    expect(changes(['sun 02:10-02:50'], '2026-03-22T12:00:00Z', 2)).to.deep.equal([
      '2026-04-05T00:10 opens',
      '2026-04-05T00:50 closes',
    ]);
    expect(changes(['sun 02:10-02:50'], '2026-10-24T12:00:00Z', 4)).to.deep.equal([
      '2026-10-25T00:10 opens',
      '2026-10-25T00:50 closes',
      '2026-10-25T01:10 opens',
      '2026-10-25T01:50 closes',
    ]);
    expect(changes(['01:30-02:30'], '2026-03-29T00:00:00Z', 2)).to.deep.equal([
      '2026-03-29T00:30 opens',
      '2026-03-29T01:00 closes',
    ]);
  });

  it('never change where all of the week is open', () => {
    const always = said(['weekdays', 'weekends']);
    expect(always.isOpen(at('2026-01-01T00:00:00Z'))).to.equal(true);
    expect(always.changeAfter(at('2026-01-01T00:00:00Z'))).to.equal(undefined);
    expect(hoursOf({ hours: [], 'time-zone': undefined })).to.equal(undefined);
  });

  it('are refused by the name of their setting', () => {
    expect(() => said(['noon'])).to.throw(Refusal, /^agent.hours: 'noon' names a day/);
    expect(() => said(['weekends'], 'Mars/Olympus')).to.throw(Refusal, /^agent.time-zone: nobody knows/);
  });

  it('are those that a look at each minute finds, in any zone', () => {
    const days = ['', 'mon ', 'sun ', 'sat-tue ', 'weekends ', 'weekdays '];
    const time = fc.integer({ min: 0, max: 95 }).map((quarter) => {
      const text = (number: number) => String(number).padStart(2, '0');
      return `${text(Math.floor(quarter / 4))}:${text((quarter % 4) * 15)}`;
    });
    const window = fc
      .record({ day: fc.constantFrom(...days), from: time, to: time })
      .filter(({ from, to }) => from !== to);
    // Each within some days of a change of clocks there: by an hour, by half an hour, and none.
    const place = fc.constantFrom<readonly [string, string]>(
      ['Europe/Stockholm', '2026-03-28T00:00:00Z'],
      ['America/New_York', '2026-10-31T00:00:00Z'],
      ['Australia/Lord_Howe', '2026-04-03T12:00:00Z'],
      ['Africa/Casablanca', '2026-02-14T00:00:00Z'],
      ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
    );
    const long = {
      'weekends ': 'sat sun',
      'weekdays ': 'mon tue wed thu fri',
      'sat-tue ': 'sat sun mon tue',
    };
    const order = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    fc.assert(
      fc.property(
        place,
        fc.array(window, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 2 * 1440 }),
        ([zone, begin], windows, later) => {
          const read = readWeek(windows.map(({ day, from, to }) => `${day}${from}-${to}`));
          if ('problem' in read) throw new Error(read.problem);
          const hours = hoursIn(read.spans, zoneOf(zone)!);
          const wall = written(zone);
          const isOpen = (moment: number) => {
            const { day, time: now } = wall(moment);
            const before = order[(order.indexOf(day) + 6) % 7]!;
            return windows.some(({ day: on, from, to }) => {
              const of = on === '' ? order : (long[on as keyof typeof long] ?? on).trim().split(' ');
              if (from < to) return of.includes(day) && from <= now && now < to;
              return (of.includes(day) && from <= now) || (of.includes(before) && now < to);
            });
          };
          const start = at(begin) + later * minuteMs;
          const open = isOpen(start);
          expect(hours.isOpen(start)).to.equal(open);
          const end = start + 1440 * minuteMs;
          let moment = start;
          while (moment < end && isOpen(moment) === open) moment += minuteMs;
          const change = hours.changeAfter(start) ?? Number.POSITIVE_INFINITY;
          if (moment < end) expect(change).to.equal(moment);
          else expect(change).to.be.at.least(end);
        },
      ),
      { numRuns: 60 },
    );
  });
});
