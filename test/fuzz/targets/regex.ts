import { expect } from 'chai';
import fc from 'fast-check';
import { regexBounds } from '../../../grammar/regex/bounds.ts';
import { compileRegex } from '../../../grammar/regex/index.ts';
import { commonText, shortText, tameRegex } from '../../grammar/regex/arbitraries.ts';
import type { Target } from '../target.ts';

export const regex: Target = {
  name: 'regex',
  about: 'A regular expression is found where JavaScript finds it, whether states are remembered or not.',
  property: () =>
    fc.property(
      tameRegex,
      fc.array(shortText, { minLength: 1, maxLength: 6 }),
      commonText,
      (source, texts, long) => {
        const mine = compileRegex(source, false);
        const forgetful = compileRegex(source, false, 0, { ...regexBounds, states: 2 });
        if ('problem' in mine || 'problem' in forgetful) throw new Error(source);
        const theirs = new RegExp(source.replaceAll('.', '[^\\n]').replaceAll('\\[^\\n]', '\\.'), 'u');
        // V8 looks for \B between the two halves of a character beyond U+FFFF too.
        const fair = source.includes('\\B') ? texts.map((text) => text.replaceAll('😀', 'é')) : texts;
        for (const text of fair) {
          expect(mine.found(text), text).to.equal(theirs.test(text));
          expect(forgetful.found(text), text).to.equal(mine.found(text));
        }
        expect(forgetful.found(long)).to.equal(mine.found(long));
      },
    ),
};
