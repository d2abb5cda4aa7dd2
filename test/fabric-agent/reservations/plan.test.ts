import { expect } from 'chai';
import fc from 'fast-check';
import { planOf } from '../../../fabric-agent/reservations/plan.ts';

const now = 1_000;
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const there = fc.array(
  fc.record({ id, handle: fc.string({ minLength: 1 }), startMs: fc.nat(), endMs: fc.nat() }),
  { maxLength: 12 },
);
const wanted = fc.uniqueArray(
  fc.record({ id, startMs: fc.nat(2_000), endMs: fc.nat(2_000), slots: fc.integer({ min: 1, max: 9 }) }),
  { selector: (one) => one.id },
);

describe('what is to be kept and to be let go', () => {
  it('leaves each that is wanted there once, makes none that is over, and of what nobody wants nothing', () => {
    fc.assert(
      fc.property(there, wanted, (found, lists) => {
        const { make, release } = planOf(found, lists, () => false, now);
        const left = found.filter((one) => !release.includes(one)).map((one) => one.id);
        const after = [...left, ...make.map((one) => one.id)].sort();
        const known = new Set(found.map((one) => one.id));
        const wanting = lists.filter((one) => one.endMs > now || known.has(one.id)).map((one) => one.id);
        expect(after).to.deep.equal(wanting.sort());
      }),
    );
  });

  it('has nothing to do once that is so', () => {
    fc.assert(
      fc.property(there, wanted, (found, lists) => {
        const { make, release } = planOf(found, lists, () => false, now);
        const after = [
          ...found.filter((one) => !release.includes(one)),
          ...make.map((one) => ({ ...one, handle: one.id })),
        ];
        expect(planOf(after, lists, () => false, now)).to.deep.equal({ make: [], release: [] });
      }),
    );
  });

  it('lets nothing go of those who have not said yet what they want, but what is there twice', () => {
    fc.assert(
      fc.property(there, (found) => {
        const { make, release } = planOf(found, [], () => true, now);
        expect(make).to.deep.equal([]);
        expect(found.length - release.length).to.equal(new Set(found.map((one) => one.id)).size);
      }),
    );
  });
});
