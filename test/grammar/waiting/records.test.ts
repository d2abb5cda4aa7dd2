import { expect } from 'chai';
import fc from 'fast-check';
import { Records } from '../../../grammar/waiting/records.ts';

const length = 3;

describe('records of Asks', () => {
  it('stay each with its place and without gaps, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(9)), { maxLength: 40 }), (steps) => {
        const records = new Records(length);
        const at = new Map<number, number>();
        for (const [place, removed] of steps.entries()) {
          if (removed === null) {
            at.set(place, records.add([place, place + 0.5, -place], place));
            continue;
          }
          const [gone, record] = [...at][removed] ?? [];
          if (gone === undefined || record === undefined) continue;
          at.delete(gone);
          const moved = records.remove(record);
          if (moved !== undefined) at.set(moved, record);
        }
        expect([...at.values()].sort((a, b) => a - b)).to.deep.equal([...at.keys()].map((_, index) => index));
        for (const [place, record] of at) {
          expect(records.placeOf(record)).to.equal(place);
          expect(records.read(record)).to.deep.equal([place, place + 0.5, -place]);
          const own = [0, 1, 2].map((column) => records.values[column * records.capacity + record]);
          expect(own).to.deep.equal(records.read(record));
        }
      }),
    );
  });
});
