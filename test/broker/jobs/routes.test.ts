import { expect } from 'chai';
import { eventPage, jobPage, jobView, taskPage, taskView } from '../../../protocol/jobs/job.ts';
import { blob, givenRoutes, problemOf } from './given-routes.ts';
import { askOf } from './support.ts';

describe('jobs over HTTP', () => {
  it('are submitted, shown, listed, cancelled and deleted', async () => {
    await using routes = await givenRoutes();
    const { call } = routes;
    const submitted = await call('POST', '/jobs', { application: 'app', name: 'first', tasks: 2 });
    expect(submitted.status).to.equal(201);
    const { id, state, name, tasks } = jobView.parse(submitted.body);
    expect([state, name, tasks]).to.deep.equal(['QUEUED', 'first', 2]);
    await call('POST', '/jobs', { application: 'app', name: 'second', hold: true });
    const shown = jobView.parse((await call('GET', `/jobs/${id}`)).body);
    expect(shown.reason).to.equal('no node is there');
    const first = jobPage.parse((await call('GET', '/jobs?limit=1')).body);
    expect(first.jobs.map((job) => job.name)).to.deep.equal(['second']);
    const rest = jobPage.parse((await call('GET', `/jobs?after=${first.next}`)).body);
    expect([rest.jobs.map((job) => job.name), rest.next]).to.deep.equal([['first'], null]);
    const held = jobPage.parse((await call('GET', '/jobs?state=NEW')).body);
    expect(held.jobs.map((job) => job.name)).to.deep.equal(['second']);
    expect(problemOf(await call('DELETE', `/jobs/${id}`))).to.deep.equal([409, 'not-now']);
    expect(jobView.parse((await call('POST', `/jobs/${id}/cancel`)).body).state).to.equal('CANCELLED');
    expect((await call('POST', `/jobs/${id}/cancel`, { graceMs: 5 })).status).to.equal(200);
    const listed = taskPage.parse((await call('GET', `/jobs/${id}/tasks`)).body);
    expect(listed.tasks.map((task) => task.state)).to.deep.equal(['cancelled', 'cancelled']);
    expect((await call('DELETE', `/jobs/${id}`)).status).to.equal(204);
    expect(problemOf(await call('GET', `/jobs/${id}`))).to.deep.equal([404, 'not-found']);
  });

  it('may be changed while they are NEW, and are queued by their owner', async () => {
    await using routes = await givenRoutes();
    const { call, given } = routes;
    const agent = await given.agent('n1');
    const { id } = jobView.parse((await call('POST', '/jobs', { application: 'app', hold: true })).body);
    const change = { name: 'new', arguments: ['{task}', 'x'], inputs: [{ path: 'in', blob }], priority: 3 };
    expect(jobView.parse((await call('PATCH', `/jobs/${id}`, change)).body)).to.deep.include({
      name: 'new',
      priority: 3,
      state: 'NEW',
    });
    expect(agent.assigned).to.deep.equal([]);
    expect(jobView.parse((await call('POST', `/jobs/${id}/submit`)).body).state).to.equal('QUEUED');
    await given.settle();
    expect(agent.heard[0]).to.deep.include({
      arguments: ['1', 'x'],
      inputs: [{ path: 'in', blob, executable: false, bytes: 3 }],
    });
    expect(problemOf(await call('PATCH', `/jobs/${id}`, { name: 'late' }))).to.deep.equal([409, 'not-now']);
    expect((await call('POST', `/jobs/${id}/submit`)).status).to.equal(200);
    expect(agent.assigned).to.have.length(1);
  });

  it('that come again under one word are the first one; another under the same word is refused', async () => {
    await using routes = await givenRoutes();
    const request = { application: 'app', request: 'r-1' };
    const first = jobView.parse((await routes.call('POST', '/jobs', request)).body);
    const again = jobView.parse((await routes.call('POST', '/jobs', request)).body);
    expect(again).to.deep.equal(first);
    const other = { ...request, arguments: ['x'] };
    expect(problemOf(await routes.call('POST', '/jobs', other))).to.deep.equal([409, 'request-reused']);
    const theirs = await routes.call('POST', '/jobs', request, { 'x-owner': 'eve' });
    expect(jobView.parse(theirs.body).id).not.to.equal(first.id);
  });

  it('are refused where they say what none may, with the place named', async () => {
    await using routes = await givenRoutes({
      'most-tasks': 3,
      'jobs-each': 1,
      'job-size': 2_000,
      'task-size': 1_500,
    });
    const refusal = async (request: object) => {
      const answer = await routes.call('POST', '/jobs', { application: 'app', ...request });
      return `${answer.status} ${(answer.body as { detail: string }).detail}`;
    };
    expect(await refusal({ application: '' })).to.match(/^422 application: /);
    expect(await refusal({ tasks: 4 })).to.equal('422 a job has at most 3 tasks');
    expect(await refusal({ arguments: ['x'.repeat(3_000)] })).to.match(/^422 a job says at most 2000 bytes/);
    expect(await refusal({ inputs: [{ path: '../x', blob }] })).to.match(/^422 inputs.0.path: /);
    const filled = { arguments: ['{1}{1}', '{1}'], tasks: [['x'], ['x'.repeat(500)]] };
    expect(await refusal(filled)).to.match(
      /^422 a task says at most 1500 bytes, with its parameters filled in/,
    );
    const twice = [
      { path: 'x', blob },
      { path: 'x', blob },
    ];
    expect(await refusal({ inputs: twice })).to.equal('422 two input files have one path');
    const unsent = { path: 'x', blob: 'cd'.repeat(32) };
    expect(await refusal({ inputs: [unsent] })).to.match(/^409 blob cdcd\w* is not here$/);
    expect(await refusal({ ask: askOf('Count: 2') })).to.match(/^422 its Ask says Count/);
    expect(await refusal({ ask: askOf('Walltime: 0 s') })).to.match(/^422 its Walltime is nothing/);
    expect(await refusal({ ask: askOf('Cpus: lots') })).to.match(/^422 its Ask cannot be read: line 4/);
    expect(await refusal({ unknown: 1 })).to.match(/^422 .*unknown/i);
    expect((await routes.call('POST', '/jobs', { application: 'app' })).status).to.equal(201);
    expect(await refusal({})).to.match(/^503 the broker keeps 1 jobs of an owner/);
    expect(problemOf(await routes.call('GET', '/jobs?limit=0'))).to.deep.equal([400, 'bad-query']);
  });

  it('of somebody else are as if they were not there', async () => {
    await using routes = await givenRoutes();
    const { call } = routes;
    const { id } = jobView.parse((await call('POST', '/jobs', { application: 'app' })).body);
    const eve = { 'x-owner': 'eve' };
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/submit'],
      ['POST', '/cancel'],
      ['GET', '/tasks'],
      ['GET', '/tasks/1'],
      ['POST', '/tasks/1/retry'],
      ['POST', '/tasks/1/abandon'],
      ['POST', '/tasks/1/answer'],
      ['GET', '/tasks/1/stdout'],
      ['GET', '/tasks/1/stderr'],
      ['GET', '/tasks/1/outputs/x'],
    ] as const) {
      const body = path.endsWith('answer') ? { text: 'x' } : method === 'PATCH' ? {} : undefined;
      const theirs = await call(method, `/jobs/${id}${path}`, body, eve);
      const absent = await call(method, `/jobs/nothing${path}`, body, eve);
      expect(problemOf(theirs), `${method} ${path}`).to.deep.equal([404, 'not-found']);
      expect(theirs.text.replaceAll(id, 'nothing')).to.equal(absent.text);
    }
    expect(jobPage.parse((await call('GET', '/jobs', undefined, eve)).body).jobs).to.deep.equal([]);
    const { events } = eventPage.parse((await call('GET', '/events', undefined, eve)).body);
    expect(events).to.deep.equal([]);
    expect(problemOf(await call('GET', `/events?job=${id}`, undefined, eve))).to.deep.equal([
      404,
      'not-found',
    ]);
  });

  it('show what their tasks printed and left, by byte range', async () => {
    await using routes = await givenRoutes();
    const { call, given } = routes;
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    const outputs = [{ path: 'a/b c', blob, executable: false, bytes: 3 }];
    const stdout = { text: Buffer.from('0123456789').toString('base64') };
    await agent.end(`${id}.1`, 1, {}, { stdout, stderr: { blob, bytes: 3 }, outputs });
    const task = taskView.parse((await call('GET', `/jobs/${id}/tasks/1`)).body);
    expect(task).to.deep.include({ state: 'done', stdoutBytes: 10, stderrBytes: 3, outputs });
    const at = `/jobs/${id}/tasks/1`;
    expect((await call('GET', `${at}/stdout`)).text).to.equal('0123456789');
    const part = await call('GET', `${at}/stdout`, undefined, { Range: 'bytes=2-4' });
    expect([part.status, part.text, part.headers.get('content-range')]).to.deep.equal([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    const rest = await call('GET', `${at}/stdout`, undefined, { Range: 'bytes=8-' });
    expect(rest.text).to.equal('89');
    const beyond = await call('GET', `${at}/stdout`, undefined, { Range: 'bytes=10-' });
    expect([beyond.status, beyond.headers.get('content-range')]).to.deep.equal([416, 'bytes */10']);
    expect((await call('GET', `${at}/stderr`)).text).to.equal('blob abab');
    expect((await call('GET', `${at}/outputs/a/b%20c`)).text).to.equal('blob abab');
    expect(problemOf(await call('GET', `${at}/outputs/x`))).to.deep.equal([404, 'not-found']);
    expect(problemOf(await call('GET', `/jobs/${id}/tasks/2`))).to.deep.equal([404, 'not-found']);
  });

  it('whose node did not send what it says it left have failed', async () => {
    await using routes = await givenRoutes();
    const agent = await routes.given.agent('n1');
    const { id } = await routes.given.submit();
    await agent.mayStart(`${id}.1`);
    await agent.end(`${id}.1`, 1, {}, { stdout: { blob, bytes: 4 } });
    expect((await routes.given.job(id)).reason).to.match(/its node has not sent all that it left: blob abab/);
  });
});
