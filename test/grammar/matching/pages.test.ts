import { expect } from 'chai';
import fc from 'fast-check';
import { Column } from '../../../grammar/matching/column.ts';
import { doubles, List, Pages, pageMask, pageRows } from '../../../grammar/matching/pages.ts';

/** Rows of three pages: of the first many, as a table has them, and some of each. */
const someRows = fc.oneof(fc.nat(200), fc.nat(3 * pageRows - 1));

describe('what is kept by row, in pages', () => {
  it('is what was set last, and elsewhere what was there at first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(someRows, fc.nat()), { maxLength: 100 }), someRows, (steps, other) => {
        const plain = new Map<number, number>();
        const [pages, list] = [new Pages(doubles, Number.POSITIVE_INFINITY), new List<number>()];
        for (const [row, value] of steps) {
          plain.set(row, value);
          pages.set(row, value);
          list.set(row, value);
        }
        for (const row of [...plain.keys(), other]) {
          expect(pages.at(row)).to.equal(plain.get(row) ?? Number.POSITIVE_INFINITY);
          expect(list.at(row)).to.equal(plain.get(row));
          if (plain.has(row)) expect(pages.pageAt(row)[row & pageMask]).to.equal(plain.get(row));
        }
      }),
    );
  });

  it('keeps a column of few or of many rows of a page alike', () => {
    const someSteps = fc.array(fc.tuple(someRows, fc.option(fc.nat(5), { nil: undefined })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(someSteps, (steps) => {
        const column = new Column<number>({ value: 0 });
        const plain = new Map<number, number>();
        for (const [row, value] of steps) {
          if (plain.delete(row)) column.delete(row);
          if (value === undefined) continue;
          plain.set(row, value);
          column.set(row, column.things.take(`${value}`) || column.things.put(`${value}`, value));
        }
        expect(column.rows).to.equal(plain.size);
        for (const [row] of steps) {
          expect(column.things.at(column.at(row))).to.equal(plain.get(row));
          const numbers = column.numbersAt(row) ?? new Int32Array(0);
          if (numbers.length > 0) expect(numbers[row & pageMask] ?? 0).to.equal(column.at(row));
        }
      }),
    );
  });
});
