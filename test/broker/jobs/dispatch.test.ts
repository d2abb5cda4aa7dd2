import { expect } from 'chai';
import { askOf, brief, factsOf, givenJobs } from './support.ts';

describe('a job that is submitted', () => {
  it('goes to a node that fits, starts when that asks, and is finished with its result', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id, state } = await given.submit({
      arguments: ['--seed', '{task}', '{1}'],
      tasks: [['a'], ['b']],
      ask: askOf('Cpus: 2', 'Memory: 1 GiB', 'Walltime: 10 min'),
    });
    expect([state, ...agent.assigned]).to.deep.equal(['QUEUED', `${id}.1 #1`, `${id}.2 #1`]);
    expect(agent.heard[1]).to.deep.include({
      application: 'app',
      arguments: ['--seed', '2', 'b'],
      cpus: 2,
      memoryBytes: 2 ** 30,
      timeLimitMs: 600_000,
    });
    expect(await given.states(id)).to.equal('1 held 2 held');
    expect(await agent.mayStart(`${id}.1`)).to.deep.equal([
      { type: 'start', task: `${id}.1`, attempt: 1, latestStartMs: 30_000, leaseMs: 640_000 },
    ]);
    expect((await given.job(id)).state).to.equal('RUNNING');
    const outcome = await agent.end(`${id}.1`, 1, {}, { stdout: { text: 'aGk=' } });
    expect(brief(outcome)).to.deep.equal([`forget ${id}.1 #1`]);
    expect(await given.task(id)).to.deep.include({
      state: 'done',
      attempt: 1,
      resource: 'n1',
      stdoutBytes: 2,
    });
    await agent.mayStart(`${id}.2`);
    await agent.end(`${id}.2`, 1, { code: 3 });
    expect(await given.job(id)).to.deep.include({
      state: 'FAILED',
      reason: 'task 2: its program ended with exit code 3',
    });
  });
});

describe('who gets a node', () => {
  it('is the job of higher priority, then the older one, and between owners who has used less', async () => {
    await using given = await givenJobs();
    const ids: Record<string, string> = {};
    for (const [name, priority] of [
      ['low', -1],
      ['first', 0],
      ['second', 0],
      ['high', 5],
    ] as const)
      ids[name] = (await given.submit({ name, priority, ask: askOf('Cpus: 4') })).id;
    const agent = await given.agent('n1', { mostTasks: 1 });
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const task = agent.assigned.at(-1)?.replace(' #1', '') ?? '';
      order.push(Object.keys(ids).find((name) => task.startsWith(`${ids[name]}.`)) ?? task);
      await agent.mayStart(task);
      await agent.end(task);
    }
    expect(order).to.deep.equal(['high', 'first', 'second', 'low']);
  });

  it('is nobody else where a resource is not theirs', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({}, 'eve');
    expect(agent.assigned).to.deep.equal([]);
    expect((await given.job(id, 'eve')).reason).to.equal('no node is there');
  });

  it('is one of the resources that the job names, whichever else there are', async () => {
    await using given = await givenJobs();
    const [first, second] = [await given.agent('n1'), await given.agent('n2')];
    const { id } = await given.submit({ resources: ['n2', 'n3'], tasks: 6 });
    expect(first.assigned).to.deep.equal([]);
    expect(second.assigned).to.have.length(4);
    const { id: none } = await given.submit({ resources: ['n9'] });
    expect((await given.job(none)).reason).to.equal('no node is there among n9');
    expect((await given.job(id)).reason).to.equal('1 node fits, and is busy');
  });
});

