import { expect } from 'chai';
import { outputPage } from '../../../protocol/jobs/job.ts';
import { blob, givenRoutes, problemOf } from './given-routes.ts';
import type { ScriptedAgent } from './support.ts';

type Given = Awaited<ReturnType<typeof givenRoutes>>;

const files = (from: number, count: number, hash = blob) =>
  Array.from({ length: count }, (_, index) => ({
    path: `out/${from + index}`,
    blob: hash,
    bytes: 3,
    executable: (from + index) % 2 === 1,
  }));

async function started(routes: Given): Promise<ScriptedAgent> {
  const agent = await routes.given.agent('n1');
  await routes.given.submit({ repeatable: true });
  await agent.mayStart('job1.1');
  return agent;
}

const results = (from: number, outputs: ReturnType<typeof files>, attempt = 1) =>
  ({ type: 'results', task: 'job1.1', attempt, from, outputs }) as const;

describe('what a task leaves, where it is more than a message holds', () => {
  it('is listed in pages, and each file found by its path', async () => {
    await using routes = await givenRoutes({ 'outputs-a-page': 3 });
    const agent = await started(routes);
    await agent.say(results(0, files(0, 2)), results(2, files(2, 2)));
    await agent.end('job1.1', 1, {}, { listed: 4, outputs: files(4, 3) });
    expect(await routes.given.task('job1')).to.deep.include({
      state: 'done',
      outputs: files(4, 3),
      outputCount: 7,
    });
    const told: string[] = [];
    const sizes: number[] = [];
    for (let after: string | null = '0'; after !== null; ) {
      const { body } = await routes.call('GET', `/jobs/job1/tasks/1/outputs?after=${after}`);
      const page = outputPage.parse(body);
      told.push(...page.outputs.map(({ path }) => path));
      sizes.push(page.outputs.length);
      after = page.next;
    }
    expect([told, sizes]).to.deep.equal([files(0, 7).map(({ path }) => path), [3, 3, 1]]);
    const [, second] = outputPage.parse(
      (await routes.call('GET', '/jobs/job1/tasks/1/outputs?limit=2')).body,
    ).outputs;
    expect(second).to.deep.equal(files(1, 1)[0]);
    for (const path of ['out/0', 'out/6'])
      expect((await routes.call('GET', `/jobs/job1/tasks/1/outputs/${path}`)).text).to.equal('blob abab');
    expect((await routes.call('GET', '/jobs/job1/tasks/1/outputs/out/7')).status).to.equal(404);
  });

  it('is taken once, however often it is told, and by whichever broker process', async () => {
    await using routes = await givenRoutes();
    const agent = await started(routes);
    await agent.say(results(0, files(0, 2)));
    await agent.say(results(0, files(0, 2)), results(2, files(2, 2)));
    await routes.given.restart();
    const again = await routes.given.agent('n1', {}, [{ task: 'job1.1', attempt: 1, stage: 'ended' }]);
    await again.say(results(0, files(0, 2)), results(2, files(2, 2)));
    await again.end('job1.1', 1, {}, { listed: 4 });
    await again.end('job1.1', 1, {}, { listed: 4 });
    expect(await routes.given.task('job1')).to.deep.include({ state: 'done', outputs: [], outputCount: 4 });
  });

  it('is a fault where not all of it came, or it is more than may be', async () => {
    for (const [messages, listed, reason] of [
      [[results(0, files(0, 2))], 3, 'told of 2 of 3 files'],
      [[results(0, files(0, 2)), results(2, files(2, 1, 'cd'.repeat(32)))], 3, 'told of 2 of 3 files'],
      [[results(0, files(0, 3)), results(3, files(3, 3))], 6, 'it left 6 files, and 5 may be'],
    ] as const) {
      await using routes = await givenRoutes({ 'most-results': 5 });
      const agent = await started(routes);
      await agent.say(...messages);
      await agent.end('job1.1', 1, {}, { listed });
      const task = await routes.given.task('job1');
      expect(task.state).to.equal('failed');
      expect(task.reason).to.include(reason);
    }
  });

  it('counts for its own attempt alone, and for the node that has that', async () => {
    await using routes = await givenRoutes();
    const agent = await started(routes);
    const other = await routes.given.agent('n2');
    await agent.say(results(0, files(0, 2)));
    await agent.end('job1.1', 1, { kind: 'lost', code: null });
    expect((await routes.given.task('job1')).attempt).to.equal(2);
    const [node, stranger] = agent.assigned.length > 1 ? [agent, other] : [other, agent];
    await node.mayStart('job1.1', 2);
    await stranger.say(results(0, files(10, 2), 2));
    await node.say(results(0, files(20, 1), 2));
    await node.end('job1.1', 2, {}, { listed: 1 });
    const { body } = await routes.call('GET', '/jobs/job1/tasks/1/outputs');
    expect(outputPage.parse(body)).to.deep.equal({ outputs: files(20, 1), next: null });
  });

  it('goes with its job', async () => {
    await using routes = await givenRoutes();
    const agent = await started(routes);
    await agent.say(results(0, files(0, 3)));
    await agent.end('job1.1', 1, {}, { listed: 3 });
    expect((await routes.call('DELETE', '/jobs/job1')).status).to.equal(204);
    expect(problemOf(await routes.call('GET', '/jobs/job1/tasks/1/outputs'))).to.deep.equal([
      404,
      'not-found',
    ]);
    await routes.given.jobs.sweep(routes.given.clock.now());
    const left = await routes.given.service.store.read((sql) => sql.all('SELECT * FROM outputs'));
    expect(left).to.deep.equal([]);
  });
});
