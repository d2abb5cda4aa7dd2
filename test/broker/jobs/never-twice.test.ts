import { expect } from 'chai';
import { askOf, brief, givenJobs } from './support.ts';

const limited = { ask: askOf('Walltime: 10 min') };
/** Slack, limit and grace: how long after the broker's yes nothing may run any more. */
const leaseMs = 30_000 + 600_000 + 10_000;
const silenceMs = 30_000;

describe('a task that may have run is never started again by the broker', () => {
  it('one that had not started goes elsewhere when its node is silent, and may not start there any more', async () => {
    await using given = await givenJobs();
    const first = await given.agent('n1');
    const { id } = await given.submit(limited);
    await first.vanish();
    expect((await given.task(id)).reason).to.match(/^nothing is heard of n1; no node is there$/);
    const second = await given.agent('n2');
    expect(second.assigned).to.deep.equal([`${id}.1 #2`]);
    await first.begin({}, [{ task: `${id}.1`, attempt: 1, stage: 'asking' }]);
    expect(brief(first.heard.slice(1))).to.deep.equal([`forget ${id}.1 #1`]);
    expect(brief(await first.mayStart(`${id}.1`, 1))).to.deep.equal([`drop ${id}.1 #1`]);
    expect(brief(await second.mayStart(`${id}.1`, 2))).to.deep.equal([`start ${id}.1 #2`]);
    await second.end(`${id}.1`, 2);
    expect((await given.job(id)).state).to.equal('FINISHED');
  });

  it('one that is repeatable starts elsewhere at once, and the late result of the older attempt is dropped', async () => {
    await using given = await givenJobs();
    const first = await given.agent('n1');
    const { id } = await given.submit({ ...limited, repeatable: true });
    await first.mayStart(`${id}.1`);
    await first.vanish();
    const second = await given.agent('n2');
    expect(second.assigned).to.deep.equal([`${id}.1 #2`]);
    await second.mayStart(`${id}.1`, 2);
    await first.begin({}, [{ task: `${id}.1`, attempt: 1, stage: 'started' }]);
    expect(brief(first.heard.slice(-1))).to.deep.equal([`cancel ${id}.1 #1`]);
    expect(brief(await first.end(`${id}.1`, 1, { code: 7 }))).to.deep.equal([`forget ${id}.1 #1`]);
    expect((await given.task(id)).state).to.equal('started');
    await second.end(`${id}.1`, 2);
    expect(await given.task(id)).to.deep.include({ state: 'done', attempt: 2, resource: 'n2' });
  });

  it('one that may not be repeated waits for its node, is lost when its lease is over, and done when the node is back', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit(limited);
    await agent.mayStart(`${id}.1`);
    await agent.vanish();
    const other = await given.agent('n2');
    await given.clock.advance(leaseMs - 1);
    expect(await given.task(id)).to.deep.include({ state: 'started', attempt: 1 });
    expect((await given.task(id)).reason).to.match(
      /nothing is heard of n1, where it started; it is waited for/,
    );
    await given.clock.advance(2);
    await given.settle();
    expect((await given.task(id)).state).to.equal('lost');
    expect(await given.job(id)).to.deep.include({ state: 'WAITING', endedAt: null });
    expect(other.assigned).to.deep.equal([]);
    await agent.begin({}, [{ task: `${id}.1`, attempt: 1, stage: 'ended' }]);
    await agent.end(`${id}.1`);
    expect((await given.job(id)).state).to.equal('FINISHED');
  });

  it('one whose parent died on the node is lost until its owner says retry or abandon', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    await agent.end(`${id}.1`, 1, { kind: 'lost', code: null });
    await agent.end(`${id}.2`, 1, { kind: 'lost', code: null });
    expect(await given.states(id)).to.equal('1 lost 2 lost');
    expect((await given.job(id)).reason).to.match(/2 tasks are lost/);
    await given.jobs.retry('local', id, 1);
    await given.settle();
    expect(agent.assigned.at(-1)).to.equal(`${id}.1 #2`);
    expect((await given.job(id)).state).to.equal('RUNNING');
    await given.jobs.abandon('local', id, 2);
    await agent.mayStart(`${id}.1`, 2);
    await agent.end(`${id}.1`, 1); // of the attempt that was lost
    expect((await given.task(id)).state).to.equal('started');
    await agent.end(`${id}.1`, 2);
    expect(await given.job(id)).to.deep.include({
      state: 'FAILED',
      reason: 'task 2: its owner abandoned it',
    });
  });

  it('one without a time limit is waited for as long as its node is away, and lost when its owner removes that', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    expect(await agent.mayStart(`${id}.1`)).to.deep.include({
      type: 'start',
      task: `${id}.1`,
      attempt: 1,
      latestStartMs: 30_000,
      leaseMs: null,
    });
    await agent.vanish();
    await given.clock.advance(1_000 * leaseMs);
    expect((await given.task(id)).state).to.equal('started');
    await given.takeOut('n1');
    await given.jobs.dispatch.remove('n1');
    expect(await given.task(id)).to.include({ state: 'lost', reason: 'n1 (removed) has gone' });
  });

  it('on a resource that was removed is ended by no other that has its name later', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ tasks: 3 });
    await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    await agent.mayStart(`${id}.2`, 1, 2000); // as if it had forgotten it: that one is lost before
    expect(await given.states(id)).to.equal('1 started 2 lost 3 held');
    await given.takeOut('n1');
    expect(brief(await agent.end(`${id}.1`)), 'its agent counts no more, at once').to.deep.equal([
      `forget ${id}.1 #1`,
    ]);
    await given.jobs.dispatch.remove('n1');
    const next = await given.agent('n1');
    for (const task of [1, 2])
      expect(brief(await next.end(`${id}.${task}`))).to.deep.equal([`forget ${id}.${task} #1`]);
    expect(await given.states(id)).to.equal('1 lost 2 lost 3 held');
    expect(next.assigned).to.deep.equal([`${id}.3 #2`]);
  });

  it('goes on elsewhere, or is lost, though it was given to a resource while that was being removed', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    await given.takeOut('n1');
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    expect(await given.states(id)).to.equal('1 started 2 held');
    await given.jobs.dispatch.remove('n1');
    expect(await given.states(id)).to.equal('1 lost 2 matching');
    const next = await given.agent('n1');
    expect(brief(await next.end(`${id}.1`)), 'the next of its name does not end it').to.deep.equal([
      `forget ${id}.1 #1`,
    ]);
    expect(await given.states(id)).to.equal('1 lost 2 held');
  });

  it('is lost also where the broker was killed just as its resource had been removed', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    await given.takeOut('n1');
    await given.restart();
    expect(await given.states(id)).to.equal('1 lost 2 matching');
  });
});

