import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Broker } from '../../../broker/index.ts';
import { brokerDoors } from '../../../broker/index.ts';
import { type Infogather, infogatherDoors } from '../../../infogather/index.ts';
import { printReply } from '../../../language-door/reply.ts';
import { type Market, marketDoors } from '../../../market/index.ts';
import { jobView } from '../../../protocol/jobs/job.ts';
import { documentOf, of, said, userNamed } from '../deals/given.ts';
import {
  type Anns,
  blob,
  content,
  goneReservation,
  mounted,
  notAnns,
  routesOf,
  type Tried,
} from './every-route.ts';
import { type Answer, everyScope, type GivenUsers, givenUsers, nobody } from './given.ts';

/** Doors of services that are never asked: no stranger comes as far. */
const limits = { answerBytes: 1_000 };
const elsewhere = [
  marketDoors({} as Market, limits),
  infogatherDoors({} as Infogather, limits),
  brokerDoors({} as Broker, limits),
];

function callOf(given: GivenUsers, route: string, { path, body }: Tried, token?: string): Promise<Answer> {
  return given.call(route.split(' ')[0]!, path, token, body);
}

describe('another user', () => {
  let given: GivenUsers;
  let anns: Anns;

  beforeEach(async () => {
    given = await givenUsers(
      {},
      {
        routes: elsewhere.flatMap(({ routes }) => routes),
        sockets: elsewhere.flatMap(({ sockets }) => sockets),
      },
    );
    const { id, token } = await given.token('ann');
    await given.agent('ann', 'anns-node', content, blob);
    const { status, text } = await given.call('POST', '/broker/v1/jobs', token, { application: 'echo' });
    expect(status).to.equal(201);
    const job = jobView.parse(JSON.parse(text)).id;
    anns = { job, token, tokenId: id, agreement: '' };
    await finished(job);
    anns = { ...anns, agreement: await agreed() };
  });

  afterEach(() => given[Symbol.asyncDispose]());

  it('finds nothing behind any route that is somebody else’s', async () => {
    const tried = routesOf(anns);
    expect(Object.keys(tried)).to.have.members(mounted(given.work.routes()));
    const { token } = await given.token('bob');
    for (const [route, one] of Object.entries(tried)) {
      const { status, text } = await callOf(given, route, one, token);
      expect(status, `${route} ${text}`).to.equal(one.stranger);
      if (status < 300)
        expect(text.replace(blob, '').replace(/"(?:jwt|key)":"[^"]*"/, ''), route).not.to.match(
          new RegExp(`ann|${anns.job}|${anns.tokenId}|iron`),
        );
    }
    // The same requests are answered where they come from ann, or no stranger was kept from anything.
    for (const [route, one] of Object.entries(tried)) {
      if (notAnns.includes(route)) continue;
      const { status, text } = await callOf(given, route, one, anns.token);
      expect(status, `${route} ${text}`).not.to.be.oneOf([401, 403, 404, 500]);
    }
  });

  it('gets nowhere at all without a token, or with one that is none', async () => {
    const routes = routesOf(anns);
    const others = mounted(elsewhere.flatMap((doors) => doors.routes));
    const all: Record<string, Tried> = { ...routes };
    for (const route of others) {
      expect(route).to.match(/^(GET|POST) \/(market|broker|infogather)/);
      all[route] = { path: route.split(' ')[1]!, stranger: 401 };
    }
    const none = `ogm_${'A'.repeat(43)}`;
    // What the broker signs is for other services.
    const { jwt } = given.work.jwts.own({ audience: 'market', at: given.url });
    for (const [route, one] of Object.entries(all))
      for (const token of [undefined, none, 'guessed', jwt]) {
        if (route === 'POST /broker/v1/enrol' && token === undefined) continue; // a secret is shown there
        await given.clock.advance(1_000); // strangers may come so often
        const { status, text, headers } = await callOf(given, route, one, token);
        expect([status, headers.get('www-authenticate')], `${route} ${text}`).to.deep.equal([401, 'Bearer']);
      }
    // Nothing of it was done.
    expect((await given.call('GET', `/broker/v1/jobs/${anns.job}`, anns.token)).text).to.contain('FINISHED');
  });

  it('hears nothing over any WebSocket, with a token of their own or without one', async () => {
    const { token } = await given.token('bob');
    const paths = [...given.work.sockets(), ...elsewhere.flatMap(({ sockets }) => sockets)].map(
      ({ path }) => path,
    );
    const events = ['/broker/v1/events/ws', '/broker/v1/deals/events/ws'] as const;
    const open = [...events, '/broker/agents/ws'];
    expect(paths).to.include.members(open);
    for (const path of paths.filter((one) => !open.includes(one)))
      for (const shown of [undefined, 'guessed', `${'A'.repeat(20)}.e30.${'A'.repeat(86)}`]) {
        await given.clock.advance(1_000);
        const refused = dial(path, shown);
        const [, response] = await once(refused, 'unexpected-response');
        expect(response.statusCode, path).to.equal(401);
        refused.terminate();
      }
    const only = { [events[0]]: { job: anns.job }, [events[1]]: { deal: anns.agreement } };
    for (const path of events) {
      for (const first of [only[path], { token: 'guessed' }, { token: anns.tokenId }, 'x']) {
        const socket = dial(path);
        await once(socket, 'open');
        socket.on('message', (data) => expect.fail(String(data)));
        socket.send(JSON.stringify(first));
        expect((await once(socket, 'close'))[0]).to.equal(1008);
      }
      const foreign = dial(path, token);
      await once(foreign, 'open');
      foreign.on('message', (data) => expect.fail(String(data)));
      foreign.send(JSON.stringify(only[path]));
      const [code, reason] = await once(foreign, 'close');
      expect([code, String(reason)]).to.deep.equal([
        1008,
        path === events[0]
          ? `there is no job ${anns.job} of yours; see yours with ogm job list`
          : `there is no offer or agreement ${anns.agreement} of yours; look at the paths in docs/http.md`,
      ]);
    }

    const agents = dial('/broker/agents/ws');
    await once(agents, 'open');
    agents.send(JSON.stringify({ type: 'inventory', tasks: [] }));
    expect((await once(agents, 'close'))[0]).to.equal(1008);
  });

  it('is told of events of their own alone, where they ask for all', async () => {
    const { token } = await given.token('bob');
    const mine = await given.call('POST', '/broker/v1/jobs', token, { application: 'echo' });
    const { id } = jobView.parse(JSON.parse(mine.text));
    const { text } = await given.call('GET', '/broker/v1/events', token);
    expect(text).to.contain(id).and.not.to.contain(anns.job);
    const socket = dial('/broker/v1/events/ws', token);
    await once(socket, 'open');
    socket.send('{}');
    const [page] = await once(socket, 'message');
    expect(String(page)).to.contain(id).and.not.to.contain(anns.job);
    socket.terminate();
  });

  it('has no work done on somebody else’s machine, and is told nothing of it', async () => {
    const { token } = await given.token('bob');
    for (const more of [{}, { resources: ['anns-node'] }]) {
      const { text } = await given.call('POST', '/broker/v1/jobs', token, { application: 'echo', ...more });
      const { id } = jobView.parse(JSON.parse(text));
      // Ann's next job is run: had bob's been for the machine, it would have been before.
      const next = await given.call('POST', '/broker/v1/jobs', anns.token, { application: 'echo' });
      await finished(jobView.parse(JSON.parse(next.text)).id);
      const view = jobView.parse(JSON.parse((await given.call('GET', `/broker/v1/jobs/${id}`, token)).text));
      expect([view.state, view.counts.matching]).to.deep.equal(['QUEUED', 1]);
      const none = { application: 'echo', resources: ['none-such'] };
      const other = await given.call(
        'POST',
        '/broker/v1/jobs',
        token,
        'resources' in more ? none : { ...none, resources: undefined },
      );
      const told = jobView.parse(JSON.parse(other.text)).reason;
      expect(view.reason?.replace('anns-node', 'none-such')).to.equal(told);
    }
  });

  it('sees all that is somebody else’s where they are an administrator', async () => {
    const { token } = await given.token('root', [...everyScope, 'admin']);
    const other = (await given.token('bob')).token;
    for (const owner of ['*', 'ann']) {
      const listed = await given.call('GET', `/broker/v1/jobs?owner=${owner}`, token);
      expect(listed.text).to.contain(anns.job);
      const refused = await given.call('GET', `/broker/v1/jobs?owner=${owner}`, other);
      expect(refused.status, 'to others').to.equal(403);
    }
    expect((await given.call('GET', '/broker/v1/jobs?owner=bob', other)).status).to.equal(200);
    for (const [route, one] of Object.entries(routesOf(anns))) {
      if (route === 'POST /broker/v1/enrol' || route === goneReservation) continue;
      const { status, text } = await callOf(given, route, one, token);
      expect(status, `${route} ${text}`).not.to.be.oneOf([401, 403, 404, 500]);
    }
  });

  async function finished(job: string): Promise<void> {
    for (let state = ''; state !== 'FINISHED'; ) {
      const answer = await given.call('GET', `/broker/v1/jobs/${job}?wait=10`, anns.token);
      state = jobView.parse(JSON.parse(answer.text)).state;
    }
  }

  /** An agreement of ann's; returns its Id. */
  async function agreed(): Promise<string> {
    const ann = userNamed('ann');
    const say = async (text: string) => {
      const [reply] = await given.work.deals.receive(documentOf(text), ann);
      return reply === undefined ? '' : printReply(reply);
    };
    const offer = of(await say(said('Ask', 'Id: ask-1', 'Application: echo')), 'Id');
    return of(await say(said('Accept', 'Id: acc-1', `Offer: ${offer}`)), 'Id') ?? '';
  }

  function dial(path: string, token?: string): WebSocket {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${given.url.replace('http', 'ws')}${path}`, { headers });
    socket.on('error', () => {});
    return socket;
  }
});

describe('the user who runs the broker', () => {
  it('needs no token, unless the system does not say that it is them', async () => {
    await using given = await givenUsers();
    given.from({ address: '127.0.0.1', uid: 0 });
    expect((await given.call('GET', '/broker/v1/users')).status).to.equal(200);
    given.from({ ...nobody, uid: undefined });
    expect((await given.call('GET', '/broker/v1/users')).status).to.equal(401);
  });
});
