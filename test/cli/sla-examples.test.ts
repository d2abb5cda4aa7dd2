import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Party } from '../../grammar/documents/model.ts';
import {
  type Document1,
  defaultBounds,
  diagnosticLines,
  findingsOf,
  matchesSla,
  readAnyDocuments,
  slaAsk,
} from '../../grammar/index.ts';
import { finish, Matcher, oldSlaTells, Supply } from '../../grammar/matching/index.ts';

const folder = new URL('../../examples/sla/', import.meta.url);

const files = readdirSync(folder)
  .filter((name) => name.endsWith('.sla'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

function documentOf(text: string): { document: Document1; warnings: string } {
  const [reading, ...rest] = readAnyDocuments(text, defaultBounds, findingsOf);
  if (reading === undefined || rest.length > 0) throw new Error('one document');
  if ('diagnostics' in reading) throw new Error(diagnosticLines(reading.diagnostics));
  if (!('envelope' in reading.document)) throw new Error('version 1.0');
  return { document: reading.document, warnings: diagnosticLines(reading.warnings) };
}

function partyOf(text: string): Party {
  const { party } = documentOf(text).document;
  if (party === undefined) throw new Error('an Ask or a Tell');
  return party;
}

const asks = files.filter(({ name }) => name.startsWith('ask-'));
const tells = files.filter(({ name }) => name.startsWith('tell-'));

describe('examples/sla', () => {
  it('has five Asks and three Tells, each with a comment', () => {
    expect([asks.length, tells.length, files.length]).to.deep.equal([5, 3, 8]);
    for (const { name, text } of files) expect(text, name).to.match(/^# [A-Z]/);
  });

  for (const { name, text } of files) {
    it(`has nothing to warn of in ${name}`, () => {
      expect(documentOf(text).warnings).to.equal('');
    });
  }

  for (const { name, text } of asks) {
    it(`matches, best first, what ${name} says it does`, () => {
      const supply = new Supply();
      for (const tell of tells) supply.add(partyOf(tell.text));
      const { rows } = finish(new Matcher(partyOf(text), supply).answer());
      const meant = /^# matches: (.*)$/m.exec(text)?.[1]?.split(', ');
      expect(rows.map((row) => supply.idOf(row))).to.deep.equal(meant);
    });
  }

  it('has a Tell that an Ask of version 0.1 finds too', () => {
    const ask = slaAsk({ application: 'gcc4.0.2' });
    const found = tells.filter(({ text }) =>
      oldSlaTells(documentOf(text).document).some((old) => matchesSla(ask, old)),
    );
    expect(found.map(({ name }) => name)).to.deep.equal(['tell-workstation.sla']);
  });
});
