import { once } from 'node:events';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { localAdministrator } from '../../../broker/caller.ts';
import { PageSessions } from '../../../broker/identities/page-sessions.ts';
import type { Sender } from '../../../platform/doors/door.ts';
import { ManualClock } from '../../support/clock.ts';
import { type GivenUsers, givenUsers, nobody } from './given.ts';

const lifeMs = 600_000;
const another: Sender = { ...nobody, uid: 1_001 };

describe('the cookie of a page over TLS', () => {
  it('goes over TLS alone, is set by this very host, and is of whoever has it', () => {
    const config = { 'session-lifetime': lifeMs, 'sessions-each': 2 };
    const pages = new PageSessions({ config, clock: new ManualClock() });
    const over = (socket: Socket, cookie?: string) =>
      ({ socket, headers: { cookie } }) as Parameters<typeof pages.find>[0];
    const secure = new TLSSocket(new Socket());
    const sender: Sender = { address: '192.0.2.7', uid: undefined, guest: true };
    const set = pages.begin(over(secure), sender, 'ann', 'of a token');
    expect(set).to.match(/^__Host-ogm=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Strict; Secure$/);
    const [cookie = ''] = set.split(';');
    expect(pages.find(over(secure, cookie), sender)).to.include({ tokenHash: 'of a token' });
    expect(pages.find(over(secure, cookie.replace('__Host-', '')), sender)).to.equal(undefined);
    expect(pages.find(over(new Socket(), cookie), sender)).to.equal(undefined);
    expect(pages.find(over(new Socket(), cookie.replace('__Host-', '')), another)).to.equal(undefined);
    pages.stop();
    expect(pages.find(over(secure, cookie), sender)).to.equal(undefined);
  });
});

describe('the session of a page', () => {
  let given: GivenUsers;

  beforeEach(async () => {
    given = await givenUsers({ 'session-lifetime': lifeMs, 'sessions-each': 2 });
  });

  afterEach(() => given[Symbol.asyncDispose]());

  /** As a page sends it, with what the browser says of where it is from. */
  async function call(method: string, path: string, headers: Record<string, string>) {
    const from = method === 'GET' ? {} : { Origin: given.url };
    const answer = await fetch(given.url + path, {
      method,
      headers: { Connection: 'close', ...from, ...headers },
    });
    return { status: answer.status, text: await answer.text(), set: answer.headers.get('set-cookie') };
  }

  async function begin(token: string): Promise<string> {
    const { status, set } = await call('POST', '/broker/v1/session', { Authorization: `Bearer ${token}` });
    expect([status, set])
      .to.have.nested.property('[1]')
      .that.matches(/^ogm=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Strict$/);
    return set!.split(';')[0]!;
  }

  const list = (Cookie: string) => call('GET', '/broker/v1/tokens', { Cookie });

  it('is begun with a token, which it stands for until it is ended', async () => {
    const { token, id } = await given.token('ann', ['read']);
    const cookie = await begin(token);
    expect(cookie).not.to.contain(token);
    expect((await list(`theme=dark; ${cookie}`)).text).to.contain(id);
    expect((await call('GET', '/broker/v1/users', { Cookie: cookie })).status, 'its scopes').to.equal(403);
    const ended = await call('DELETE', '/broker/v1/session', { Cookie: cookie });
    expect([ended.status, ended.set]).to.deep.equal([
      204,
      'ogm=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect((await list(cookie)).status).to.equal(401);
    expect((await call('GET', '/broker/v1/tokens', { Authorization: `Bearer ${token}` })).status).to.equal(
      200,
    );
  });

  it('ends with its token, and by itself', async () => {
    const { token, id } = await given.token('ann', ['read']);
    const cookie = await begin(token);
    await given.clock.advance(lifeMs);
    expect((await list(cookie)).status).to.equal(401);
    const again = await begin(token);
    await given.work.identities.revoke(localAdministrator, id);
    expect((await list(again)).status).to.equal(401);
  });

  it('makes room for another of the same user', async () => {
    const { token } = await given.token('ann', ['read']);
    const { token: bobs } = await given.token('bob', ['read']);
    const others = await begin(bobs);
    const [first, ...more] = [await begin(token), await begin(token), await begin(token)];
    expect((await list(first!)).status).to.equal(401);
    for (const cookie of [...more, others]) expect((await list(cookie)).status).to.equal(200);
  });

  it('is begun by nothing but a token', async () => {
    const none = `ogm_${'A'.repeat(43)}`;
    for (const headers of [{}, { Authorization: `Bearer ${none}` }, { Cookie: 'ogm=x' }] as Record<
      string,
      string
    >[])
      expect((await call('POST', '/broker/v1/session', headers)).status).to.equal(401);
    const cookie = await begin((await given.token('ann', ['read'])).token);
    expect((await call('POST', '/broker/v1/session', { Cookie: cookie })).status).to.equal(401);
    given.from({ ...nobody, uid: undefined });
    const { token } = await given.token('ann', ['read']);
    const unnamed = await call('POST', '/broker/v1/session', { Authorization: `Bearer ${token}` });
    expect(unnamed.status, 'cookies are sent to every port of the machine').to.equal(403);
  });

  it('is of no use to another user of the machine, nor to the page of another site', async () => {
    const cookie = await begin((await given.token('ann', ['read', 'submit'])).token);
    const submit = (headers: Record<string, string>) =>
      call('DELETE', '/broker/v1/jobs/none', { Cookie: cookie, ...headers });
    expect((await submit({})).status).to.equal(404);
    for (const Origin of ['http://evil.example.org', 'null', given.url.replace('127.0.0.1', 'localhost')])
      expect((await submit({ Origin })).status, Origin).to.equal(403);
    expect((await submit({ 'Sec-Fetch-Site': 'same-site' })).status, 'of another port').to.equal(403);
    const unsaid = await fetch(`${given.url}/broker/v1/jobs/none`, {
      method: 'DELETE',
      headers: { Cookie: cookie, Connection: 'close' },
    });
    expect(unsaid.status, 'of no page').to.equal(403);
    await unsaid.text();
    given.from(another);
    expect((await list(cookie)).status).to.equal(401);
  });

  it('opens WebSockets of its pages, until it is ended', async () => {
    const { token } = await given.token('ann', ['read', 'submit']);
    await given.call('POST', '/broker/v1/jobs', token, { application: 'echo' });
    const cookie = await begin(token);
    const url = `${given.url.replace('http', 'ws')}/broker/v1/events/ws`;
    const socket = new WebSocket(url, { headers: { Cookie: cookie, Origin: given.url } });
    await once(socket, 'open');
    socket.send('{}');
    expect(String((await once(socket, 'message'))[0])).to.contain('QUEUED');
    const closed = once(socket, 'close');
    await call('DELETE', '/broker/v1/session', { Cookie: cookie });
    expect((await closed)[0]).to.equal(1008);
    const foreign = new WebSocket(url, { headers: { Cookie: await begin(token) } });
    foreign.on('error', () => {});
    const [, response] = await once(foreign, 'unexpected-response');
    expect(response.statusCode).to.equal(403);
    foreign.terminate();
  });
});
