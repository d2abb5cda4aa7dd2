import { expect } from 'chai';
import { createOpening } from '../../../fabric-agent/hours/opening.ts';
import { ManualClock } from '../../support/clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

async function openingAt(moment: string, said: { hours?: string[]; 'at-closing'?: 'finish' | 'stop' } = {}) {
  const clock = new ManualClock(Date.parse(moment));
  const settings = { hours: ['20:00-08:00'], 'time-zone': 'UTC', 'at-closing': 'finish', ...said } as const;
  const opening = createOpening({ ...settings, hours: [...settings.hours] }, clock);
  const heard: (string | undefined)[] = [];
  opening.onChange(() => heard.push(opening.unwilling));
  await opening.start();
  return { clock, opening, heard };
}

describe('the opening of a node', () => {
  it('says until when it is closed, and tells of each change as it comes', async () => {
    const { clock, opening, heard } = await openingAt('2026-11-23T12:00:00Z');
    expect(opening.unwilling).to.equal('this node is closed until 2026-11-23T20:00Z');
    expect(opening.closedUntil).to.equal(Date.parse('2026-11-23T20:00:00Z'));
    await clock.advance(8 * hourMs - 1);
    expect(heard).to.deep.equal([]);
    await clock.advance(1);
    expect(heard).to.deep.equal([undefined]);
    expect(opening.closedUntil).to.equal(undefined);
    await clock.advance(12 * hourMs);
    expect(heard).to.deep.equal([undefined, 'this node is closed until 2026-11-24T20:00Z']);
    await opening.stop();
    await clock.advance(24 * hourMs);
    expect(heard).to.have.length(2);
  });

  it('says by when all has ended only where it stops what runs', async () => {
    const stopping = await openingAt('2026-11-23T21:00:00Z', { 'at-closing': 'stop' });
    expect(stopping.opening.endsBy).to.equal(Date.parse('2026-11-24T08:00:00Z'));
    const finishing = await openingAt('2026-11-23T21:00:00Z');
    expect(finishing.opening.endsBy).to.equal(undefined);
  });

  it('follows a clock that is set, within half a minute', async () => {
    const { clock, opening, heard } = await openingAt('2026-11-23T12:00:00Z');
    clock.set(9 * hourMs);
    expect(opening.unwilling).to.equal(undefined);
    await clock.advance(minuteMs / 2);
    expect(heard).to.deep.equal([undefined]);
    clock.set(-9 * hourMs);
    expect(opening.unwilling).to.match(/closed until 2026-11-23T20:00Z/);
    await clock.advance(minuteMs / 2);
    expect(heard).to.have.length(2);
    await opening.stop();
  });

  it('is open for ever where no hours are set, or all of them', async () => {
    for (const hours of [[], ['weekdays', 'weekends']]) {
      const { clock, opening, heard } = await openingAt('2026-11-23T12:00:00Z', {
        hours,
        'at-closing': 'stop',
      });
      await clock.advance(24 * hourMs);
      expect({ ...opening, unwilling: opening.unwilling, endsBy: opening.endsBy, heard }).to.deep.include({
        unwilling: undefined,
        endsBy: undefined,
        heard: [],
      });
      await opening.stop();
    }
  });
});
