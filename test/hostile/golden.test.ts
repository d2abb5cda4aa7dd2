import { expect } from 'chai';
import { annotatedDiagnostic, diagnosticCodes, diagnosticLines } from '../../grammar/index.ts';
import { bytesOf, diagnosticsOf, type Golden, golden } from './golden.ts';

const caretsShown = 2;

/** JSON has no version before it is read, and neither has what is no document. */
const ofNoVersion = ['wrong-shape', 'not-sla', 'version-not-understood'];

/** Reasons that only documents of version 1.0 give. */
const ofVersion1 = [
  'side-refused',
  'too-many-values',
  'never-holds',
  'always-holds',
  'no-condition',
  'exact-test',
  'tests-waived',
  'decides-nothing',
];

function caretsOf(one: Golden): string[] {
  return diagnosticsOf(one)
    .slice(0, caretsShown)
    .map((diagnostic) => annotatedDiagnostic(diagnostic).split('\n').slice(1, -1).join('\n'))
    .filter((lines) => lines !== '');
}

function titleOf(one: Golden): string {
  if (one.json !== undefined) return JSON.stringify(one.json);
  const lines = textOf(one).trimEnd().split('\n');
  return JSON.stringify(lines.slice(-2).join(' ')).slice(-70);
}

function textOf(one: Golden): string {
  return new TextDecoder().decode(bytesOf(one));
}

const said = new Set(golden.flatMap(({ codes }) => codes));
const saidOfOld = new Set(
  golden.filter((one) => textOf(one).includes('-version: 0.1')).flatMap(({ codes }) => codes),
);

describe('a bad document', () => {
  for (const one of golden) {
    it(`is answered word for word: ${titleOf(one)}`, () => {
      const diagnostics = diagnosticsOf(one);
      expect(diagnosticLines(diagnostics).split('\n').slice(0, -1)).to.deep.equal(one.said);
      expect([...new Set(diagnostics.map(({ code }) => code))]).to.deep.equal(one.codes);
      if (one.carets !== undefined) expect(caretsOf(one)).to.deep.equal(one.carets);
    });
  }

  it('of each kind stands among these, of both versions where both can be so bad', () => {
    const codes = Object.keys(diagnosticCodes);
    expect(codes.filter((code) => !said.has(code))).to.deep.equal([]);
    const old = codes.filter((code) => !ofVersion1.includes(code) && !ofNoVersion.includes(code));
    expect(old.filter((code) => !saidOfOld.has(code))).to.deep.equal([]);
  });
});
