import { expect } from 'chai';
import fc from 'fast-check';
import { hasIgnoringCase } from '../../../grammar/matching/letters.ts';

describe('whether a text has another in it, capital letters or not', () => {
  const ascii = fc.string({ unit: fc.constantFrom(...'aAbBkKzZ@[`{1 ,"'), maxLength: 12 });
  const any = fc.string({
    unit: fc.oneof(fc.constantFrom('k', 'K', 'K', 'İ', 'ß', 'é'), fc.constant('a')),
    maxLength: 5,
  });

  it('is what their small letters say, of ASCII', () => {
    fc.assert(
      fc.property(ascii, ascii, (text, part) => {
        expect(hasIgnoringCase(text, part)).to.equal(text.toLowerCase().includes(part.toLowerCase()));
      }),
    );
  });

  it('is never denied where their small letters say it', () => {
    fc.assert(
      fc.property(any, any, any, (before, part, after) => {
        const texts = [part, part.toLowerCase(), part.toUpperCase()].map((middle) => before + middle + after);
        for (const text of texts) {
          if (text.toLowerCase().includes(part.toLowerCase()))
            expect(hasIgnoringCase(text, part)).to.equal(true);
        }
      }),
    );
  });
});