describe('a node', () => {
  it('gets as much as it has and a few ahead, and the next as soon as something ends', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 4, mostHeld: 2 });
    const { id } = await given.submit({ tasks: 9, ask: askOf('Cpus: 2') });
    expect(agent.assigned).to.have.length(2);
    await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    expect(agent.assigned).to.have.length(4);
    await agent.end(`${id}.1`);
    expect(agent.assigned).to.have.length(4);
    await agent.mayStart(`${id}.3`);
    expect(agent.assigned).to.have.length(5);
    expect(given.jobs.dispatch.load().get('n1')).to.deep.include({ running: 2, held: 2, mostTasks: 4 });
  });

  it('that asks for more than it has is answered when something has ended', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1, mostHeld: 1 });
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    expect(agent.assigned).to.have.length(2);
    expect(await agent.mayStart(`${id}.2`)).to.deep.equal([]);
    expect(brief(await agent.end(`${id}.1`))).to.deep.equal([`forget ${id}.1 #1`, `start ${id}.2 #1`]);
  });

  it('that asks for what nobody wants takes no room for it from what is wanted', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const { id } = await given.submit();
    const may = { type: 'may-start', attempt: 1, askedAtMs: 1 } as const;
    const told = await agent.say({ ...may, task: 'nothing.1' }, { ...may, task: `${id}.1` });
    expect(brief(told)).to.deep.equal(['drop nothing.1 #1', `start ${id}.1 #1`]);
  });

  it('may give room up with the end of a program, while its results are on their way', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    await agent.say({ type: 'stage', task: `${id}.1`, attempt: 1, stage: 'staging-out' });
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
    expect(await given.states(id)).to.equal('1 staging-out 2 held');
  });

  it('that drains gets nothing more, and more again when it does not', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    await given.jobs.dispatch.drain('n1', true);
    const { id } = await given.submit();
    expect((await given.job(id)).reason).to.equal('1 node fits, and takes no new tasks');
    await given.jobs.dispatch.drain('n1', false);
    await given.settle();
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
    await agent.mayStart(`${id}.1`);
    await agent.end(`${id}.1`);
    await agent.say(factsOf({ draining: true }));
    const { id: next } = await given.submit();
    expect(agent.assigned).to.have.length(1);
    await agent.say(factsOf());
    expect(agent.assigned.at(-1)).to.equal(`${next}.1 #1`);
  });

  it('that says what cannot be read of itself is refused, with the reason', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const facts = factsOf({ says: { Cpus: 'many' } });
    const error = await agent.say(facts).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/what n1 says of itself cannot be read: Cpus/);
  });

  it('that begins another session hears nothing over the one before', async () => {
    await using given = await givenJobs();
    const before = await given.agent('n1');
    const now = await given.agent('n1');
    const { id } = await given.submit();
    expect([before.assigned, now.assigned]).to.deep.equal([[], [`${id}.1 #1`]]);
    expect(await before.mayStart(`${id}.1`)).to.deep.equal([]);
    expect((await given.task(id)).state).to.equal('held');
  });
});

describe('why a task waits', () => {
  it('is told by the clause that stands in the way, or by how busy the nodes are', async () => {
    await using given = await givenJobs();
    const first = await given.agent('n1');
    await given.agent('n2');
    const reason = async (...headers: readonly string[]) => {
      const { id } = await given.submit({ ask: askOf(...headers) });
      return (await given.job(id)).reason;
    };
    expect(await reason('Cpus: 64')).to.match(
      /^none of 2 nodes fits: Cpus: 64 -> 0 yes, 2 no, .*nearest 4 at n1/,
    );
    expect(await reason('Os: Plan9')).to.match(/^none of 2 nodes fits: Os: Plan9 -> 0 yes/);
    const { id } = await given.submit({ tasks: 2, ask: askOf('Cpus: 4', 'Walltime: 1 h') });
    await first.mayStart(`${id}.1`);
    expect(await reason('Cpus: 3')).to.equal(
      '2 nodes fit, all busy; the first frees by 2001-09-09T02:47Z at the latest',
    );
  });
});

describe('a node that refuses a task', () => {
  const no = { type: 'refuse', attempt: 1, reason: 'the owner does not allow it' } as const;

  it('is not asked again; where no other fits, the task has failed', async () => {
    await using given = await givenJobs();
    const [first, second] = [await given.agent('n1'), await given.agent('n2')];
    const { id } = await given.submit();
    await first.say({ ...no, task: `${id}.1`, code: 'policy', elsewhere: true });
    expect(second.assigned).to.deep.equal([`${id}.1 #2`]);
    await second.say({ ...no, task: `${id}.1`, attempt: 2, code: 'policy', elsewhere: true });
    expect((await given.job(id)).reason).to.equal(
      'task 1: no node that fits takes it; n2 refuses it: the owner does not allow it',
    );
  });

  it('for now alone is asked again, and for all is the end of it', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ tasks: 2 });
    await agent.say({ ...no, task: `${id}.1`, code: 'busy', elsewhere: true });
    await given.clock.advance(1_000).then(given.settle); // it is left alone for a moment
    expect(agent.assigned.at(-1)).to.equal(`${id}.1 #2`);
    await agent.say({ ...no, task: `${id}.2`, code: 'policy', elsewhere: false });
    expect(await given.states(id)).to.equal('1 held 2 failed');
  });
});

