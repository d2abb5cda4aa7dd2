import { once } from 'node:events';
import { expect } from 'chai';
import { senderOf } from '../../../platform/doors/http.ts';
import { givenHttpDoor } from './http-given.ts';
import { converseWith, dial, openAdmission, readAll, signal } from './support.ts';

describe('an HTTP door', () => {
  describe('gives routes', () => {
    it('the text of a body of text/sla or application/json', async () => {
      await using given = await givenHttpDoor();
      for (const type of ['text/sla', 'application/json', 'Text/SLA; charset=UTF-8']) {
        const response = await given.post('Grüße\n', type);
        expect(await response.json()).to.deep.equal({ body: 'Grüße\n', bytes: [] });
      }
    });

    it('the bytes of a body of application/octet-stream, as they come', async () => {
      await using given = await givenHttpDoor();
      const response = await given.post(new Uint8Array([0, 255]), 'application/octet-stream');
      expect(await response.json()).to.deep.include({ bytes: [0, 255] });
    });

    it('a request without body as it is', async () => {
      await using given = await givenHttpDoor({
        routes: (router) => router.delete('/thing', (_request, response) => void response.status(204).end()),
      });
      expect((await fetch(`${given.base}/thing`, { method: 'DELETE' })).status).to.equal(204);
    });

    it('the sender', async () => {
      await using given = await givenHttpDoor({
        routes: (router) => router.get('/who', (request, response) => void response.json(senderOf(request))),
      });
      const who = await (await fetch(`${given.base}/who`)).json();
      expect(who).to.deep.equal({ address: '127.0.0.1', uid: 0 });
    });
  });

  it('asks for admission once a connection, before it reads anything', async () => {
    let asked = 0;
    const may = signal();
    let handled = 0;
    await using given = await givenHttpDoor({
      routes: (router) => router.get('/', (_request, response) => void response.json(++handled)),
      admission: {
        async admit(connection) {
          asked++;
          await may.promise;
          return openAdmission.admit(connection);
        },
      },
    });
    const { get } = given;
    const socket = await dial(given.listening);
    socket.write(get('/') + get('/') + get('/', 'Connection: close\r\n'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(handled).to.equal(0);
    may.resolve();
    const answer = await readAll(socket);
    socket.destroy();
    expect(answer.match(/HTTP\/1.1 200/g)).to.have.length(3);
    expect([asked, handled]).to.deep.equal([1, 3]);
  });

  it('refuses a peer that is not admitted by a problem, reading nothing of it', async () => {
    await using given = await givenHttpDoor({
      admission: { admit: async () => ({ code: 'not-the-owner', status: 403, detail: 'no', next: 'go' }) },
    });
    const response = await given.post('x', 'text/sla');
    expect(response.status).to.equal(403);
    expect(await response.json()).to.deep.equal({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      code: 'not-the-owner',
      detail: 'no',
      next: 'go',
    });
  });

  it('keeps a connection for the next request', async () => {
    await using given = await givenHttpDoor();
    const socket = await dial(given.listening);
    for (let round = 0; round < 3; round++) {
      socket.write(given.get('/nothing'));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.contain('404 Not Found');
    }
    socket.destroy();
  });

  it('sets protective headers on every answer, and tells nothing of what it is made of', async () => {
    await using given = await givenHttpDoor({
      routes: (router) => router.get('/fine', (_request, response) => void response.send('fine')),
    });
    const raw = await converseWith(given.listening, 'nonsense\r\n\r\n');
    for (const path of ['/fine', '/nothing']) {
      const { headers } = await fetch(given.base + path);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('content-security-policy')).to.contain("default-src 'none'");
      for (const name of ['x-powered-by', 'etag', 'server']) expect(headers.has(name)).to.equal(false);
    }
    expect(raw).to.contain("Content-Security-Policy: default-src 'none'").and.contain('nosniff');
  });

  it('that stops answers what it has begun, and nothing more', async () => {
    const begun = signal();
    const may = signal();
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/', async (_request, response) => {
          begun.resolve();
          await may.promise;
          response.end('done');
        }),
    });
    const idle = await dial(given.listening);
    const busy = await dial(given.listening);
    busy.write(given.get('/'));
    await begun.promise;
    const stopped = given.stop();
    await readAll(idle).catch(() => '');
    may.resolve();
    expect(await readAll(busy)).to.match(/^HTTP\/1.1 200 .*done/s);
    busy.destroy();
    await stopped;
  });

  it('that stops cuts off what takes longer than it may', async () => {
    const begun = signal();
    await using given = await givenHttpDoor({
      routes: (router) => router.get('/', () => begun.resolve()),
      limits: { drainMs: 30 },
    });
    const socket = await dial(given.listening);
    const cut = readAll(socket).catch((error: unknown) => error);
    socket.write(given.get('/'));
    await begun.promise;
    await given.stop();
    expect(await cut).to.have.property('code', 'ECONNRESET');
  });
});
