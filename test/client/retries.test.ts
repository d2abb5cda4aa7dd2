import { expect } from 'chai';
import fc from 'fast-check';
import { Retries } from '../../client/retries.ts';

const limits = { firstMs: 500, mostMs: 30_000, awayMs: 3_600_000 };

describe('trying again', () => {
  it('waits twice as long each time, up to a bound, and anew after news', () => {
    const retries = new Retries(limits, () => 0);
    const waits = Array.from({ length: 9 }, () => retries.broke(0));
    expect(waits).to.deep.equal([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    retries.heard(0, true);
    expect(retries.broke(0)).to.equal(250);
  });

  it('draws each wait from the upper half of what it may be', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
        (draws) => {
          let draw = 0;
          const retries = new Retries(limits, () => draws[draw++]!);
          for (const [failed, drawn] of draws.entries()) {
            const longest = Math.min(limits.mostMs, limits.firstMs * 2 ** failed);
            expect(retries.broke(0))
              .to.equal(longest * (0.5 + drawn / 2))
              .and.to.be.within(longest / 2, longest);
          }
        },
      ),
    );
  });

  it('does not take a service for well that comes back only to break off at once', () => {
    const retries = new Retries(limits, () => 0);
    for (const expected of [250, 500, 1_000]) {
      expect(retries.broke(0)).to.equal(expected);
      retries.heard(0, false);
    }
    expect(retries.broke(limits.mostMs), 'one that held for long was well').to.equal(250);
  });

  it('ends when the service has been away for too long', () => {
    const retries = new Retries(limits, () => 0);
    expect(retries.broke(1_000)).to.equal(250);
    expect(retries.broke(1_000 + limits.awayMs)).to.equal(500);
    expect(retries.broke(1_001 + limits.awayMs)).to.equal(undefined);
    retries.heard(9_000_000, false);
    expect(retries.broke(9_000_000), 'it was there in between').to.equal(1_000);
  });
});
