import { expect } from 'chai';
import { askOf, type GivenJobs, givenJobs, type Inventory, type ScriptedAgent } from './support.ts';

const hourMs = 3_600_000;
const behind = (queue: string, mostTasks = 3, mostHeld = 0) => ({
  powers: { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: true, queueMs: hourMs, queue },
  ...{ mostTasks, mostHeld },
});
const slurm = behind('slurm lab main');
const limited = { ask: askOf('Walltime: 10 min') };
/** When a task with that limit has ended at the latest, in milliseconds after it asked. */
const overMs = hourMs + 600_000 + 10_000;

/** Has an agent ask for all that it was given, and returns what it was let start. */
async function startAll(agent: ScriptedAgent): Promise<string[]> {
  const asked = new Set<string>();
  const started: string[] = [];
  for (const word of agent.assigned) {
    const task = word.split(' ')[0] ?? '';
    if (asked.has(task)) continue;
    asked.add(task);
    started.push(...startsIn(await agent.mayStart(task)));
  }
  return started;
}

const startsIn = (messages: readonly { type: string; task?: string }[]) =>
  messages.flatMap(({ type, task }) => (type === 'start' && task !== undefined ? task : []));

const running = (tasks: readonly string[]): Inventory =>
  tasks.map((task) => ({ task, attempt: 1, stage: 'started' as const }));

async function given(): Promise<GivenJobs> {
  return await givenJobs({ 'longest-queue': hourMs });
}

describe('a queue to which several agents of one resource give tasks', () => {
  it('gets no more of them together than its owner lets wait there, and what is left once one has ended', async () => {
    await using jobs = await given();
    const agents = [await jobs.agent('pool', slurm), await jobs.agent('pool.2', slurm)];
    await jobs.submit({ tasks: 8 });
    expect(agents.flatMap(({ assigned }) => assigned)).to.have.length(3);
    const started = await Promise.all(agents.map(startAll));
    expect(started.flat()).to.have.length(3);
    expect(
      started.every((tasks) => tasks.length > 0),
      'both are used',
    ).to.equal(true);
    const [first] = agents;
    await first?.end(started[0]?.[0] ?? '');
    expect(agents.flatMap(({ assigned }) => assigned)).to.have.length(4);
    const more = await Promise.all(agents.map(startAll));
    expect(new Set(more.flat()).difference(new Set(started.flat())).size).to.equal(1);
  });

  it('lets a task of one start that asked before, once one of the other has ended', async () => {
    await using jobs = await given();
    const held = behind('slurm lab main', 1, 4);
    const one = await jobs.agent('pool', held);
    await jobs.submit({ tasks: 2, resources: ['pool'] });
    const other = await jobs.agent('pool.2', held);
    await jobs.submit({ tasks: 2, resources: ['pool'] });
    const [first] = await startAll(one);
    expect(first).to.not.equal(undefined);
    expect(await startAll(other)).to.deep.equal([]);
    const before = other.heard.length;
    expect(other.assigned).to.not.deep.equal([]);
    await one.end(first ?? '');
    await jobs.settle();
    const since = [...other.heard.slice(before), ...one.heard];
    expect(startsIn(since).filter((task) => task !== first)).to.have.length(1);
  });

  it('holds to the least of the bounds that they say', async () => {
    await using jobs = await given();
    const agents = [
      await jobs.agent('pool', behind('slurm lab main', 5)),
      await jobs.agent('pool.2', behind('slurm lab main', 2)),
    ];
    await jobs.submit({ tasks: 9 });
    expect(agents.flatMap(({ assigned }) => assigned)).to.have.length(2);
  });

  it('is another where they say so, or where another resource says the same: then each takes its own', async () => {
    await using jobs = await given();
    const agents = [
      await jobs.agent('pool', slurm),
      await jobs.agent('pool.2', behind('slurm lab long')),
      await jobs.agent('alone', slurm),
    ];
    await jobs.submit({ tasks: 20 });
    expect(agents.map(({ assigned }) => assigned.length)).to.deep.equal([3, 3, 3]);
  });

  it('counts what an agent has there of which nothing is heard, until its lease is over or it says what it has', async () => {
    await using jobs = await given();
    const one = await jobs.agent('pool', slurm);
    const { id } = await jobs.submit({ ...limited, tasks: 2 });
    const mine = await startAll(one);
    expect(mine).to.have.length(2);
    await one.vanish();
    const other = await jobs.agent('pool.2', slurm);
    await jobs.submit({ tasks: 5 });
    expect(other.assigned).to.have.length(1);
    await one.begin(slurm, []);
    expect((await jobs.task(id)).state).to.equal('lost');
    expect(other.assigned.length + one.assigned.length - 2, 'it has nothing there any more').to.equal(3);
  });

  it('counts that no longer than it may run', async () => {
    await using jobs = await given();
    const one = await jobs.agent('pool', slurm);
    await jobs.submit({ ...limited, tasks: 3 });
    expect(await startAll(one)).to.have.length(3);
    await one.vanish();
    const other = await jobs.agent('pool.2', slurm);
    await jobs.submit({ tasks: 1 });
    expect(other.assigned).to.have.length(0);
    await jobs.clock.advance(overMs + 1);
    await jobs.settle();
    expect(other.assigned).to.have.length(1);
  });

  it('counts that no longer than it may run either where its agent has come back before it went for good', async () => {
    await using jobs = await given();
    const one = await jobs.agent('pool', slurm);
    await jobs.submit({ ...limited, tasks: 3 });
    const mine = await startAll(one);
    expect(mine).to.have.length(3);
    await one.vanish();
    await one.begin(slurm, running(mine));
    await one.vanish();
    const other = await jobs.agent('pool.2', slurm);
    await jobs.submit({ tasks: 1 });
    expect(other.assigned).to.have.length(0);
    await jobs.clock.advance(overMs + 1);
    await jobs.settle();
    expect(other.assigned).to.have.length(1);
  });

  it('counts it also where it may be repeated, and waits to be begun elsewhere meanwhile', async () => {
    await using jobs = await given();
    const one = await jobs.agent('pool', slurm);
    await jobs.submit({ ...limited, tasks: 2, repeatable: true });
    const mine = await startAll(one);
    await one.vanish();
    await one.begin(slurm, running(mine));
    await one.vanish();
    const other = await jobs.agent('pool.2', slurm);
    expect(other.assigned).to.have.length(1);
    await jobs.clock.advance(overMs + 1);
    await jobs.settle();
    expect(other.assigned).to.have.length(2);
  });

  it('counts it also after the broker was begun anew', async () => {
    await using jobs = await given();
    const one = await jobs.agent('pool', slurm);
    await jobs.submit({ tasks: 2 });
    const mine = await startAll(one);
    await jobs.restart();
    const other = await jobs.agent('pool.2', slurm);
    await jobs.submit({ tasks: 5 });
    expect(other.assigned).to.have.length(1);
    await one.begin(slurm, running(mine));
    expect(one.assigned.length - 2 + other.assigned.length).to.equal(1);
    await jobs.jobs.dispatch.remove('pool');
    await jobs.settle();
    expect(other.assigned, 'it is no agent of it any more').to.have.length(3);
  });
});

describe('machines of one resource', () => {
  it('take each what it has, for whoever names the resource', async () => {
    await using jobs = await given();
    const agents = [await jobs.agent('pool'), await jobs.agent('pool.2'), await jobs.agent('other')];
    await jobs.submit({ tasks: 20, resources: ['pool'] });
    expect(agents.map(({ assigned }) => assigned.length)).to.deep.equal([4, 4, 0]);
  });
});
