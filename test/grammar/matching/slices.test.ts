import { expect } from 'chai';
import type { Party } from '../../../grammar/documents/model.ts';
import { explain, finish, Matcher, type Sliced, Supply } from '../../../grammar/matching/index.ts';
import { ask, supplyOf, tell } from './support.ts';

const many = 40;
const long = 'a'.repeat(8000);

/** Tells of which each has something of its own. */
function tellsOf(header: (index: number) => string): Party[] {
  return Array.from({ length: many }, (_, index) => tell(`t${index}`, header(index)));
}

function slicesOf(work: Sliced<unknown>): number {
  let slices = 0;
  while (work.next().done !== true) slices += 1;
  return slices;
}

/** What is costly each time, and no match of one is known from another. */
const costly: Readonly<Record<string, { readonly tells: () => Party[]; readonly ask: () => Party }>> = {
  'a clause of the Ask on facts of the Tells': {
    tells: () => tellsOf((index) => `Bulk: ${long.slice(index)}`),
    ask: () => ask('Bulk: ~ /^a{280}/'),
  },
  'a condition of the Ask on several facts of the Tells': {
    tells: () => tellsOf((index) => `Bulk: ${long.slice(index)}`),
    ask: () => ask('Requires: their.Bulk ~ /^a{280}/ or their.Load < 2'),
  },
  'a condition of the Ask that reads a short fact first': {
    tells: () => tellsOf((index) => `Bulk: ${long.slice(index)}`),
    ask: () => ask('Requires: their.Load < 2 or their.Bulk ~ /^a{280}/'),
  },
  'tests of the Tells on a fact of the Ask': {
    tells: () => tellsOf((index) => `Their.Bulk: ~ /^a{280}/ | b${index}`),
    ask: () => ask(`My.Bulk: ${long}`),
  },
  'tests of the Tells, each of another fact of the Ask': {
    tells: () => tellsOf((index) => `Their.Bulk-${index % 5}: ~ /^a{280}/ | b${index}`),
    ask: () => ask(...[0, 1, 2, 3, 4].map((index) => `My.Bulk-${index}: ${long}`)),
  },
  'conditions of the Tells': {
    tells: () => tellsOf((index) => `Requires: their.Bulk ~ /^a{280}/ or my.Load < ${index}`),
    ask: () => ask(`My.Bulk: ${long}`),
  },
  'the Rank and the wishes of the Ask': {
    tells: () => tellsOf((index) => `Bulk: ${long.slice(index)}`),
    ask: () => ask('Rank: if(their.Bulk ~ /^a{280}/, 1, 0)', 'Prefer: their.Bulk ~ /^a{280}/'),
  },
};

describe('work on a table of Tells', () => {
  for (const [title, { tells, ask: asking }] of Object.entries(costly)) {
    it(`has a slice for each verdict that may take long: ${title}`, () => {
      const supply = supplyOf(tells());
      // The third time what was found is kept for all rows.
      for (const _ of [1, 2, 3]) {
        expect(slicesOf(new Matcher(asking(), supply).answer())).to.be.at.least(many - 1);
      }
    });

    it(`ranks and explains what it then knows: ${title}`, () => {
      const supply = supplyOf(tells());
      const { rows, matched } = finish(new Matcher({ ...asking(), limit: many }, supply).answer());
      expect(rows.length).to.equal(matched);
      const explaining = explain(new Matcher(asking(), supply));
      let slices = 0;
      let step = explaining.next();
      for (; !step.done; step = explaining.next()) slices += 1;
      expect(step.value.matched).to.equal(matched);
      expect(step.value.of).to.equal(many);
      // The last of a column, and the first of the next, may share one.
      if (!title.startsWith('the Rank')) expect(slices).to.be.at.least(many - 5);
    });
  }

  it('has few slices where no verdict takes long', () => {
    const supply = new Supply();
    for (const each of tellsOf((index) => `Load: ${index}`)) supply.add(each);
    expect(slicesOf(new Matcher(ask('Load: < 20', 'Rank: their.Load'), supply).answer())).to.be.below(10);
    expect(slicesOf(explain(new Matcher(ask('Load: < 20'), supply)))).to.be.below(10);
  });
});
