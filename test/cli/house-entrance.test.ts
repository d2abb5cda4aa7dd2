import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { houseEntrance, trustsOf } from '../../cli/house/entrance.ts';
import { settingsSchema } from '../../cli/settings.ts';
import { WatchClient } from '../../client/index.ts';
import type { Paces } from '../../platform/identity/paces.ts';
import { jwtMade } from '../../protocol/identities.ts';
import { givenUsers } from '../broker/identities/given.ts';
import { givenServices } from './given-services.ts';

const tell = (id: string) =>
  `SLA-version: 1.0\nAction: Tell\nId: ${id}\nApplication: gcc\nBroker-IP: 192.0.2.1:7685\n\n`;
const untell = (id: string) => `SLA-version: 1.0\nAction: Untell\nId: ${id}\n\n`;
const ask = 'SLA-version: 1.0\nAction: Ask\nApplication: gcc\n\n';

describe('services elsewhere that trust brokers', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-trust-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('know who shows a JWT of one by broker and name, and what they told is theirs alone', async () => {
    await using given = await givenServices(folder);
    const anns = given.jwt();
    const says = async (shown: string, document: string) =>
      (await given.call('POST', '/market', shown, document)).text;
    expect(await says(anns, tell('node-1'))).to.contain('Action: Ack');
    expect(await says(anns, ask)).to.contain('Id: node-1');
    const others = [given.jwt({ sub: 'bob' }), given.jwt({}, given.chemistry)];
    for (const other of others) {
      expect(await says(other, untell('node-1'))).to.contain('Reason: not-found');
      // The same Id is another's own: it takes nothing's place.
      expect(await says(other, tell('node-1'))).to.contain('Action: Ack');
    }
    expect((await says(anns, ask)).match(/Id: node-1/g)).to.have.length(3);
    expect(await says(given.jwt(), untell('node-1')), 'by another JWT of hers').to.contain('Action: Ack');
    expect((await says(anns, ask)).match(/Id: node-1/g)).to.have.length(2);
  });

  it('let a JWT do what its scopes say', async () => {
    await using given = await givenServices(folder);
    const says = async (scopes: string[], document: string, aud = 'market') =>
      given.call('POST', `/${aud}`, given.jwt({ scopes, aud: `${given.url}/${aud}` }), document);
    expect((await says(['read'], ask)).status).to.equal(200);
    expect((await says(['read'], tell('node-1'))).text).to.contain('not-allowed');
    expect((await says(['resources'], tell('node-1'))).status).to.equal(200);
    for (const scopes of [[], ['submit'], ['admin'], ['register']])
      expect((await says(scopes, ask)).status, scopes.join()).to.equal(403);
    const register =
      'RESOURCE-version: 1.0\nAction: Tell\nId: node-1\nApplication: gcc\nHost: 192.0.2.1:8483\n\n';
    expect((await says(['read'], register, 'infogather')).text).to.contain('not-allowed');
    expect((await says(['resources'], register, 'infogather')).text).to.contain('Action: Ack');
  });

  it('give a stranger nothing by any route or WebSocket, whatever JWT they make up', async () => {
    await using given = await givenServices(folder, { 'strangers-at-once': 10_000 });
    const { url, physics, nobodys, claimsOf, jwt } = given;
    const of = (service: string): Record<string, string | undefined> => {
      const aud = `${url}/${service}`;
      const [head = '', body = '', signature = ''] = jwt({ aud }).split('.');
      const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const { scopes, ...said } = claimsOf({ aud });
      const claims = json({ ...said, iss: physics.publicKey, scope: scopes.join(' ') });
      const hs256 = `${json({ alg: 'HS256', typ: 'JWT', kid: physics.publicKey })}.${claims}`;
      return {
        nothing: undefined,
        'an opaque token': `ogm_${'A'.repeat(43)}`,
        'another audience': jwt({ aud: `${url}/${service === 'market' ? 'infogather' : 'market'}` }),
        'the same service elsewhere': jwt({ aud: `https://market.example.org/${service}` }),
        'another name of the machine': jwt({ aud: aud.replace('127.0.0.1', 'localhost') }),
        expired: jwt({ aud, iat: claimsOf({}).iat - 400, exp: claimsOf({}).iat - 100 }),
        'for too long': jwt({ aud, exp: claimsOf({}).exp + 3_600 }),
        'another issuer': jwt({ aud }, nobodys),
        'another issuer that says it is physics': `${head}.${body}.${nobodys.sign(`${head}.${body}`)}`,
        'alg none': `${json({ alg: 'none', typ: 'JWT' })}.${claims}.`,
        'alg none with a key': `${json({ alg: 'none', typ: 'JWT', kid: physics.publicKey })}.${claims}.${signature}`,
        'HS256 by the public key': `${hs256}.${createHmac('sha256', physics.publicKey).update(hs256).digest('base64url')}`,
        'cut short': jwt({ aud }).slice(0, -1),
      };
    };
    for (const route of given.routes) {
      const [method = '', path = ''] = route.split(' ');
      for (const [what, shown] of Object.entries(of(path.split('/')[1]!))) {
        const { status, headers } = await given.call(
          method,
          path,
          shown,
          method === 'POST' ? ask : undefined,
        );
        expect([status, headers.get('www-authenticate')], `${route} ${what}`).to.deep.equal([401, 'Bearer']);
      }
    }
    for (const path of given.sockets)
      for (const [what, shown] of Object.entries(of(path.split('/')[1]!))) {
        const refused = given.dial(path, shown);
        const [, response] = await once(refused, 'unexpected-response');
        expect(response.statusCode, `${path} ${what}`).to.equal(401);
        refused.terminate();
      }
    // What only the market trusts is nothing to infogather.
    const chemists = jwt({ aud: `${url}/infogather` }, given.chemistry);
    expect((await given.call('GET', '/infogather/v1/nodes', chemists)).status).to.equal(401);
    const physicists = jwt({ aud: `${url}/infogather` });
    expect((await given.call('GET', '/infogather/v1/nodes', physicists)).status).to.equal(200);
    expect(given.log.lines.join('\n')).not.to.contain(jwt().split('.')[2]);
  });

  it('take no JWT that another service was shown, under whatever name that is asked for here', async () => {
    await using given = await givenServices(folder);
    const asked = (host: string, aud: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { Host: host, Authorization: `Bearer ${given.jwt({ aud })}` };
        get(`${given.url}/market`, { headers, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on('error', reject);
      });
    const { host } = new URL(given.url);
    const shown = `http://market.example.org:${host.split(':')[1]}`;
    expect(await asked(host, `${given.url}/market`)).to.equal(404); // there is nothing to get, and they came in
    expect(await asked(host, `${shown}/market`)).to.equal(401);
    expect(await asked(new URL(shown).host, `${shown}/market`)).to.equal(421);
  });

  it('cut what is open by a JWT once it has expired', async () => {
    await using given = await givenServices(folder);
    const socket = given.dial('/market/ws', given.jwt());
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send(ask);
    await once(socket, 'message');
    await given.clock.advance(300_000 + 60_000 - 1_000);
    expect(socket.readyState).to.equal(WebSocket.OPEN);
    await given.clock.advance(1_000);
    const [code, reason] = await closed;
    expect([code, String(reason)]).to.deep.equal([1008, 'the token holds no more']);
  });

  it('have a Watch go on by another JWT once the one that it began with has expired', async () => {
    await using given = await givenServices(folder);
    let shown = 0;
    const address = {
      url: given.url,
      async dial(to: string) {
        const { hostname, port } = new URL(`tcp://${to}`);
        const socket = connect({ host: hostname, port: Number(port) });
        await once(socket, 'connect');
        return socket;
      },
      async token() {
        shown += 1;
        return given.jwt();
      },
    };
    const client = new WatchClient(address, '/market/ws', { firstMs: 1, mostMs: 10 });
    const headers = [
      ['SLA-version', '1.0'],
      ['Action', 'Watch'],
      ['Id', 'watch-1'],
      ['Application', 'gcc'],
    ].map(([name = '', value = '']) => ({ name, value }));
    const watching = client.watch({ headers });
    expect((await watching.next()).value).to.have.nested.property('document.action', 'Because');
    const next = watching.next();
    await given.clock.advance(360_000);
    expect((await given.call('POST', '/market', given.jwt(), tell('node-1'))).text).to.contain('Ack');
    expect((await next).value).to.include({ event: 'matched' });
    expect(shown).to.be.at.least(2);
    await watching.return();
  });

  it('count the requests of each user, by whatever JWT, and of who is not known', async () => {
    await using given = await givenServices(folder, {
      'requests-at-once': 3,
      'requests-a-second': 1,
      'strangers-at-once': 2,
      'strangers-a-second': 1,
    });
    const asked = async (shown?: string) => (await given.call('POST', '/market', shown, ask)).status;
    for (const status of [200, 200, 200, 429]) expect(await asked(given.jwt())).to.equal(status);
    expect(await asked(given.jwt({ sub: 'bob' }))).to.equal(200);
    for (const status of [401, 401, 429]) expect(await asked(given.jwt({}, given.nobodys))).to.equal(status);
    expect(await asked(), 'from the same address').to.equal(429);
    const frames = given.dial('/market/ws', given.jwt({ sub: 'carl' }));
    await once(frames, 'open');
    for (let sent = 0; sent < 3; sent += 1) frames.send(ask);
    expect(String((await once(frames, 'close'))[1])).to.match(/^requests come faster/);
  });

  it('know a user of the broker beside them as one and the same by token and by JWT, and nobody else as them', async () => {
    await using users = await givenUsers();
    await using given = await givenServices(folder, {}, users.work);
    const { token } = await users.token('ann', ['resources']);
    const answer = await users.call('POST', '/broker/v1/tokens/exchange', token, {
      audience: 'market',
      at: given.url,
    });
    const { jwt } = jwtMade.parse(JSON.parse(answer.text));
    const says = async (shown: string | undefined, document: string) =>
      (await given.call('POST', '/market', shown, document)).text;
    expect(await says(token, tell('node-1'))).to.contain('Action: Ack');
    // Another broker that is trusted here has an ann too.
    expect(await says(given.jwt(), untell('node-1'))).to.contain('Reason: not-found');
    expect(await says(jwt, untell('node-1'))).to.contain('Action: Ack');
    for (const path of ['/broker/v1/jobs', '/broker/v1/session', '/infogather/v1/nodes', '/docs'])
      expect((await given.call('GET', path, jwt)).status, path).to.equal(401);
  });

  it('serve the user who runs them as before, on their machine', async () => {
    await using given = await givenServices(folder);
    given.from({ address: '127.0.0.1', uid: 1_000 });
    expect((await given.call('POST', '/market', undefined, tell('node-1'))).text).to.contain('Action: Ack');
    expect((await given.call('POST', '/market', given.jwt({}, given.nobodys), ask)).status).to.equal(401);
  });
});

describe('a market that trusts nobody', () => {
  it('has no entrance: nobody can say who they are', () => {
    const config = settingsSchema.parse(
      Object.fromEntries(Object.keys(settingsSchema.shape).map((name) => [name, {}])),
    );
    const { clock, paces } = { clock: { now: () => 0, after: () => () => {} }, paces: {} as Paces };
    const trusts = trustsOf(config, ['market'], undefined);
    expect(houseEntrance({ trusts, work: undefined, paces, clock })).to.equal(undefined);
  });
});
