import { expect } from 'chai';
import type { Party } from '../../../grammar/documents/model.ts';
import { finish } from '../../../grammar/matching/index.ts';
import { WaitingAsks } from '../../../grammar/waiting/index.ts';
import { ask, tell } from '../matching/support.ts';

const many = 40;
const rates = 800;
const long = 'a'.repeat(8000);

function asksOf(header: (index: number) => string): Party[] {
  return Array.from({ length: many }, (_, index) => ask(header(index)));
}

function slicesOf(asks: readonly Party[], telling: Party): number {
  const waiting = new WaitingAsks();
  for (const each of asks) waiting.add(each);
  const work = waiting.matching(telling);
  let slices = 1;
  while (work.next().done !== true) slices += 1;
  return slices;
}

/** What is costly, and of no Ask known from another. */
const costly: Readonly<Record<string, { readonly asks: () => Party[]; readonly tell: () => Party }>> = {
  'tests of the Asks on a fact of the Tell': {
    asks: () => asksOf((index) => `Bulk: ~ /^a{280}/ | b${index}`),
    tell: () => tell('t', `Bulk: ${long}`),
  },
  'conditions of the Asks on what the Tell says': {
    asks: () => asksOf((index) => `Requires: their.Bulk ~ /^a{280}/ or their.Load < ${index}`),
    tell: () => tell('t', `Bulk: ${long}`),
  },
  'conditions of the Asks on what both say': {
    asks: () =>
      asksOf((index) => `My.Bulk: ${long.slice(index)}\nRequires: my.Bulk ~ /^a{280}/ or their.Load < 5`),
    tell: () => tell('t', 'Load: 7'),
  },
  'a test of the Tell on what the Asks say': {
    asks: () => asksOf((index) => `My.Bulk: ${long.slice(index)}`),
    tell: () => tell('t', 'Their.Bulk: ~ /^a{280}/'),
  },
  'what a Tell of many rates costs, so close to a Budget that it is to be found exactly': {
    asks: () => asksOf((index) => `Walltime: ${index + 1} h\nBudget: ${(index + 1) * rates} EUR`),
    tell: () => tell('t', `Price: ${Array.from({ length: rates }, () => '1 EUR/h').join(' + ')}`),
  },
  'a condition of the Tell on what the Asks say': {
    asks: () => asksOf((index) => `My.Bulk: ${long.slice(index)}`),
    tell: () => tell('t', 'Requires: their.Bulk ~ /^a{280}/ or their.Load < 5'),
  },
};

describe('work on Asks that wait', () => {
  for (const [title, { asks, tell: telling }] of Object.entries(costly)) {
    it(`has a slice for each verdict that may take long: ${title}`, () => {
      expect(slicesOf(asks(), telling())).to.be.at.least(many - 1);
    });
  }

  it('has several slices where a Tell of many tests comes to Asks that each say something else', () => {
    const asks = Array.from({ length: 1024 }, (_, index) => ask(`My.N${index}: 1`));
    const tests = Array.from({ length: 400 }, (_, index) => `Their.T${index}: unsaid`);
    expect(slicesOf(asks, tell('t', ...tests))).to.be.at.least(6);
  });

  it('finds out once what a Tell demands, however many layouts the Asks have', () => {
    const telling = tell('t', 'Their.Priority: 1..4 | 8');
    const looks = (layouts: number) => {
      const waiting = new WaitingAsks();
      for (let index = 0; index < layouts; index += 1) waiting.add(ask(`My.N${index}: 1`, 'Priority: 3'));
      let count = 0;
      const tests = telling.tests.map((each) => ({
        ...each,
        get test() {
          count += 1;
          return each.test;
        },
      }));
      expect(finish(waiting.matching({ ...telling, tests }))).to.have.length(layouts);
      return count;
    };
    expect(looks(100)).to.equal(looks(2));
  });

  it('has one slice where no verdict takes long', () => {
    const asks = asksOf((index) => `My.Bulk: b${index}\nRegion: ~ /^e/ | b${index}\nLoad: < ${index}`);
    expect(slicesOf(asks, tell('t', 'Region: eu', 'Load: 3', 'Their.Bulk: ~ /^b/'))).to.equal(1);
  });
});
