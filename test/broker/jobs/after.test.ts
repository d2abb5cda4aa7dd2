import { expect } from 'chai';
import type { Refusal } from '../../../platform/failure.ts';
import { type GivenJobs, givenBlobs, givenJobs, owner, type ScriptedAgent } from './support.ts';

const blob = 'ab'.repeat(32);
const other = 'cd'.repeat(32);

/** Runs a task to its end on an agent. */
async function run(agent: ScriptedAgent, task: string, code = 0, files: Record<string, string> = {}) {
  await agent.mayStart(task);
  const outputs = Object.entries(files).map(([path, of]) => ({ path, blob: of, executable: path === 'run' }));
  await agent.end(task, 1, { code }, { outputs: outputs.map((file) => ({ ...file, bytes: 7 })) });
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'taken',
    (error: Refusal) => `${error.code}: ${error.detail}`,
  );
}

/** A job in short, such as `QUEUED (why)`. */
async function short(given: GivenJobs, id: string): Promise<string> {
  const { state, reason } = await given.job(id);
  return `${state}${reason === null ? '' : ` (${reason})`}`;
}

describe('a job that waits for others', () => {
  it('begins once the last of them has gone well, and says meanwhile for which it waits', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const [{ id: a }, { id: b }] = [await given.submit(), await given.submit()];
    const { id: c } = await given.submit({ after: [{ job: a }, { job: b }] });
    expect(await short(given, c)).to.equal(`QUEUED (it waits for job ${a} to end well, and for 1 more)`);
    await run(agent, `${a}.1`);
    expect(await short(given, c)).to.equal(`QUEUED (it waits for job ${b} to end well)`);
    expect(agent.assigned).to.have.length(2);
    await run(agent, `${b}.1`);
    expect(agent.assigned.at(-1)).to.equal(`${c}.1 #1`);
    await run(agent, `${c}.1`);
    expect(await short(given, c)).to.equal('FINISHED');
  });

  it('begins at once where they are over already, and in any case where it needs no good end', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id: a } = await given.submit();
    const { id: waits } = await given.submit({ after: [{ job: a, when: 'ended' }] });
    await run(agent, `${a}.1`, 3);
    expect((await given.job(a)).state).to.equal('FAILED');
    const { id: late } = await given.submit({ after: [{ job: a, when: 'ended' }] });
    expect(agent.assigned.slice(-2)).to.deep.equal([`${waits}.1 #1`, `${late}.1 #1`]);
  });

  it('has failed with the reason where one of them did, and so have those that wait for it', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id: a } = await given.submit();
    const { id: b } = await given.submit({ tasks: 5, after: [{ job: a }] });
    const { id: c } = await given.submit({ after: [{ job: b }] });
    const { id: held } = await given.submit({ hold: true, after: [{ job: a }] });
    await run(agent, `${a}.1`, 1);
    const why = `job ${a} ended FAILED, and this one was to run only after it went well`;
    expect(await short(given, b)).to.equal(`FAILED (${why})`);
    expect(await short(given, c)).to.equal(`FAILED (${why.replaceAll(a, b)})`);
    expect(await given.states(b)).to.equal('1 cancelled 2 cancelled 3 cancelled 4 cancelled 5 cancelled');
    expect((await given.job(held)).state).to.equal('NEW');
    await given.jobs.queue(owner, held);
    expect(await short(given, held)).to.equal(`FAILED (${why})`);
    const { id: late } = await given.submit({ after: [{ job: a }] });
    expect(await short(given, late)).to.equal(`FAILED (${why})`);
    expect(agent.assigned).to.have.length(1);
  });

  it('names only jobs of its owner that are there, so many at most, and may be cancelled while it waits', async () => {
    await using given = await givenJobs({ 'most-after': 1 });
    const agent = await given.agent('n1');
    const [{ id: a }, { id: b }] = [await given.submit(), await given.submit()];
    const submit = (request: object, who = owner) => codeOf(given.submit(request, who));
    expect(await submit({ after: [{ job: 'none' }] })).to.match(/^not-found: there is no job none/);
    expect(await submit({ after: [{ job: a }] }, 'eve')).to.equal(`not-found: there is no job ${a} of yours`);
    const stolen = { inputsFrom: [{ path: 'x', job: a, output: 'x' }] };
    expect(await submit(stolen, 'eve')).to.equal(`not-found: there is no job ${a} of yours`);
    expect(await submit({ after: [{ job: a }, { job: b }] })).to.match(/^job-refused: .* at most 1 jobs/);
    const { id: c } = await given.submit({ after: [{ job: a }] });
    await given.jobs.cancel(owner, c);
    expect((await given.job(c)).state).to.equal('CANCELLED');
    await given.jobs.delete(owner, c);
    await run(agent, `${a}.1`);
    await given.jobs.delete(owner, a);
    expect(agent.assigned).to.have.length(2);
  });

  it('hears of an end that came just before the broker was killed', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id: a } = await given.submit();
    const { id: b } = await given.submit({ after: [{ job: a }] });
    await agent.mayStart(`${a}.1`);
    // As if it had been killed between the commit of the end and that in which others hear of it.
    const kept = await given.service.store.read((sql) => sql.all('SELECT * FROM job_after'));
    await agent.end(`${a}.1`);
    await given.service.store.write((sql) => {
      for (const { job, before, needs } of kept as { job: number; before: number; needs: string }[])
        sql.run('INSERT INTO job_after VALUES (@job, @before, @needs)', { job, before, needs });
      sql.run('DELETE FROM tasks WHERE job = (SELECT job FROM jobs WHERE id = @b)', { b });
      sql.run(
        `UPDATE jobs SET waits = 1, reason = 'waits', next = 1, matching = tasks, held = 0 WHERE id = @b`,
        { b },
      );
    });
    await given.restart(1_000);
    await given.settle();
    const again = await given.agent('n1');
    expect(again.assigned).to.deep.equal([`${b}.1 #1`]);
    expect(await given.service.store.read((sql) => sql.all('SELECT * FROM job_after'))).to.deep.equal([]);
  });
});

