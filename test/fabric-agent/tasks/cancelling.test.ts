import { expect } from 'chai';
import { eventually } from '../support.ts';
import { type NodeOptions, TestNode } from './node.ts';

describe('cancelling a task', () => {
  let node: TestNode;

  const start = async (options: NodeOptions = {}) => {
    node = await TestNode.start(options);
  };
  afterEach(() => node[Symbol.asyncDispose]());

  it('ends what is cancelled though the back end does not answer whether it has begun', async () => {
    await start({ obliging: false, misbehaviour: { losesAnswers: 1e9 } });
    node.assign('j.1', ['last', '600000']);
    await node.said1('may-start', 'j.1');
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 300_000, leaseMs: null });
    await eventually(() => expect(node.machine.begun).to.have.length(1));
    node.tell({ type: 'cancel', task: 'j.1', attempt: 1, graceMs: 0 });
    expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('cancelled');
  });

  it('gives what is cancelled no longer to end than its lease lasts', async () => {
    await start({ obliging: false });
    node.assign('j.1', ['last', '600000']);
    await node.said1('may-start', 'j.1');
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 300_000, leaseMs: 3_600_000 });
    node.tell({ type: 'cancel', task: 'j.1', attempt: 1, graceMs: 1e12 });
    await node.said1('ended', 'j.1');
    expect(node.machine.graces).not.to.be.empty;
    for (const graceMs of node.machine.graces) expect(graceMs).to.be.within(0, 3_600_000);
  });

  it('ends what is cancelled right after it may start', async () => {
    await start({ obliging: false });
    node.assign('j.1', ['last', '60000']);
    await node.said1('may-start', 'j.1');
    node.tell(
      { type: 'start', task: 'j.1', attempt: 1, latestStartMs: 30_000, leaseMs: null },
      { type: 'cancel', task: 'j.1', attempt: 1, graceMs: 0 },
    );
    expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('cancelled');
  });
});
