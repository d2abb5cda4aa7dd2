import { expect } from 'chai';
import fc from 'fast-check';
import { ByText } from '../../market/by-text.ts';

/** More than one Map has. */
const many = 5_000;

describe('a map by text for very many entries', () => {
  it('does what a Map does, whatever is set and deleted', () => {
    const someKeys = fc.integer({ min: 0, max: many / 10 }).map((number) => `slot${number}@example.org`);
    const someSteps = fc.array(fc.tuple(someKeys, fc.option(fc.nat(3), { nil: undefined })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(someSteps, fc.boolean(), (steps, isLarge) => {
        const plain = new Map<string, number>();
        const byText = new ByText<number>();
        const filled = isLarge ? many : 0;
        for (let number = 0; number < filled; number += 1) {
          plain.set(`slot${number}@example.org`, number);
          byText.set(`slot${number}@example.org`, number);
        }
        for (const [key, value] of steps) {
          if (value === undefined) plain.delete(key);
          else plain.set(key, value);
          if (value === undefined) byText.delete(key);
          else byText.set(key, value);
          expect(byText.get(key)).to.equal(plain.get(key));
          expect(byText.size).to.equal(plain.size);
        }
        expect([...byText.values()].sort()).to.deep.equal([...plain.values()].sort());
      }),
      { numRuns: 20 },
    );
  });
});
