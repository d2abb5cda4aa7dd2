import { expect } from 'chai';
import { compareInRounds, median, type Side } from '../../bench/harness/rounds.ts';

describe('rounds of a bench', () => {
  /** A side whose rates are given, and which notes when it ran and for how long. */
  function side(what: string, rates: readonly number[], ran: string[]): Side {
    let at = 0;
    return {
      what,
      async run(windowMs) {
        ran.push(`${what} ${windowMs}`);
        return rates[at++] ?? 0;
      },
    };
  }

  it('take each side once a round, in turn, after one turn that does not count', async () => {
    const ran: string[] = [];
    const [measured, beside] = [side('ours', [1, 10, 30], ran), side('limit', [1, 100, 100], ran)];
    const [compared] = await compareInRounds([{ measured, beside }], {
      rounds: 2,
      windowMs: 40,
      progress: (round) => ran.push(`round ${round}`),
    });
    expect(ran).to.deep.equal([
      ...['round 0', 'ours 20', 'limit 20'],
      ...['round 1', 'ours 40', 'limit 40'],
      ...['round 2', 'ours 40', 'limit 40'],
    ]);
    expect(compared).to.deep.equal({
      what: 'ours',
      perSecond: [10, 30],
      beside: 'limit',
      besidePerSecond: [100, 100],
      ratios: [0.1, 0.3],
    });
  });

  it('measure a side once that stands in several comparisons', async () => {
    const ran: string[] = [];
    const [one, other, limit] = ['one', 'other', 'limit'].map((what) => side(what, [1, 1], ran));
    const comparisons = [
      { measured: one!, beside: limit! },
      { measured: other!, beside: limit! },
    ];
    await compareInRounds(comparisons, { rounds: 1, windowMs: 2, progress() {} });
    expect(ran).to.deep.equal(['one 1', 'limit 1', 'other 1', 'one 2', 'limit 2', 'other 2']);
  });

  it('have a median', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
    expect(median([7])).to.equal(7);
  });
});
