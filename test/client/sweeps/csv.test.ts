import { expect } from 'chai';
import fc from 'fast-check';
import { CsvReader, csvLine, readCsv } from '../../../client/sweeps/csv.ts';
import type { SweepError } from '../../../client/sweeps/faults.ts';

function recordsOf(pieces: readonly string[]): (readonly string[])[] {
  const reader = new CsvReader();
  const records = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
  return records.map(({ fields }) => fields);
}

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

const rowsOf = async (text: string) => {
  const sweep = await readCsv(() => pieces(text));
  return { names: sweep.names, rows: await Array.fromAsync(sweep.rows()) };
};

describe('a CSV file', () => {
  it('is read as RFC 4180 says', () => {
    expect(recordsOf(['a,b\r\n"x, y","say ""so""\r\nthere"\r\n,\r\n\r\nlast,1'])).to.deep.equal([
      ['a', 'b'],
      ['x, y', 'say "so"\r\nthere'],
      ['', ''],
      ['last', '1'],
    ]);
  });

  it('comes back as it was written, in whatever pieces it comes', () => {
    const field = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ') }),
    );
    const record = fc.array(field, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(record),
        fc.array(fc.nat(40)),
        fc.constantFrom('\n', '\r\n'),
        (records, cuts, end) => {
          const text = records.map((fields) => csvLine(fields) + end).join('');
          const all = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
          const parts = all.slice(1).map((cut, index) => text.slice(all[index], cut));
          expect(recordsOf(parts)).to.deep.equal(records);
        },
      ),
    );
  });

  it('names the parameters in its first line, and has a task in each other', async () => {
    expect(await rowsOf('\uFEFFn, alpha\n1,0.5\n2,"a,b"\n')).to.deep.equal({
      names: ['n', 'alpha'],
      rows: [
        ['1', '0.5'],
        ['2', 'a,b'],
      ],
    });
  });

  it('is refused with the line where it is none, or its rows are not alike', async () => {
    const refused = (text: string) => rowsOf(text).then(String, (error: SweepError) => error.message);
    for (const [text, said] of [
      ['', 'line 1, column 1: the first line names the parameters, and there is none'],
      ['n\n1\n"open', 'line 3, column 1: the quote of this field has no end'],
      ['n,m\n1\n', 'line 2, column 1: this row has 1 fields, and the first 2'],
      ['n\n"a"b\n', 'line 2, column 1: something stands behind the quote that ends a field'],
      ['n\na"b\n', 'line 2, column 1: a quote stands within a field that does not begin with one'],
      ['n\na\rb\n', 'line 2, column 1: a carriage return stands within a line'],
      ['n,2\n', "line 1, column 1: column 2, '2', is no name of a parameter"],
      ['n,n\n', "line 1, column 1: column 2, 'n', is named twice"],
      ['task\n', "line 1, column 1: column 1, 'task', is the number of the task"],
      [`n\n${'x'.repeat(1024 * 1024 + 1)}`, 'line 2, column 1: a record has at most 1048576 characters'],
    ] as const)
      expect(await refused(text), text.slice(0, 40)).to.contain(said);
  });
});
