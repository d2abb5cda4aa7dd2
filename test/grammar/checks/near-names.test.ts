import { expect } from 'chai';
import fc from 'fast-check';
import { newFindings } from '../../../grammar/checks/index.ts';
import { names, nearest, readAnyDocuments, rowOf } from '../../../grammar/index.ts';
import { askHead, documentOf, sentencesOf, shownOf, tellHead } from '../documents/support.ts';

/** Slips of the hand in standard names, and names that are no slips. */
const slips = fc
  .tuple(
    fc.constantFrom(...names.map(({ name }) => name)),
    fc.nat(20),
    fc.constantFrom('drop', 'swap', 'add', 'keep'),
  )
  .map(([name, place, slip]) => {
    const at = 1 + (place % Math.max(1, name.length - 1));
    const [before, after] = [name.slice(0, at), name.slice(at)];
    if (slip === 'drop') return before + after.slice(1);
    if (slip === 'swap') return before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2);
    return slip === 'add' ? `${before}q${after}` : name.toUpperCase();
  })
  .filter((name) => !name.endsWith('-'));

describe('a name that is nearly a standard one', () => {
  it('is warned of, with the name that was likely meant', () => {
    expect(shownOf(`${askHead}Memmory: lots\n`)).to.equal(
      "warning: line 4, column 1: 'Memmory' is no standard name, and is taken for a fact or test of its own; did you mean Memory?\n" +
        ' 4 | Memmory: lots\n   | ^\n',
    );
    for (const [slip, meant] of [
      ['Walltme', 'Walltime'],
      ['Aplication', 'Application'],
      ['My.Regoin', 'Region'],
      ['Brokr-IP', 'Broker-IP'],
    ]) {
      expect(
        sentencesOf(`${tellHead}${slip}: x\n`).filter((said) => said.includes(`did you mean ${meant}?`)),
        slip,
      ).to.have.length(slip === 'Brokr-IP' ? 0 : 1);
    }
  });

  it('is left alone where the standard one stands there too, or where it is another word', () => {
    expect(sentencesOf(`${tellHead}Region: eu\nRegions: eu, us\nQueue: long\nGlibc: 2.36.0\n`)).to.deep.equal(
      [],
    );
  });

  it('is meant for the nearest that is unsaid, whatever was looked into before', () => {
    const findings = newFindings();
    fc.assert(
      fc.property(
        fc.uniqueArray(slips, { minLength: 1, maxLength: 4, selector: (name) => name.toLowerCase() }),
        (said) => {
          fc.pre(said.every((name) => rowOf(name)?.kind !== 'envelope' && rowOf(name)?.kind !== 'term'));
          const text = said.map((name) => `My.${name}: x\n`).join('');
          const reading = readAnyDocuments(tellHead + text)[0];
          fc.pre(reading !== undefined && 'document' in reading);
          const document = documentOf(tellHead + text);
          const spelled = document.headers.map(({ name }) => rowOf(name.replace(/^My\./, ''))?.name ?? name);
          const unsaid = names.map(({ name }) => name).filter((name) => !spelled.includes(name));
          const expected = spelled.flatMap((name) => {
            const sharing = unsaid.filter((other) => {
              const [a, b] = [name.toLowerCase(), other.toLowerCase()];
              return a.at(0) === b.at(0) || a.at(-1) === b.at(-1);
            });
            return rowOf(name) === undefined ? (nearest(name, sharing) ?? []) : [];
          });
          const meant = findings(document).flatMap(
            ({ message }) => /did you mean (.*)\?$/.exec(message)?.[1] ?? [],
          );
          expect(meant).to.deep.equal(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
