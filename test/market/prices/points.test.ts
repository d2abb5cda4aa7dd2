import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Points,
  pointsOf,
  pointsText,
  spreadOf,
  thinned,
  together,
} from '../../../market/prices/points.ts';

const points: fc.Arbitrary<Points> = fc
  .array(fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 1, max: 50 })), {
    maxLength: 40,
  })
  .map((all) => new Map(all));

/** Each amount as often as it was asked, sorted. */
function written(all: Points): bigint[] {
  return [...all]
    .flatMap(([nano, times]) => Array.from({ length: times }, () => nano))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function total(all: Points): number {
  return [...all.values()].reduce((sum, times) => sum + times, 0);
}

describe('how prices are spread', () => {
  it('is told by amounts that were asked: where a quarter, a half and three quarters of them are counted', () => {
    fc.assert(
      fc.property(points, (all) => {
        const sorted = written(all);
        const spread = spreadOf(all);
        const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1];
        const whole = {
          least: sorted[0],
          lower: at(0.25),
          median: at(0.5),
          upper: at(0.75),
          most: sorted.at(-1),
        };
        expect(spread).to.deep.equal(sorted.length === 0 ? undefined : whole);
      }),
    );
  });

  it('is of two lots together as if they had been one', () => {
    fc.assert(
      fc.property(points, points, (one, other) => {
        const both = [...written(one), ...written(other)].sort((a, b) => (a < b ? -1 : 1));
        expect(written(together(one, other)).map(String)).to.deep.equal(both.map(String));
      }),
    );
  });

  it('is kept as text without losing a digit', () => {
    fc.assert(
      fc.property(points, (all) => {
        expect(written(pointsOf(pointsText(all)))).to.deep.equal(written(all));
      }),
    );
  });

  it('keeps the least, the most and the number of all where too many differ, and only amounts that were asked', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 2, max: 20 }), (all, most) => {
        const few = thinned(all, most);
        expect(few.size).to.be.at.most(Math.max(most, 3));
        expect(total(few)).to.equal(total(all));
        for (const nano of few.keys()) expect(all.has(nano)).to.equal(true);
        const [before, after] = [spreadOf(all), spreadOf(few)];
        expect(after?.least).to.equal(before?.least);
        expect(after?.most).to.equal(before?.most);
        if (all.size <= most) expect(written(few)).to.deep.equal(written(all));
      }),
    );
  });
});
