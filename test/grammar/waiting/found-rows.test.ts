import { expect } from 'chai';
import fc from 'fast-check';
import { FoundRows } from '../../../grammar/waiting/found-rows.ts';

describe('rows that are found', () => {
  it('come ascending, few or many, in whatever order and parts they were found, without those that are too high', () => {
    const end = 5_000;
    const row = fc.oneof(fc.nat(end), fc.integer({ min: end - 10, max: end + 100 }));
    fc.assert(
      fc.property(
        fc.uniqueArray(row, { maxLength: 50 }),
        fc.nat(3_000),
        fc.integer({ min: 1, max: 700 }),
        (few, many, part) => {
          const others = Array.from({ length: many }, (_, at) => (at * 7_919) % end);
          const rows = [...new Set([...few, ...others, ...few.map((row) => row + 1)])];
          const found = new FoundRows(end);
          for (let at = 0; at < rows.length; at += part) {
            const some = Int32Array.from(rows.slice(at, at + part));
            found.add(some, some.length);
          }
          const expected = rows.filter((row) => row < end).sort((a, b) => a - b);
          expect([...found.ascending()]).to.deep.equal(expected);
        },
      ),
    );
  });
});
