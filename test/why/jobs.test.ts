import { expect } from 'chai';
import { JobsWhy } from '../../broker/why/jobs.ts';
import type { AgentFacts } from '../../protocol/agent/messages.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { askOf, factsOf, type GivenJobs, givenJobs, ScriptedAgent } from '../broker/jobs/support.ts';
import { seen } from './seen.ts';

const queue = { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: true, queueMs: 60_000 };
const isolates: Partial<AgentFacts> = {
  powers: { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true },
};

/** The first cause of why a job waits. */
async function whyJob(given: GivenJobs, id: string, who = 'local'): Promise<Cause | undefined> {
  const why = new JobsWhy(given.service.store, given.jobs.dispatch.waiting);
  return (await why.job(who, id)).causes[0];
}

async function share(given: GivenJobs, share: string): Promise<void> {
  given.shares.add(share);
  await given.jobs.dispatch.accessChanged();
  await given.settle();
}

describe('why a job waits for a node', () => {
  it('is nothing but that one is being chosen, where the store does not take it just now', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { draining: true });
    const { id } = await given.submit();
    given.isFull = true;
    await agent.say(factsOf());
    seen('being-chosen', await whyJob(given, id), '1 node fits; one is being chosen');
    given.isFull = false;
  });

  it('is that it was not submitted, or that nothing is there', async () => {
    await using given = await givenJobs();
    const held = await given.submit({ hold: true });
    seen('job-not-submitted', await whyJob(given, held.id));
    const { id } = await given.submit();
    seen('no-node', await whyJob(given, id), 'no node is there');
    const named = await given.submit({ resources: ['n8', 'n9'] });
    seen('no-node', await whyJob(given, named.id), 'no node is there among n8, n9');
  });

  it('is that a node has said nothing yet of what it is', async () => {
    await using given = await givenJobs();
    const agent = new ScriptedAgent(given, 'n1');
    agent.attach();
    const { id } = await given.submit();
    const says = 'n1 has joined, and has not said yet what it is and has in its hands';
    seen('node-joining', await whyJob(given, id), says);
  });

  it('is what it asks of a node: an application, one clause too many, or what the node asks of it', async () => {
    await using given = await givenJobs();
    await given.agent('n1');
    await given.agent('n2', { says: { ...factsOf().says, Memory: '64 GiB' } });
    const other = await given.submit({ application: 'blender' });
    seen('application-nowhere', await whyJob(given, other.id));
    const large = await given.submit({ ask: askOf('Memory: 100 GiB') });
    const memory =
      'none of 2 nodes fits: Memory: 100 GiB -> 0 yes, 2 no, 0 unsaid; alone stops 2; nearest 64 GiB at n2';
    seen('clause-too-many', await whyJob(given, large.id), memory);
    await given.agent('n3', { says: { ...factsOf().says, 'Their.Owner': 'eve' } });
    const mine = await given.submit({ resources: ['n3'] });
    const refused = 'the one node that is there does not fit: refused by Owner -> 1 no';
    seen('node-refuses', await whyJob(given, mine.id), refused);
  });

  it('is whose nodes are there: others share them, or programs would be the user who runs the broker', async () => {
    await using given = await givenJobs();
    const lent = new ScriptedAgent(given, 'n1');
    await lent.begin(isolates, [], 'eve');
    await share(given, 'n1 ann');
    const { id } = await given.submit({}, 'ann');
    seen('shared-unnamed', await whyJob(given, id, 'ann'));
    const house = new ScriptedAgent(given, 'n2');
    await house.begin({}, [], 'bob', true);
    const own = await given.submit({}, 'bob');
    seen('house-unisolated', await whyJob(given, own.id, 'bob'));
  });

  it('is that all that there are have refused it', async () => {
    await using given = await givenJobs();
    const [agent, other] = [await given.agent('n1'), await given.agent('n2')];
    const { id } = await given.submit();
    const [first, second] = agent.assigned.length > 0 ? [agent, other] : [other, agent];
    await first.say({
      ...{ type: 'refuse', task: `${id}.1`, attempt: 1 },
      ...{ code: 'policy', reason: 'this machine runs no app today', elsewhere: true },
    });
    await second.vanish();
    const says = `${first.resource} refused it, and no other node is there`;
    seen('all-refused', await whyJob(given, id), says);
  });

  it('is that no node takes tasks: drained, for a reason of its own, closed, or pausing after a refusal', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { draining: true });
    const { id } = await given.submit();
    seen('nodes-take-none', await whyJob(given, id), '1 node fits, and takes no new tasks');
    await agent.say(factsOf({ draining: true, unwilling: 'the disk of this node cannot be written' }));
    const disk = '1 node fits, and takes no new tasks; it says: the disk of this node cannot be written';
    seen('nodes-unwilling', await whyJob(given, id), disk);
    await agent.say(factsOf({ draining: true, closedUntilMs: Date.parse('2026-11-23T20:00:00Z') }));
    const closed = '1 node fits, and is closed until 2026-11-23T20:00Z';
    seen('nodes-closed', await whyJob(given, id), closed);
    await agent.say(factsOf());
    await agent.say({
      ...{ type: 'refuse', task: `${id}.1`, attempt: 1 },
      ...{ code: 'busy', reason: 'this node has as many tasks as it may', elsewhere: true },
    });
    seen('node-pausing', await whyJob(given, id));
  });

  it('is that all close before it could end, or one is kept for it', async () => {
    await using given = await givenJobs({ 'large-patience': 60_000 });
    const agent = await given.agent('n1', { closesInMs: 3_600_000, mostHeld: 0 });
    const long = await given.submit({ ask: askOf('Walltime: 2 h') });
    const closes = '1 node fits, and closes before it could end';
    seen('nodes-close-before', await whyJob(given, long.id), closes);
    await agent.say(factsOf());
    await given.jobs.cancel('local', long.id);
    const small = await given.submit({ tasks: 3, ask: askOf('Cpus: 1', 'Walltime: 1 h') });
    for (const number of [1, 2, 3]) await agent.mayStart(`${small.id}.${number}`);
    const large = await given.submit({ ask: askOf('Cpus: 4', 'Walltime: 2 h') });
    await given.clock.advance(120_000);
    await agent.end(`${small.id}.3`);
    const kept = '1 node fits; n1 is kept for it until what runs there has ended';
    seen('node-kept', await whyJob(given, large.id), kept);
  });

  it('is told however long somebody says that the task before may run', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const long = await given.submit({ ask: askOf('Walltime: 200000000 d') });
    await agent.mayStart(`${long.id}.1`);
    const { id } = await given.submit();
    const latest = '1 node fits, and is busy; the first frees by 9999-12-31T23:59Z at the latest';
    seen('nodes-busy', await whyJob(given, id), latest);
  });

  it('is that nodes are busy, with when the first frees, or that their queue is full', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const limited = await given.submit({ ask: askOf('Walltime: 10 min') });
    await agent.mayStart(`${limited.id}.1`);
    const next = await given.submit();
    const cause = await whyJob(given, next.id);
    seen('nodes-busy', cause);
    expect(cause?.cause).to.match(/^1 node fits, and is busy; the first frees by \S+Z at the latest$/);
    await given.agent('q1', { powers: queue, mostTasks: 2 });
    await given.submit({ tasks: 2, resources: ['q1'] });
    const third = await given.submit({ resources: ['q1'] });
    const full = '1 node fits; its queue holds as many tasks as it may, 2 of 2';
    seen('queue-full', await whyJob(given, third.id), full);
  });
});