describe('the yes of the broker', () => {
  it('is given once: asked again at the same moment of the node it is the same, at another the task is lost', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ ...limited, tasks: 2 });
    const [first] = await agent.mayStart(`${id}.1`, 1, 5000);
    expect(await agent.mayStart(`${id}.1`, 1, 5000)).to.deep.equal([first]);
    expect(brief(await agent.mayStart(`${id}.1`, 1, 6000))).to.deep.equal([`drop ${id}.1 #1`]);
    expect(await given.states(id)).to.equal('1 lost 2 held');
  });

  it('is not given to a node that has not the task, nor to one whose job is cancelled', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    const other = await given.agent('n2');
    expect(brief(await other.mayStart(`${id}.1`))).to.deep.equal([`drop ${id}.1 #1`]);
    expect(brief(await agent.mayStart(`${id}.1`, 2))).to.deep.equal([`drop ${id}.1 #2`]);
    await given.jobs.cancel('local', id);
    expect(brief(agent.heard.slice(-1))).to.deep.equal([`forget ${id}.1 #1`]);
    expect(brief(await agent.mayStart(`${id}.1`))).to.deep.equal([`drop ${id}.1 #1`]);
    expect((await given.job(id)).state).to.equal('CANCELLED');
  });

  it('that came too late for the node makes the task be matched again, for nothing ran', async () => {
    await using given = await givenJobs({ 'most-attempts': 2 });
    const agent = await given.agent('n1');
    const { id } = await given.submit(limited);
    for (const attempt of [1, 2, 3]) {
      await agent.mayStart(`${id}.1`, attempt);
      await agent.end(`${id}.1`, attempt, { kind: 'too-late', code: null });
      expect(await given.states(id), 'left alone for a moment').to.equal('1 matching');
      await given.clock.advance(1_000);
      await given.settle();
    }
    expect(agent.assigned.at(-1)).to.equal(`${id}.1 #4`);
  });

  it('lasts over a restart of the broker, and so do the leases', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ ...limited, tasks: 3 });
    const [yes] = await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    await given.restart();
    await agent.begin({}, [
      { task: `${id}.1`, attempt: 1, stage: 'asking' },
      { task: `${id}.3`, attempt: 1, stage: 'held' },
    ]);
    // It has no trace of the second, which may have run there.
    expect(await given.states(id)).to.equal('1 started 2 lost 3 held');
    expect(await agent.mayStart(`${id}.1`)).to.deep.equal([yes]);
    await given.restart();
    await given.clock.advance(silenceMs + 1);
    await given.settle();
    expect(await given.states(id)).to.equal('1 started 2 lost 3 matching');
    await given.clock.advance(leaseMs);
    await given.settle();
    expect(await given.states(id)).to.equal('1 lost 2 lost 3 matching');
  });

  it('that ran out while the broker was away loses nothing before the node had time to come back', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ ...limited, tasks: 2 });
    await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    await given.restart(2 * leaseMs);
    await given.clock.advance(silenceMs - 1);
    await given.settle();
    expect(await given.states(id)).to.equal('1 started 2 started');
    const ended = [1, 2].map((number) => ({ task: `${id}.${number}`, attempt: 1, stage: 'ended' as const }));
    await agent.begin({}, ended);
    await agent.end(`${id}.1`);
    await given.clock.advance(silenceMs);
    await given.settle();
    expect(await given.states(id)).to.equal('1 done 2 lost');
    expect((await given.task(id, 2)).reason).to.match(/its time is over, and n1 says nothing of it/);
  });
});
