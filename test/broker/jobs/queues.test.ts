import { expect } from 'chai';
import { Occupancy } from '../../../broker/jobs/node.ts';
import { askOf, givenJobs } from './support.ts';

const hourMs = 3_600_000;
const powers = { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: true };
const limited = { ask: askOf('Walltime: 10 min') };
/** Limit and grace of such a task. */
const runsMs = 600_000 + 10_000;

describe('a node with a queue behind it', () => {
  it('may begin a task for as long as it waits there, and has a lease for that and the time that it runs', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { powers: { ...powers, queueMs: hourMs } });
    const { id } = await given.submit(limited);
    const [start] = await agent.mayStart(`${id}.1`, 1, 5000);
    expect(start).to.deep.include({ latestStartMs: hourMs, leaseMs: hourMs + runsMs });
    await agent.vanish();
    await given.clock.advance(hourMs + runsMs - 1);
    expect((await given.task(id)).state).to.equal('started');
    await given.clock.advance(2);
    await given.settle();
    expect((await given.task(id)).state).to.equal('lost');
  });

  it('has no longer lease for saying later that it waits longer, and none for ever', async () => {
    await using given = await givenJobs({ 'longest-queue': hourMs });
    const agent = await given.agent('n1', { powers: { ...powers, queueMs: 60_000 } });
    const { id } = await given.submit(limited);
    const [start] = await agent.mayStart(`${id}.1`, 1, 5000);
    await agent.begin({ powers: { ...powers, queueMs: 1e12 } }, [
      { task: `${id}.1`, attempt: 1, stage: 'asking' },
    ]);
    expect(await agent.mayStart(`${id}.1`, 1, 5000)).to.deep.equal([start]);
    const other = await given.agent('n2', { powers: { ...powers, queueMs: 1e12 } });
    const second = await given.submit({ ...limited, resources: ['n2'] });
    const [capped] = await other.mayStart(`${second.id}.1`);
    expect(capped).to.deep.include({ latestStartMs: hourMs });
  });

  it('takes as many as it says, each of which fits by itself', () => {
    const node = new Occupancy();
    const total = new Map([
      ['cpus', 4],
      ['disk', 10],
    ]);
    node.capacity = { total, queues: true, mostTasks: 3, mostHeld: 0, draining: false };
    const wide = new Map([['cpus', 4]]);
    expect(node.roomFor(new Map([['cpus', 5]]))).to.equal('none');
    for (const name of ['a', 'b', 'c']) {
      expect(node.roomFor(wide)).to.equal('now');
      node.put(name, wide, 'held');
      expect(node.run(name)).to.equal(true);
    }
    expect(node.roomFor(wide)).to.equal('none');
    expect(node.share).to.equal(1);
    node.remove('a');
    expect(node.roomFor(new Map([['disk', 10]])), 'its disk is one').to.equal('now');
    node.put('d', new Map([['disk', 6]]), 'running');
    node.remove('b');
    expect(node.roomFor(new Map([['disk', 5]]))).to.equal('none');
  });
});
