import { expect } from 'chai';
import fc from 'fast-check';
import { fromAnyJson, printDocument1, toJson1 } from '../../../grammar/index.ts';
import { documentsOf, documentTexts } from '../documents.ts';
import type { Target } from '../target.ts';

export const forms: Target = {
  name: 'forms',
  about: 'Canonical text is read as what it was printed from and printed the same, and so is JSON.',
  property: () =>
    fc.property(documentTexts, (text) => {
      for (const document of documentsOf(text)) {
        const printed = printDocument1(document);
        const [again, ...more] = documentsOf(printed);
        expect(more).to.deep.equal([]);
        expect(again?.headers, printed).to.deep.equal(document.headers);
        expect(again?.party?.clauses).to.deep.equal(document.party?.clauses);
        const json = JSON.parse(JSON.stringify(toJson1(document))) as unknown;
        const fromJson = fromAnyJson(json);
        expect(fromJson).to.have.property('document');
        if ('document' in fromJson) expect(fromJson.document.headers).to.deep.equal(document.headers);
      }
    }),
};
