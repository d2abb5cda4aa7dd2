import { expect } from 'chai';
import { names, type Row, rowOf } from '../../../grammar/index.ts';
import { askHead, readingOf, tellHead } from './support.ts';

/** A document in which the example of a row may stand. */
function documentOf({ name, kind, about, type, example }: Row): string {
  const header = `${name}: ${example}\n`;
  if (type === 'language') return `${header}Action: Ask\n`;
  if (type === 'action') return `SLA-version: 1.0\n${header}`;
  if (name === 'Id') return `SLA-version: 1.0\nAction: Ask\n${header}`;
  if (name === 'Broker-IP') return `SLA-version: 1.0\nAction: Tell\nId: t\n${header}`;
  const isTold = kind === 'term' ? ['Price', 'Explicit'].includes(name) : about === 'teller';
  return (isTold ? tellHead : askHead) + header;
}

describe('the vocabulary', () => {
  for (const row of names) {
    it(`has an example that can be said: ${row.name}: ${row.example}`, () => {
      const reading = readingOf(documentOf(row));
      expect('diagnostics' in reading ? reading.diagnostics : []).to.deep.equal([]);
    });
  }

  it('has each name once, in whatever letters it is written, with a sentence', () => {
    expect(new Set(names.map(({ name }) => name.toLowerCase())).size).to.equal(names.length);
    for (const row of names) {
      expect(rowOf(row.name.toUpperCase())).to.equal(row);
      expect(row.sentence, row.name).to.match(/^[A-Z].*\.$/);
    }
    expect(rowOf('Queue')).to.equal(undefined);
  });
});
