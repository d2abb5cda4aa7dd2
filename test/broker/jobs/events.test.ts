import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { eventPage, jobView } from '../../../protocol/jobs/job.ts';
import { givenRoutes, problemOf } from './given-routes.ts';

describe('the events of jobs', () => {
  it('are waited for, and go on from a cursor without a gap', async () => {
    await using routes = await givenRoutes();
    const { call, given } = routes;
    const { id, cursor } = await given.submit();
    const news = call('GET', `/events?after=${cursor}&wait=20`);
    const view = call('GET', `/jobs/${id}?cursor=${cursor}&wait=20`);
    // Both wait when the agent comes, or find what has happened: either way nothing is missed.
    const agent = await given.agent('n1');
    const [first] = eventPage.parse((await news).body).events;
    expect(first).to.deep.include({ job: id, task: 1, attempt: 1, kind: 'state', state: 'held' });
    expect(jobView.parse((await view).body).cursor).to.be.above(cursor);
    await agent.mayStart(`${id}.1`);
    await agent.say({ type: 'says', task: `${id}.1`, attempt: 1, kind: 'progress', text: '0.5' });
    await agent.say({ type: 'says', task: `${id}.1`, attempt: 1, kind: 'message', text: 'half' });
    await agent.end(`${id}.1`);
    const told: string[] = [];
    for (let after = 0; ; ) {
      const page = eventPage.parse((await call('GET', `/events?after=${after}&limit=2&job=${id}`)).body);
      told.push(
        ...page.events.map(({ task, kind, state, text }) => [task, kind, state, text].join(' ').trim()),
      );
      if (page.events.length === 0) break;
      after = page.cursor;
    }
    expect(told).to.deep.equal([
      'state QUEUED',
      '1 state held',
      '1 state started',
      'state RUNNING',
      '1 progress  0.5',
      '1 message  half',
      '1 state done',
      'state FINISHED',
    ]);
  });

  it('are pushed over a WebSocket from a cursor on', async () => {
    await using routes = await givenRoutes();
    const { id } = await routes.given.submit({ tasks: 2 });
    const socket = new WebSocket(`${routes.url.replace('http', 'ws')}/broker/v1/events/ws`);
    await once(socket, 'open');
    const told: string[] = [];
    const all = Promise.withResolvers<void>();
    socket.on('message', (data) => {
      const page = eventPage.parse(JSON.parse(String(data)));
      told.push(...page.events.map(({ task, state }) => `${task ?? 'job'} ${state}`));
      if (told.length >= 3) all.resolve();
    });
    socket.send(JSON.stringify({ job: id }));
    await routes.given.agent('n1');
    await all.promise;
    expect(told).to.deep.equal(['job QUEUED', '1 held', '2 held']);
    socket.send(JSON.stringify({ job: id }));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).to.deep.equal([
      1008,
      'this connection follows events already; open another one; send it from a program that speaks HTTP, or documents to a text door'.slice(
        0,
        123,
      ),
    ]);
  });

  it('that are too old are forgotten, and who asks for them is told', async () => {
    await using routes = await givenRoutes({ 'most-job-events': 2 });
    const { given, call } = routes;
    await given.agent('n1');
    const { id } = await given.submit({ tasks: 4 });
    await given.jobs.sweep(given.clock.now());
    expect(problemOf(await call('GET', '/events?after=1'))).to.deep.equal([410, 'cursor-expired']);
    const { cursor } = await given.job(id);
    const left = eventPage.parse((await call('GET', `/events?after=${cursor - 2}`)).body);
    expect(left.events).to.have.length(2);
    await given.clock.advance(8 * 86_400_000);
    await given.jobs.sweep(given.clock.now());
    expect(problemOf(await call('GET', `/events?after=${cursor - 1}`))).to.deep.equal([
      410,
      'cursor-expired',
    ]);
    expect(eventPage.parse((await call('GET', `/events?after=${cursor}`)).body)).to.deep.equal({
      events: [],
      cursor,
    });
  });
});
