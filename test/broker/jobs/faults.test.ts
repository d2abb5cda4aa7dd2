import { expect } from 'chai';
import { askOf, givenJobs } from './support.ts';

describe('dispatch', () => {
  it('goes on where it was once the disk takes more again', async () => {
    await using given = await givenJobs();
    const { id } = await given.submit({ tasks: 2 });
    given.isFull = true;
    const agent = await given.agent('n1').catch(() => undefined);
    expect(agent, 'an inventory is kept before anything is answered').to.equal(undefined);
    given.isFull = false;
    const again = await given.agent('n1');
    given.isFull = true;
    const { id: more } = await given.submit().catch(() => ({ id: 'refused' }));
    expect(more).to.equal('refused');
    given.isFull = false;
    expect(again.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
  });

  it('gives tasks out that could not be given out while the disk was full', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 2 });
    const submitted = given.jobs.submit('local', {
      ...{ application: 'app', arguments: [], environment: {}, inputs: [], tasks: 3, repeatable: false },
      ...{ priority: 0, hold: false, after: [], inputsFrom: [], parameters: [] },
    });
    const { id } = await submitted;
    given.isFull = true; // between the commit of the job and the round that gives its tasks out
    await given.settle();
    expect(agent.assigned).to.deep.equal([]);
    given.isFull = false;
    await given.clock.advance(1_000);
    await given.settle();
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
  });

  it('gives silent nodes up once the disk takes it', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    given.isFull = true;
    await agent.vanish();
    expect((await given.task(id)).state).to.equal('held');
    given.isFull = false;
    await given.clock.advance(1_000);
    await given.settle();
    expect((await given.task(id)).state).to.equal('matching');
  });

  it('gives the room to others that was kept for a job which was cancelled meanwhile', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const large = given.jobs.submit('local', {
      ...{ application: 'app', arguments: [], environment: {}, inputs: [], tasks: 1, repeatable: false },
      ...{ priority: 1, hold: false, after: [], inputsFrom: [], parameters: [], ask: askOf('Cpus: 4') },
    });
    const small = given.submit({ ask: askOf('Cpus: 3') });
    const { id } = await large;
    await given.jobs.cancel('local', id);
    const { id: other } = await small;
    await given.settle();
    expect(agent.assigned.at(-1)).to.equal(`${other}.1 #1`);
  });
});
