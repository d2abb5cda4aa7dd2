import { expect } from 'chai';
import fc from 'fast-check';
import { Moments } from '../../../broker/capacity/moments.ts';

const agents = ['n1', 'n2', 'n3'];
const change = fc.record({
  agent: fc.constantFrom(...agents),
  at: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  passed: fc.integer({ min: 0, max: 5 }),
});

describe('the moments at which something of a node begins or ends', () => {
  it('come in their order, each as it was said last', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const moments = new Moments();
        const model = new Map<string, number>();
        let now = 0;
        for (const { agent, at, passed } of changes) {
          moments.set(agent, at);
          if (at === undefined) model.delete(agent);
          else model.set(agent, at);
          const least = Math.min(...model.values());
          expect(moments.first ?? Number.POSITIVE_INFINITY).to.equal(least);
          now += passed;
          const due = agents.filter((one) => (model.get(one) ?? Number.POSITIVE_INFINITY) <= now);
          expect([...moments.take(now)].sort()).to.deep.equal(due);
          for (const one of due) model.delete(one);
        }
      }),
    );
  });

  it('take no more memory for nodes of which what is held changes all the time', () => {
    const moments = new Moments();
    for (let times = 0; times < 20_000; times += 1) moments.set(`n${times % 10}`, 1_000_000 - times);
    expect(moments.size).to.be.at.most(1_020);
    expect(moments.first).to.equal(1_000_000 - 19_999);
  });
});
