import { expect } from 'chai';
import { refusalOf } from '../../support/documents.ts';
import { type GivenJobs, givenJobs } from './support.ts';

const forever = new AbortController().signal;

async function eventsOf({ jobs }: GivenJobs, job: string) {
  const { events } = await jobs.events('local', { job, after: 0 }, { wait: 0, signal: forever });
  return events.map(({ task, attempt, state, text }) => [task, attempt, state, text]);
}

describe('a job that is cancelled while its node is away', () => {
  it('is ended by its owner, who abandons what may run there; the node is told so when it is back', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    await given.clock.advance(30_000); // as long as nodes are waited for after a start
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    expect((await refusalOf(given.jobs.abandon('local', id, 1))).detail).to.equal(
      `task 1 of job ${id} is started, and not lost`,
    );
    await agent.vanish();
    expect((await refusalOf(given.jobs.abandon('local', id, 1))).detail).to.contain(
      'cancel the job, then abandon it',
    );
    await given.jobs.cancel('local', id);
    expect((await given.job(id)).state).to.equal('RUNNING');
    const { state, reason } = await given.jobs.abandon('local', id, 1);
    expect([state, reason]).to.deep.equal([
      'cancelled',
      'its owner abandoned it, for nothing was heard of n1',
    ]);
    expect((await given.job(id)).state).to.equal('CANCELLED');
    const back = await given.agent('n1', {}, [{ task: `${id}.1`, attempt: 1, stage: 'started' }]);
    expect(back.heard).to.deep.equal([{ type: 'cancel', task: `${id}.1`, attempt: 1, graceMs: 10_000 }]);
    await back.end(`${id}.1`);
    expect((await given.task(id)).state, 'whatever its program left').to.equal('cancelled');
  });

  it('is not abandoned where the node is there, nor before it had time to come back to a new broker', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    await given.jobs.cancel('local', id);
    expect((await refusalOf(given.jobs.abandon('local', id, 1))).code).to.equal('not-now');
    await given.restart();
    expect((await refusalOf(given.jobs.abandon('local', id, 1))).code).to.equal('not-now');
    await given.clock.advance(30_000);
    await given.settle();
    expect((await given.jobs.abandon('local', id, 1)).state).to.equal('cancelled');
  });
});

describe('the tasks of a job that was cancelled', () => {
  it('have an event each, and one together where they were never tried', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const { id } = await given.submit({ tasks: 100 });
    await given.jobs.cancel('local', id);
    expect(agent.assigned).to.have.length(1);
    expect((await eventsOf(given, id)).slice(2)).to.deep.equal([
      [2, 0, 'cancelled', 'so are all up to task 100'],
      [1, 1, 'cancelled', null],
      [null, null, 'CANCELLED', null],
    ]);
    const one = await given.submit();
    await given.jobs.cancel('local', one.id);
    expect((await eventsOf(given, one.id)).slice(-2)).to.deep.equal([
      [1, 1, 'cancelled', null],
      [null, null, 'CANCELLED', null],
    ]);
  });
});

describe('jobs of everybody', () => {
  it('are listed the latest first, in pages that look at so many', async () => {
    await using given = await givenJobs();
    for (const who of ['ann', 'bob', 'ann']) await given.submit({}, who);
    const ids = async (owner: string | undefined, asked: Parameters<GivenJobs['jobs']['jobs']>[1] = {}) => {
      const { jobs, next } = await given.jobs.jobs(owner, asked);
      return [jobs.map(({ id }) => id), next];
    };
    expect(await ids(undefined)).to.deep.equal([['job3', 'job2', 'job1'], null]);
    expect(await ids(undefined, { limit: 2 })).to.deep.equal([['job3', 'job2'], '2']);
    expect(await ids(undefined, { limit: 2, after: 2 })).to.deep.equal([['job1'], null]);
    expect(await ids('ann')).to.deep.equal([['job3', 'job1'], null]);
    await given.jobs.cancel('bob', 'job2');
    expect(await ids(undefined, { state: 'CANCELLED' })).to.deep.equal([['job2'], null]);
  });
});