describe('a job that takes what others leave', () => {
  it('finds the files at the paths that it said, those of all tasks or of one', async () => {
    await using given = await givenJobs({}, givenBlobs(new Map([blob, other].map((one) => [one, 7]))));
    const agent = await given.agent('n1');
    const { id: a } = await given.submit({ tasks: [['x'], ['y']] });
    const { id: b } = await given.submit({
      inputsFrom: [
        { path: 'parts/{task}.txt', job: a, output: 'out-{1}.txt' },
        { path: 'tool', job: a, task: 2, output: 'run' },
      ],
    });
    await run(agent, `${a}.1`, 0, { 'out-x.txt': blob });
    await run(agent, `${a}.2`, 0, { 'out-y.txt': other, run: blob });
    await given.jobs.delete(owner, a);
    const assigned = agent.heard.find((message) => message.type === 'assign' && message.task === `${b}.1`);
    expect(assigned).to.deep.include({
      inputs: [
        { path: 'parts/1.txt', blob, bytes: 7, executable: false },
        { path: 'parts/2.txt', blob: other, bytes: 7, executable: false },
        { path: 'tool', blob, bytes: 7, executable: true },
      ],
    });
  });

  it('has failed where a file is not there, and says which', async () => {
    await using given = await givenJobs({}, givenBlobs(new Map([[blob, 7]])));
    const agent = await given.agent('n1');
    const { id: a } = await given.submit({ tasks: 2 });
    const { id: b } = await given.submit({
      inputsFrom: [{ path: '{task}', job: a, output: 'out.txt' }],
    });
    await run(agent, `${a}.1`, 0, { 'out.txt': blob });
    await run(agent, `${a}.2`);
    expect(await short(given, b)).to.equal(`FAILED (task 2 of job ${a} left no file out.txt)`);
  });

  it('is refused where two files would have one path, there is no such task, or they are too many', async () => {
    await using given = await givenJobs({ 'most-files': 3 });
    const { id: a } = await given.submit({ tasks: 4 });
    const submit = (file: object) =>
      codeOf(given.submit({ inputsFrom: [{ job: a, output: 'o', ...file }] as never }));
    expect(await submit({ path: 'x' })).to.match(/^job-refused: job \w+ has 4 tasks: say of which o/);
    expect(await submit({ path: 'x', task: 5 })).to.equal(`not-found: job ${a} has no task 5`);
    expect(await submit({ path: '{task}' })).to.match(/^job-refused: a job takes at most 3 files/);
    expect(await submit({ path: 'x', task: 4 })).to.equal('taken');
  });
});
