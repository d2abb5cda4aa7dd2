import { expect } from 'chai';
import fc from 'fast-check';
import { clauseHash, documentHash, printDocument1 } from '../../../grammar/index.ts';
import { documentsOf, documentTexts } from '../documents.ts';
import type { Target } from '../target.ts';

const unhashed = fc.constantFrom('In-reply-to: x\n', 'Cursor: 7\n', 'Signature: s\n', '# a comment\n');

export const hashes: Target = {
  name: 'hashes',
  about:
    'The document hash is that of the canonical text, whatever is unhashed; the clause hash heeds no order of names.',
  property: () =>
    fc.property(documentTexts, unhashed, fc.nat(), (text, extra, seed) => {
      for (const document of documentsOf(text)) {
        const printed = printDocument1(document);
        const [name = ''] = extra.split(':');
        const added = new RegExp(`^${name}:`, 'im').test(printed) ? printed : printed + extra;
        const [same] = documentsOf(added);
        expect(same && documentHash(same), added).to.equal(documentHash(document));
        expect(same && clauseHash(same), added).to.equal(clauseHash(document));
        const [other] = documentsOf(shuffled(printed, seed));
        expect(other && clauseHash(other)).to.equal(clauseHash(document));
      }
    }),
};

/** The headers in another order, those of one name left in theirs. */
function shuffled(printed: string, seed: number): string {
  const [first = '', ...lines] = printed.trimEnd().split('\n');
  const groups = Map.groupBy(lines, (line) =>
    line.slice(0, line.indexOf(':')).toLowerCase().replace(/\?$/, ''),
  );
  const order = [...groups.values()].map((group, index) => ({ group, place: (seed * (index + 7)) % 11 }));
  return `${[first, ...order.sort((a, b) => a.place - b.place).flatMap(({ group }) => group)].join('\n')}\n`;
}
