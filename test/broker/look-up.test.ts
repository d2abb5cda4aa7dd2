import { expect } from 'chai';
import { LookUp } from '../../broker/look-up.ts';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { ManualClock } from '../support/clock.ts';

const keptMs = 500;

const node: NodeEntry = {
  application: 'gcc4.0.2',
  host: '193.10.66.20:8483',
  poll: null,
  pollable: false,
  cpuLoad: null,
  date: null,
  toldAgoMs: 0,
  heardAgoMs: null,
  fault: null,
  id: null,
  says: null,
  transport: null,
  agent: null,
  agentKey: null,
};

/** A look-up whose answers the test gives, in the order in which they were asked for. */
function given(options: { keptMs?: number; mostApplications?: number } = {}) {
  const clock = new ManualClock();
  const asked: {
    application: string | undefined;
    answer: (nodes: NodeEntry[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const lookUp = new LookUp({
    find(application) {
      const { promise, resolve, reject } = Promise.withResolvers<NodeEntry[]>();
      asked.push({ application, answer: resolve, fail: reject });
      return promise;
    },
    keptMs,
    mostApplications: 10,
    clock,
    ...options,
  });
  /** Asks, and answers whatever look-up that begins. */
  const found = async (application = 'gcc4.0.2', nodes = [node]) => {
    const before = asked.length;
    const answer = lookUp.nodesOf(application);
    for (const one of asked.slice(before)) one.answer(nodes);
    return answer;
  };
  return { lookUp, clock, asked, found };
}

describe('the look-up of nodes', () => {
  it('is one for all who ask for an application while it is under way', async () => {
    const { lookUp, asked } = given();
    const answers = ['gcc4.0.2', 'gcc4.0.2', 'octave', 'gcc4.0.2'].map((name) => lookUp.nodesOf(name));
    expect(asked.map(({ application }) => application)).to.deep.equal(['gcc4.0.2', 'octave']);
    for (const { answer } of asked) answer([node]);
    expect(await Promise.all(answers)).to.deep.equal([[node], [node], [node], [node]]);
    expect(asked).to.have.length(2);
  });

  it('serves those who ask within its life, and none after it', async () => {
    const { clock, asked, found } = given();
    await found();
    await clock.advance(keptMs - 1);
    expect(await found()).to.deep.equal([node]);
    expect(asked).to.have.length(1);
    await clock.advance(1);
    await found();
    expect(asked).to.have.length(2);
  });

  it('is not kept at all where its life is 0', async () => {
    const { asked, found } = given({ keptMs: 0 });
    await found();
    await found();
    expect(asked).to.have.length(2);
  });

  it('is not kept where it failed', async () => {
    const { lookUp, asked, found } = given();
    const both = [lookUp.nodesOf('gcc4.0.2'), lookUp.nodesOf('gcc4.0.2')];
    asked[0]!.fail(new Error('no answer'));
    const settled = await Promise.allSettled(both);
    expect(settled.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(await found()).to.deep.equal([node]);
  });

  it('is not kept where it found nobody, and made anew once for those who asked while it was under way', async () => {
    const { lookUp, asked, found } = given();
    expect(await found('gcc4.0.2', [])).to.deep.equal([]);
    const [first, ...later] = [1, 2, 3].map(() => lookUp.nodesOf('gcc4.0.2'));
    asked[1]!.answer([]);
    expect(await first).to.deep.equal([]);
    expect(asked).to.have.length(3);
    asked[2]!.answer([node]);
    expect(await Promise.all(later)).to.deep.equal([[node], [node]]);
    expect(asked).to.have.length(3);
  });

  it('lets the oldest go where there are more applications than it may keep', async () => {
    const { asked, found } = given({ mostApplications: 2 });
    for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) await found(name);
    expect(asked.map(({ application }) => application)).to.deep.equal(['a', 'b', 'c', 'a']);
  });
});
