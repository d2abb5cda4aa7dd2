import { expect } from 'chai';
import { askOf, factsOf, givenJobs } from './support.ts';

const tonight = Date.parse('2026-11-23T20:00:00Z');

describe('a node with hours', () => {
  it('gets nothing while it is closed, and a job that waits says until when', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { draining: true, closedUntilMs: tonight });
    const { id } = await given.submit();
    expect((await given.job(id)).reason).to.equal('1 node fits, and is closed until 2026-11-23T20:00Z');
    await given.agent('n2', { draining: true });
    expect((await given.job(id)).reason).to.equal(
      '2 nodes fit, and none takes new tasks; the first opens at 2026-11-23T20:00Z',
    );
    expect(agent.assigned).to.deep.equal([]);
    await agent.say(factsOf());
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
  });

  it('gets no task whose Walltime would pass the moment at which it ends all', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { closesInMs: 3_600_000 });
    const long = await given.submit({ ask: askOf('Walltime: 2 h') });
    const short = await given.submit({ ask: askOf('Walltime: 30 min') });
    const open = await given.submit();
    expect(agent.assigned).to.deep.equal([`${short.id}.1 #1`, `${open.id}.1 #1`]);
    expect((await given.job(long.id)).reason).to.match(
      /^1 node fits, and closes before it could end, at \S+Z$/,
    );
    await given.clock.advance(3_000_000);
    const late = await given.submit({ ask: askOf('Walltime: 30 min') });
    expect((await given.job(late.id)).reason).to.match(
      /^1 node fits, and closes before it could end, at \S+Z$/,
    );
    await agent.say(factsOf());
    expect(agent.assigned).to.have.members([short, open, long, late].map(({ id }) => `${id}.1 #1`));
  });

  it('that ended a task has it tried again where it may be repeated, and else failed with the reason', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const [again, once] = [await given.submit({ repeatable: true }), await given.submit()];
    const fault = 'this node is closed until tonight';
    for (const { id } of [again, once]) {
      await agent.mayStart(`${id}.1`);
      await agent.end(`${id}.1`, 1, { kind: 'evicted', code: null }, { fault });
    }
    expect(agent.assigned).to.include(`${again.id}.1 #2`);
    expect(await given.task(once.id)).to.deep.include({
      state: 'failed',
      reason: 'its program was ended by the node, which closed; this node is closed until tonight',
    });
  });
});
