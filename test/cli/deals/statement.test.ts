import { expect } from 'chai';
import { statementHead, statementLine } from '../../../cli/deals/statement.ts';
import { CsvReader } from '../../../client/sweeps/csv.ts';
import type { EntryView } from '../../../protocol/accounts.ts';

const entry: EntryView = {
  ...{ entry: 7, at: 0, kind: 'escrow', cause: 'off-1', amount: '-0.07', balance: '99.93', memo: null },
};

const cellsOf = (line: string) => new CsvReader().push(`${line}\n`)[0]?.fields;

describe('a statement as comma-separated values', () => {
  it('has a column for each member, and comes back as it was, whatever its words hold', () => {
    expect(statementHead).to.equal('entry,at,kind,cause,amount,balance,memo');
    expect(statementLine(entry)).to.equal('7,1970-01-01T00:00:00.000Z,escrow,off-1,-0.07,99.93,');
    for (const memo of ['for a, b', 'the "first"', 'two\nlines', 'two\r\nlines', ' - '])
      expect(cellsOf(statementLine({ ...entry, memo }))?.at(-1)).to.equal(memo);
  });

  it('has nothing that a program of tables would run', () => {
    for (const memo of ['=1+1', '+1', '@SUM(A1)', '-A1', '\t=1', '=HYPERLINK("http://a","b")'])
      expect(cellsOf(statementLine({ ...entry, memo }))?.at(-1)).to.equal(`'${memo}`);
  });
});
