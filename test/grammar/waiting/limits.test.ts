import { expect } from 'chai';
import fc from 'fast-check';
import { keepWithin, LimitsMaker } from '../../../grammar/waiting/limits.ts';

const compares = {
  '==': (left: number, right: number) => left === right,
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
};

/** Those that are close to each other, or at an end of all, show whether an end is in or out. */
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 1 + Number.EPSILON, -1, -1 - Number.EPSILON, 5e-324, -5e-324),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double({ noNaN: true }),
);
const columns = 3;
const comparison = fc.record({
  column: fc.nat(columns - 1),
  operator: fc.constantFrom(...(Object.keys(compares) as (keyof typeof compares)[])),
  right: number,
});

describe('limits of a record', () => {
  it('hold exactly where each of the comparisons holds that they were made of', () => {
    fc.assert(
      fc.property(
        fc.array(comparison, { maxLength: 4 }),
        fc.array(fc.array(number, { minLength: columns, maxLength: columns }), { maxLength: 4 }),
        fc.nat(2),
        (comparisons, records, room) => {
          const maker = new LimitsMaker();
          for (const { column, operator, right } of comparisons) maker.add(column, operator, right);
          const all = records.map((_, at) => at);
          const expected = all.filter((at) =>
            comparisons.every(({ column, operator, right }) =>
              compares[operator](records[at]?.[column] as number, right),
            ),
          );
          const capacity = records.length + room;
          const values = new Float64Array(columns * capacity);
          for (const [at, record] of records.entries()) {
            for (const [column, value] of record.entries()) values[column * capacity + at] = value;
          }
          const list = Int32Array.from(all);
          const { columns: limited, least, most } = maker;
          let left = list.length;
          for (const [each, column] of limited.entries()) {
            const ends = { from: column * capacity, least: least[each] ?? 0, most: most[each] ?? 0 };
            left = keepWithin(ends, values, list, left);
          }
          expect([...list.subarray(0, left)]).to.deep.equal(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
