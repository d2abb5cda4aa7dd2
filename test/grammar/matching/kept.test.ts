import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { becauseHeaders, explain, finish, Matcher, Supply } from '../../../grammar/matching/index.ts';
import { someAsk, someTells } from './arbitraries.ts';
import { plainMatch } from './plain.ts';
import { ask, tell } from './support.ts';

/** How often an Ask comes until what it finds about every Tell is kept, and once more. */
const untilKept = 4;

/** A table that keeps what Asks found, one that scans, and what both were told. */
class Tables {
  readonly keeping: Supply;
  readonly scanning = new Supply({ verdicts: 0, ranks: 0 });
  readonly live = new Map<number, { readonly party: Party; readonly scanned: number }>();
  #told = 0;

  constructor(keeping: Supply) {
    this.keeping = keeping;
  }

  add(party: Party): void {
    this.#told += 1;
    const named = { ...party, id: `t${this.#told}` };
    this.live.set(this.keeping.add(named), { party: named, scanned: this.scanning.add(named) });
  }

  /** Takes out one of those that live, `which` counted from the first. */
  remove(which: number): void {
    const [row, one] = [...this.live][which % Math.max(1, this.live.size)] ?? [];
    if (row === undefined || one === undefined) return;
    this.live.delete(row);
    this.keeping.remove(row);
    this.scanning.remove(one.scanned);
  }
}

function idsOf(asking: Party, supply: Supply): string[] {
  return finish(new Matcher(asking, supply).answer()).rows.map((row) => supply.idOf(row));
}

function linesOf(asking: Party, supply: Supply): string[] {
  const matcher = new Matcher(asking, supply);
  return becauseHeaders(matcher, finish(explain(matcher))).map(({ name, value }) => `${name}: ${value}`);
}

const someSteps = fc.array(
  fc.record({ removed: fc.array(fc.nat(100), { maxLength: 8 }), told: someTells, asked: fc.nat(3) }),
  { minLength: 4, maxLength: 12 },
);

describe('what is kept of every Tell', () => {
  it('changes no answer, whatever comes and goes between the Asks', () => {
    fc.assert(
      fc.property(
        someTells,
        fc.array(someAsk, { minLength: 1, maxLength: 4 }),
        someSteps,
        fc.constantFrom(2, 8, 256),
        (first, asks, steps, verdicts) => {
          const tables = new Tables(new Supply({ verdicts, ranks: 2 }));
          for (const party of [...first, ...first, ...first, ...first]) tables.add(party);
          for (const { removed, told, asked } of steps) {
            const asking = { ...(asks[asked % asks.length] as Party), count: 1, limit: 1000 };
            for (const which of removed) tables.remove(which);
            for (const party of told) tables.add(party);
            const expected = idsOf(asking, tables.scanning);
            for (let time = 0; time < untilKept; time += 1) {
              expect(idsOf(asking, tables.keeping)).to.deep.equal(expected);
            }
            expect(linesOf(asking, tables.keeping)).to.deep.equal(linesOf(asking, tables.scanning));
            const plain = [...tables.live.values()].filter(({ party }) => plainMatch(asking, party));
            expect(expected.toSorted()).to.deep.equal(plain.map(({ party }) => party.id).toSorted());
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is found in slices over a large table, and stays true while Tells change between them', () => {
    const tables = new Tables(new Supply());
    const regions = ['eu', 'us', 'ap'];
    const parties = Array.from({ length: 300 }, (_, at) =>
      tell(
        `p${at}`,
        `Cpus: ${1 + (at % 64)}`,
        `Load: ${at / 100}`,
        `Region: ${regions[at % 3]}`,
        `Their.Bid: >= ${at / 1000}`,
        `Walltime: <= ${1 + (at % 5)} h`,
      ),
    );
    const party = (at: number) => parties[(at * 7919) % parties.length] as Party;
    for (let at = 0; at < 20_000; at += 1) tables.add(party(at));
    const asking = ask(
      'Cpus: 20',
      'Load: < 2',
      'Region: eu | us',
      'Walltime: 2 h',
      'My.Bid: 0.123',
      'Requires: their.Cpus / their.Load > 16',
      'Rank: their.Load * 2 - their.Cpus',
    );
    for (let time = 0; time < untilKept; time += 1) {
      const before = idsOf(asking, tables.scanning);
      const work = new Matcher(asking, tables.keeping).answer();
      let slices = 0;
      let step = work.next();
      for (; !step.done; step = work.next()) {
        slices += 1;
        tables.add(party(slices));
        tables.remove(slices * 31);
      }
      expect(slices).to.be.above(2);
      // The rows that were removed meanwhile may be others' by now.
      expect(step.value.told.map((told) => `t${told}`)).to.deep.equal(before);
    }
    expect(tables.keeping.verdicts.size).to.be.above(3);
    expect(tables.keeping.ranks.size).to.equal(1);
    expect(linesOf(asking, tables.keeping)).to.deep.equal(linesOf(asking, tables.scanning));
  });

  it('is not taken for that of another value that came in the place of one that went', () => {
    const supply = new Supply();
    const rows = [supply.add(tell('e1', 'Region: eu')), supply.add(tell('e2', 'Region: eu'))];
    supply.add(tell('u1', 'Region: us'));
    for (let time = 0; time < untilKept; time += 1) {
      expect(idsOf(ask('Region: eu'), supply)).to.deep.equal(['e1', 'e2']);
    }
    for (const row of rows) supply.remove(row);
    supply.add(tell('a1', 'Region: ap'));
    for (let time = 0; time < untilKept; time += 1) {
      expect(idsOf(ask('Region: ap'), supply)).to.deep.equal(['a1']);
      expect(idsOf(ask('Region: eu'), supply)).to.deep.equal([]);
    }
  });

  it('is bounded, and goes with what was unused for longest', () => {
    const supply = new Supply({ verdicts: 4, ranks: 1 });
    // More different facts than are told apart one by one, so that each test is one of its own.
    for (let at = 0; at < 100; at += 1) supply.add(tell(`t${at}`, `Load: ${at}`));
    for (let limit = 1; limit <= 10; limit += 1) {
      for (let time = 0; time < untilKept; time += 1) {
        const asking = ask(`Load: < ${limit}`, `Rank: their.Load * ${limit}`);
        expect(finish(new Matcher(asking, supply).answer()).matched).to.equal(limit);
      }
    }
    expect(supply.verdicts.size).to.equal(4);
    expect(supply.ranks.size).to.equal(1);
  });
});