describe('a job that is cancelled', () => {
  it('ends at once where nothing runs, else when its programs have ended, whatever they say', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 3 });
    const { id } = await given.submit({ tasks: 5 });
    await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    const before = agent.heard.length;
    const view = await given.jobs.cancel('local', id, 4_000);
    expect([view.state, view.reason]).to.deep.equal(['RUNNING', 'it is being cancelled']);
    expect(brief(agent.heard.slice(before)).sort()).to.deep.equal([
      `cancel ${id}.1 #1`,
      `cancel ${id}.2 #1`,
      `forget ${id}.3 #1`,
    ]);
    expect(agent.heard.find(({ type }) => type === 'cancel')).to.deep.include({ graceMs: 4_000 });
    await agent.end(`${id}.1`, 1, { kind: 'cancelled', code: null });
    await agent.end(`${id}.2`); // it had ended before it heard
    expect(await given.states(id)).to.equal('1 cancelled 2 done 3 cancelled 4 cancelled 5 cancelled');
    expect((await given.job(id)).state).to.equal('CANCELLED');
    expect(agent.assigned).to.have.length(3);
  });

  it('is cancelled again where its node comes back', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    await agent.vanish();
    await given.jobs.cancel('local', id, 1_000);
    await given.restart();
    await agent.begin({}, [{ task: `${id}.1`, attempt: 1, stage: 'started' }]);
    expect(agent.heard.at(-1)).to.deep.equal({ type: 'cancel', task: `${id}.1`, attempt: 1, graceMs: 1_000 });
  });
});

describe('a program that asks a question', () => {
  it('makes its job wait for the answer, which reaches it over a break too', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    const says = { type: 'says', task: `${id}.1`, attempt: 1 } as const;
    await agent.say({ ...says, kind: 'progress', text: '0.25' });
    await agent.say({ ...says, kind: 'question', text: 'go on?' });
    expect(await given.task(id)).to.deep.include({ question: 'go on?', progress: 0.25 });
    expect((await given.job(id)).state).to.equal('WAITING');
    await given.jobs.answer('local', id, 1, 'yes');
    const answer = { type: 'answer', task: `${id}.1`, attempt: 1, text: 'yes' };
    expect(agent.heard.at(-1)).to.deep.equal(answer);
    expect((await given.job(id)).state).to.equal('RUNNING');
    await agent.begin({}, [{ task: `${id}.1`, attempt: 1, stage: 'started' }]);
    expect(agent.heard.at(-1)).to.deep.equal(answer);
    const again = await given.jobs.answer('local', id, 1, 'yes').catch((reason: unknown) => reason);
    expect(String(again)).to.match(/asks nothing/);
  });

  it('may say so much, and no more', async () => {
    await using given = await givenJobs({ 'says-each': 2 });
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    const { cursor } = await given.job(id);
    for (const text of ['a', 'b', 'c'])
      await agent.say({ type: 'says', task: `${id}.1`, attempt: 1, kind: 'message', text });
    expect((await given.job(id)).cursor - cursor).to.equal(2);
  });
});

describe('a job of many tasks', () => {
  it('is one row until they start, however many there are', async () => {
    await using given = await givenJobs();
    const { id } = await given.submit({ tasks: 100_000 });
    const rows = () =>
      given.service.store.read(
        (sql) => sql.get<{ tasks: number }>('SELECT count(*) AS tasks FROM tasks')?.tasks,
      );
    expect(await rows()).to.equal(0);
    const agent = await given.agent('n1');
    expect([agent.assigned.length, await rows()]).to.deep.equal([4, 4]);
    expect((await given.job(id)).counts).to.deep.include({ held: 4, matching: 99_996 });
    const { tasks } = await given.jobs.tasks('local', id, { state: 'matching', after: 99_998 });
    expect(tasks.map(({ number }) => number)).to.deep.equal([99_999, 100_000]);
    expect((await given.jobs.cancel('local', id)).state).to.equal('CANCELLED');
  });
});
