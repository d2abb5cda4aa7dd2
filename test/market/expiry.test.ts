import { expect } from 'chai';
import fc from 'fast-check';
import { type Ending, Expiry } from '../../market/expiry.ts';

const steps = fc.array(
  fc.record({ kind: fc.constantFrom('add', 'add', 'remove', 'take'), number: fc.nat({ max: 20 }) }),
  { maxLength: 200, size: 'max' },
);

describe('what ends at a time', () => {
  it('is taken out the first first, and not before; what was removed is never', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const expiry = new Expiry<number>();
        let there: Ending<number>[] = [];
        for (const [name, { kind, number }] of all.entries()) {
          const some = there[number];
          if (kind === 'add') there.push(expiry.add(number, name));
          else if (kind === 'remove' && some !== undefined) {
            expiry.remove(some);
            there = there.filter((ending) => ending !== some);
          } else if (kind === 'take') {
            const first = Math.min(...there.map(({ at }) => at));
            expect(expiry.first ?? Number.POSITIVE_INFINITY).to.equal(first);
            const taken = expiry.take(number);
            const ending = there.find(({ one }) => one === taken);
            expect(ending?.at).to.equal(first <= number ? first : undefined);
            there = there.filter((one) => one !== ending);
          }
        }
      }),
    );
  });
});
