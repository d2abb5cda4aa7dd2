import { expect } from 'chai';
import fc from 'fast-check';
import { Records, type Written } from '../../../grammar/waiting/records.ts';

/** What is written of the Ask of a place: columns that differ, and those that some or all have alike. */
function written(place: number): Written {
  return { numbers: [place, -place / 2, Math.trunc(place / 8), 5], codes: [place, Math.trunc(place / 8), 7] };
}

describe('records of Asks', () => {
  it('stay each with its place and without gaps, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(9)), { maxLength: 40 }), (steps) => {
        const records = new Records(4, 3);
        const at = new Map<number, number>();
        for (const [place, removed] of steps.entries()) {
          if (removed === null) {
            at.set(place, records.add(written(place), place));
            continue;
          }
          const [gone, record] = [...at][removed] ?? [];
          if (gone === undefined || record === undefined) continue;
          at.delete(gone);
          const moved = records.remove(record);
          if (moved !== undefined) at.set(moved, record);
        }
        expect([...at.values()].sort((a, b) => a - b)).to.deep.equal([...at.keys()].map((_, index) => index));
        const all = [...at.keys()].map(written);
        for (const [place, record] of at) {
          const { numbers, codes } = written(place);
          expect(records.places[record]).to.equal(place);
          expect(records.read(record)).to.deep.equal({ numbers, codes });
          const { capacity } = records;
          expect(numbers.map((_, column) => records.numbers[column * capacity + record])).to.deep.equal(
            numbers,
          );
          expect(codes.map((_, column) => records.codes[column * capacity + record])).to.deep.equal(codes);
        }
        if (all.length === 0) return;
        for (let column = 0; column < 4; column += 1) {
          for (const { numbers } of all) {
            expect(numbers[column]).to.be.within(records.leastOf(column), records.mostOf(column));
          }
        }
        for (let column = 0; column < 3; column += 1) {
          const common = records.commonCode(column);
          if (common >= 0) for (const { codes } of all) expect(codes[column]).to.equal(common);
        }
        expect([records.leastOf(3), records.mostOf(3)]).to.deep.equal([5, 5]);
        expect(records.commonCode(2)).to.equal(7);
      }),
    );
  });
});
