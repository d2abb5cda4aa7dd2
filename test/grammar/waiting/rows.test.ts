import { expect } from 'chai';
import fc from 'fast-check';
import { FoundRows } from '../../../grammar/waiting/found-rows.ts';
import { Rows } from '../../../grammar/waiting/rows.ts';

const places = 4;

describe('the rows of places', () => {
  it('are all those that came to a place and have not gone from it, in whatever order they come and go', () => {
    const changes = fc.array(fc.record({ row: fc.nat(11), place: fc.nat(places - 1) }), { maxLength: 60 });
    fc.assert(
      fc.property(changes, fc.subarray([0, 1, 2, 3]), (all, looked) => {
        const rows = new Rows();
        const placeOf = new Map<number, number>();
        const rowsAt = (place: number) => [...placeOf].filter(([, at]) => at === place).map(([row]) => row);
        for (const { row, place } of all) {
          const before = placeOf.get(row);
          placeOf.delete(row);
          if (before !== undefined) expect(rows.remove(before, row)).to.equal(rowsAt(before).length === 0);
          else {
            rows.add(place, row);
            placeOf.set(row, place);
          }
        }
        for (let place = 0; place < places; place += 1)
          expect(rows.has(place)).to.equal(rowsAt(place).length > 0);
        const taken = looked.filter((place) => rows.has(place));
        const found = new FoundRows(12);
        rows.addTo(found, Int32Array.from(taken), taken.length);
        expect([...found.ascending()]).to.deep.equal(taken.flatMap(rowsAt).sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });
});
