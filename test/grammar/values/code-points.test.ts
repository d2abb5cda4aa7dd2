import { expect } from 'chai';
import fc from 'fast-check';
import { orderCodePoints } from '../../../grammar/values/version.ts';

/** What comes first by the code points of both, one after the other; the shorter where it is the beginning of the other. */
function plainOrder(a: string, b: string): number {
  const [one, other] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const at = one?.findIndex((code, index) => code !== other?.[index]) ?? -1;
  if (at < 0) return (one?.length ?? 0) - (other?.length ?? 0);
  return (one?.[at] ?? 0) - (other?.[at] ?? -1);
}

describe('texts in the order of their code points', () => {
  it('stand as their characters do, also where those take two units', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\ud7ff', '\u{10000}', '\u{10ffff}', '\ue000', '\uffff'), {
        maxLength: 4,
      })
      .map((characters) => characters.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(orderCodePoints(a, b))).to.equal(Math.sign(plainOrder(a, b)));
      }),
      { numRuns: 1000 },
    );
  });
});
