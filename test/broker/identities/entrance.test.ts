import { once } from 'node:events';
import { expect } from 'chai';
import { Router } from 'express';
import { WebSocket } from 'ws';
import { senderOf } from '../../../platform/doors/http.ts';
import { everyScope, givenUsers, nobody } from './given.ts';

const pace = {
  'requests-a-second': 1,
  'requests-at-once': 3,
  'strangers-a-second': 0.5,
  'strangers-at-once': 2,
};

describe('the entrance of a house', () => {
  it('lets each user come so often, and says when to come again', async () => {
    await using given = await givenUsers(pace);
    const { token } = await given.token('ann');
    const { token: second } = await given.token('ann');
    const { token: bobs } = await given.token('bob');
    const ask = (shown?: string) => given.call('GET', '/broker/v1/jobs', shown);
    const codes = [token, second, token, second].map(async (shown) => (await ask(shown)).status);
    expect((await Promise.all(codes)).sort()).to.deep.equal([200, 200, 200, 429]);
    const late = await ask(token);
    expect([late.status, late.headers.get('retry-after')]).to.deep.equal([429, '1']);
    expect(JSON.parse(late.text)).to.include({ code: 'too-many-requests' });
    expect((await ask(bobs)).status, 'of another').to.equal(200);
    await given.clock.advance(1_000);
    expect((await ask(token)).status).to.equal(200);
    expect((await ask(token)).status).to.equal(429);
  });

  it('lets those who are not known come so often, whatever they show, and that is nobody else’s loss', async () => {
    await using given = await givenUsers(pace);
    const ask = (shown?: string) => given.call('GET', '/broker/v1/jobs', shown);
    expect((await ask()).status).to.equal(401);
    expect((await ask('guessed')).status).to.equal(401);
    const late = await ask(`ogm_${'A'.repeat(43)}`);
    expect([late.status, late.headers.get('retry-after')]).to.deep.equal([429, '2']);
    const secret = await given.call('POST', '/broker/v1/enrol', undefined, { secret: 'x', key: 'x' });
    expect(secret.status, 'a guess of a secret').to.equal(429);
    expect((await ask((await given.token('ann')).token)).status).to.equal(200);
    given.from({ ...nobody, uid: 1_000 });
    expect((await ask()).status, 'another user of the machine').to.equal(401);
    given.from({ address: '127.0.0.1', uid: 0 });
    for (let times = 0; times < 10; times++) expect((await ask()).status, 'the owner').to.equal(200);
  });

  it('counts the frames of a WebSocket as requests', async () => {
    const route = { path: '/ws', open: () => ({ receive: async (frame: string) => frame }) };
    await using given = await givenUsers(pace, { sockets: [route] });
    const headers = { Authorization: `Bearer ${(await given.token('ann')).token}` };
    const socket = new WebSocket(`${given.url.replace('http', 'ws')}/ws`, { headers });
    await once(socket, 'open');
    for (const frame of ['1', '2', '3']) socket.send(frame);
    const [code, reason] = await once(socket, 'close');
    expect(code).to.equal(1008);
    expect(String(reason)).to.match(/^requests come faster than they may/);
  });

  it('tells the other services who a guest is, and what they may send', async () => {
    const router = Router().get('/market/who', (request, response) => {
      response.json(senderOf(request));
    });
    await using given = await givenUsers({}, { routes: [router] });
    const who = async (...scopes: Parameters<typeof given.token>[1] & object) => {
      const { token } = await given.token('ann', scopes);
      const { status, text } = await given.call('GET', '/market/who', token);
      return status === 200 ? JSON.parse(text) : status;
    };
    const ann = { ...nobody, name: 'ann' };
    expect(await who(...everyScope)).to.deep.equal(ann);
    expect(await who('read')).to.deep.equal({ ...ann, only: 'reading' });
    expect(await who('submit')).to.equal(403);
  });

  it('takes the token of an agent for the files of its tasks alone', async () => {
    await using given = await givenUsers();
    const call = given.work.entrance;
    const request = (url: string) =>
      ({ url, headers: { authorization: 'Bearer of-no-session' } }) as Parameters<typeof call.identify>[0];
    for (const url of ['/market', '/broker/v1/jobs', '/broker/v1/blobs/x'])
      expect(await call.identify(request(url), nobody)).to.have.nested.property('failure.status', 401);
  });
});
