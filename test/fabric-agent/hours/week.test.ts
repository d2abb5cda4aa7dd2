import { expect } from 'chai';
import fc from 'fast-check';
import { readWeek, weekMinutes } from '../../../fabric-agent/hours/week.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const time = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function spansOf(...windows: string[]) {
  const read = readWeek(windows);
  if ('problem' in read) throw new Error(read.problem);
  return read.spans.map(
    ({ from, to }) => `${days[Math.floor(from / 1440)]} ${time(from % 1440)} ${to - from}`,
  );
}

describe('windows of time', () => {
  it('are of each day where no day is named, and of all of a day where no time is', () => {
    expect(spansOf('08:00-09:30')).to.have.length(7).and.include('wed 08:00 90');
    expect(spansOf('weekends')).to.deep.equal(['sat 00:00 2880']);
    expect(spansOf('wed')).to.deep.equal(['wed 00:00 1440']);
    expect(spansOf('weekdays 12:00-13:00')).to.have.length(5);
  });

  it('end on the next day where they end before they begin, on Sunday in the next week', () => {
    expect(spansOf('fri 20:00-08:00')).to.deep.equal(['fri 20:00 720']);
    expect(spansOf('sun 20:00-08:00')).to.deep.equal(['mon 00:00 480', 'sun 20:00 240']);
    expect(spansOf('tue 20:00-24:00')).to.deep.equal(spansOf('tue 20:00-00:00'));
  });

  it('run from a day to another, also past Sunday, and are one where they touch', () => {
    expect(spansOf('Monday - FRIDAY 1:00-2:00')).to.have.length(5);
    expect(spansOf('sat-mon 10:00-11:00')).to.deep.equal(['mon 10:00 60', 'sat 10:00 60', 'sun 10:00 60']);
    expect(spansOf('20:00-08:00', 'weekends')).to.deep.equal([
      'mon 00:00 480',
      'mon 20:00 720',
      'tue 20:00 720',
      'wed 20:00 720',
      'thu 20:00 720',
      'fri 20:00 3120',
    ]);
  });

  it('are refused by a sentence that shows how they are written', () => {
    for (const [said, why] of [
      ['', /is no window of time; write it as/],
      ['8-20', /is no window of time/],
      ['someday', /names a day that there is none of/],
      ['mon-holiday', /names a day/],
      ['constructor', /names a day/],
      ['25:00-26:00', /names a time that there is none of/],
      ['10:60-11:00', /names a time/],
      ['24:00-02:00', /names a time/],
      ['20:00-20:00', /begins and ends at one time/],
    ] as const)
      expect(readWeek([said]))
        .to.have.property('problem')
        .that.matches(why);
  });

  it('are in order and apart, and of a week, whatever is said', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const window = fc
      .tuple(fc.constantFrom(...days, ''), minute, minute)
      .filter(([, from, to]) => from !== to)
      .map(([day, from, to]) => `${day} ${time(from)}-${time(to)}`);
    fc.assert(
      fc.property(fc.array(window, { maxLength: 6 }), (windows) => {
        const read = readWeek(windows);
        if ('problem' in read) throw new Error(read.problem);
        let last = -1;
        for (const { from, to } of read.spans) {
          expect(from).to.be.greaterThan(last);
          expect(to).to.be.greaterThan(from);
          last = to;
        }
        expect(last).to.be.at.most(weekMinutes);
      }),
    );
  });
});
