import { expect } from 'chai';
import fc from 'fast-check';
import { Outgoing } from '../../../broker/agents/outgoing.ts';

describe('the messages to an agent', () => {
  it('come each once and in order, whatever connections break and however late they are acknowledged', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), count: fc.nat(5) }),
      fc.record({ kind: fc.constant('take' as const), count: fc.nat(5), arrives: fc.boolean() }),
      fc.record({ kind: fc.constant('acknowledge' as const) }),
      fc.record({ kind: fc.constant('resume' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outgoing = new Outgoing();
        const came: string[] = [];
        let added = 0;
        let isCut = false; // what a connection loses, it loses with all that follows
        const add = (count: number) => {
          for (let n = 1; n <= count; n += 1) outgoing.add(`${added + n}`);
          added += count;
        };
        const take = (most: number, arrives: boolean) => {
          const { from, messages } = outgoing.take(most, 1_000);
          isCut ||= !arrives;
          if (!isCut) came.push(...messages.slice(came.length + 1 - from));
        };
        const resume = () => {
          isCut = false;
          expect(outgoing.resume(came.length)).to.equal(true);
        };
        for (const one of steps) {
          if (one.kind === 'add') add(one.count);
          else if (one.kind === 'take') take(one.count, one.arrives);
          else if (one.kind === 'resume') resume();
          else expect(outgoing.acknowledge(came.length)).to.equal(true);
          expect(outgoing.size).to.be.at.most(added);
        }
        resume();
        while (outgoing.isWaiting) take(3, true);
        expect(came).to.deep.equal(Array.from({ length: added }, (_, index) => `${index + 1}`));
        outgoing.acknowledge(added);
        expect(outgoing.size).to.equal(0);
      }),
    );
  });

  it('are taken so many, and so much, at once, but at least one', () => {
    const outgoing = new Outgoing();
    for (const message of ['aaa', 'bb', 'c'.repeat(50), 'd']) outgoing.add(message);
    expect(outgoing.take(9, 5)).to.deep.equal({ from: 1, messages: ['aaa', 'bb'] });
    expect(outgoing.take(9, 5)).to.deep.equal({ from: 3, messages: ['c'.repeat(50)] });
    expect(outgoing.take(9, 5)).to.deep.equal({ from: 4, messages: ['d'] });
    expect(outgoing.take(9, 5)).to.deep.equal({ from: 5, messages: [] });
  });

  it('cannot be acknowledged before they were taken, nor asked for again once they were', () => {
    const outgoing = new Outgoing();
    for (const message of ['a', 'b', 'c']) outgoing.add(message);
    outgoing.take(2, 99);
    expect(outgoing.acknowledge(3)).to.equal(false);
    expect(outgoing.acknowledge(2)).to.equal(true);
    expect(outgoing.resume(1)).to.equal(false);
    expect(outgoing.resume(2)).to.equal(true);
  });
});
