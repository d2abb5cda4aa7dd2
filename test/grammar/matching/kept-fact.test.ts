import { expect } from 'chai';
import fc from 'fast-check';
import { keptFact, type Members } from '../../../grammar/matching/kept-fact.ts';
import { Memo } from '../../../grammar/memo.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { factOf } from '../../../grammar/values/fact-text.ts';
import type { Value } from '../../../grammar/values/value.ts';

/** Texts that look like something else than they are. */
const texts = [
  '"',
  'a, b',
  ', ',
  '"a, b"',
  '1, 2',
  '0x10',
  '',
  ' ',
  '-0',
  '1e3',
  '1e400',
  'Infinity',
  'NaN',
  '"a"',
  '042',
  'a b',
  '1.0',
  'wn1.cern.ch',
];

const someText = fc.oneof(fc.constantFrom(...texts), fc.string());

const someValue: fc.Arbitrary<Value> = fc.oneof(
  someText.map((text) => ({ kind: 'string' as const, text })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ kind: 'number' as const, value })),
  fc.boolean().map((value) => ({ kind: 'boolean' as const, value })),
  fc.nat().map((value) => ({ kind: 'quantity' as const, dimension: 'bytes' as const, value })),
);

const someFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ values: fc.array(someValue, { minLength: 1, maxLength: 3 }), text: someText }),
  someText.map((text) => ({ values: [{ kind: 'string' as const, text }], text })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ values: [{ kind: 'number' as const, value }], text: `${value}` })),
);

function members(): Members {
  return new Memo({ characters: 1_000, longest: 64 });
}

describe('a fact as a table keeps it', () => {
  it('is the fact that was told, whatever its text looks like', () => {
    const shared = members();
    fc.assert(
      fc.property(someFact, (fact) => {
        expect(factOf(keptFact(fact, shared))).to.deep.equal(fact);
      }),
    );
  });

  it('is its text alone where that says all', () => {
    const number: Fact = { values: [{ kind: 'number', value: 0.25 }], text: '0.25' };
    const name: Fact = { values: [{ kind: 'string', text: 'wn000007.fnal.gov' }], text: 'wn000007.fnal.gov' };
    const inQuotes: Fact = { values: [{ kind: 'string', text: '<a, b>' }], text: '"<a, b>"' };
    const set: Fact = {
      values: ['gcc12', 'atlas'].map((text) => ({ kind: 'string', text })),
      text: 'gcc12, atlas',
    };
    expect([number, name, inQuotes, set].map((fact) => keptFact(fact, members()))).to.deep.equal([
      '0.25',
      'wn000007.fnal.gov',
      '"<a, b>"',
      'gcc12, atlas',
    ]);
  });

  it('has the members of its set in common with other sets', () => {
    const shared = members();
    const setOf = (...of: readonly string[]) =>
      factOf(
        keptFact(
          { values: of.map((text) => ({ kind: 'string', text })), text: `"${of.join('", "')}"` },
          shared,
        ),
      );
    expect(setOf('gcc 12', 'cuda(12)').values[1]).to.equal(setOf('cuda(12)', 'root 6').values[0]);
  });
});
