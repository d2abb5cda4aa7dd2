import { expect } from 'chai';
import fc from 'fast-check';
import { finish, Matcher, Supply } from '../../../grammar/matching/index.ts';
import { someAsk, someTells } from '../../grammar/matching/arbitraries.ts';
import { plainMatch } from '../../grammar/matching/plain.ts';
import type { Target } from '../target.ts';

export const matching: Target = {
  name: 'matching',
  about: 'A table of Tells that come and go gives the matches that each pair by itself gives.',
  property: () =>
    fc.property(someTells, someTells, fc.array(fc.nat(11)), someAsk, (first, second, removed, asked) => {
      // All that match, each by itself.
      const asking = { ...asked, count: 1, limit: 1000 };
      const supply = new Supply();
      const rows = new Map(first.map((party) => [supply.add(party), party]));
      const matcher = new Matcher(asking, supply);
      finish(matcher.answer());
      for (const row of removed) {
        supply.remove(row);
        rows.delete(row);
      }
      for (const party of second) rows.set(supply.add(party), party);
      const plain = [...rows].filter(([, party]) => plainMatch(asking, party)).map(([row]) => row);
      expect(inOrder(finish(matcher.answer()).rows)).to.deep.equal(inOrder(plain));
      const late = new Matcher(asking, supply);
      expect(inOrder(finish(late.answer()).rows)).to.deep.equal(inOrder(plain));
    }),
};

function inOrder(rows: readonly number[]): number[] {
  return rows.toSorted((a, b) => a - b);
}
