import { once } from 'node:events';
import { expect } from 'chai';
import { Router } from 'express';
import { WebSocket } from 'ws';
import type { Sender } from '../../../platform/doors/door.ts';
import { createHttpDoor, type HttpLimits, senderOf } from '../../../platform/doors/http.ts';
import type { Identify } from '../../../platform/doors/identify.ts';
import { anyPort, dial, httpLimits, memoryLog, readAll, signal } from './support.ts';

/** A door at which everyone is a guest until the test says otherwise. */
async function givenDoor(
  identify?: Identify,
  limits: Partial<HttpLimits> = {},
  router = Router(),
  open: () => { receive: (frame: string) => Promise<string> } = () => ({ receive: async (frame) => frame }),
) {
  const seen: string[] = [];
  let sender: Sender = { address: '127.0.0.1', uid: 1_000, guest: true };
  router.use((request, response) => {
    seen.push(request.url);
    response.json(senderOf(request));
  });
  const door = createHttpDoor({
    name: 'the test door',
    listen: anyPort,
    limits: { ...httpLimits, ...limits },
    admission: { admit: async () => sender },
    identify,
    routes: [router],
    sockets: [{ path: '/ws', open }],
    log: memoryLog(),
  });
  await door.start();
  const base = `http://127.0.0.1:${door.listening.port}`;
  return {
    seen,
    door,
    base,
    from(one: Sender) {
      sender = one;
    },
    get: (path = '/', init: RequestInit = {}) =>
      fetch(`${base}${path}`, { ...init, headers: { Connection: 'close', ...init.headers } }),
    socket() {
      const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`);
      socket.on('error', () => {});
      return socket;
    },
    [Symbol.asyncDispose]: () => door.stop(),
  };
}

describe('a guest at an HTTP door', () => {
  it('is turned away where nobody can say who they are', async () => {
    await using given = await givenDoor();
    const answer = await given.get();
    expect([answer.status, await answer.json()]).to.have.nested.property('[1].code', 'not-the-owner');
    const socket = given.socket();
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).to.equal(403);
    socket.terminate();
    expect(given.seen).to.deep.equal([]);
    given.from({ address: '127.0.0.1', uid: 0 });
    expect((await given.get()).status).to.equal(200);
  });

  it('comes in as who it is found to be, soon or late, and its body is not read before', async () => {
    const asked = signal();
    const known = signal();
    await using given = await givenDoor(async (_request, sender) => {
      asked.resolve();
      await known.promise;
      return { sender: { ...sender, name: 'ann' } };
    });
    const answer = given.get('/', { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/sla' } });
    await asked.promise;
    expect(given.seen).to.deep.equal([]);
    known.resolve();
    expect(await (await answer).json()).to.include({ name: 'ann', uid: 1_000 });
  });

  it('is answered with what turns it away, and is told how to say who it is', async () => {
    const failure = { code: 'not-authenticated', status: 401, detail: 'who are you?' };
    await using given = await givenDoor(() => ({ failure, headers: { 'Retry-After': '3' } }));
    const answer = await given.get();
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([401, '3']);
    expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
    const socket = given.socket();
    const [, response] = await once(socket, 'unexpected-response');
    expect([response.statusCode, response.headers['retry-after']]).to.deep.equal([401, '3']);
    socket.terminate();
  });

  it('is served nothing where the door cannot find out who it is', async () => {
    await using given = await givenDoor(async () => {
      throw new Error('no store');
    });
    expect((await given.get()).status).to.equal(500);
    expect(given.seen).to.deep.equal([]);
  });

  it('is cut off, over HTTP and WebSocket, when what let it in holds no more', async () => {
    const ending = new AbortController();
    const began = signal();
    const router = Router().get('/long', (_request, response) => {
      response.write('so far');
      began.resolve();
    });
    router.delete('/token', (_request, response) => {
      ending.abort();
      response.end('taken back');
    });
    await using given = await givenDoor((_request, sender) => ({ sender, ended: ending.signal }), {}, router);
    const long = await given.get('/long');
    await began.promise;
    const socket = given.socket();
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const last = await given.get('/token', { method: 'DELETE' });
    expect(await last.text(), 'what ends it is answered').to.equal('taken back');
    expect((await closed)[0]).to.equal(1008);
    expect(await long.text().catch(() => 'cut')).to.equal('cut');
    expect(await given.get().catch(() => 'cut'), 'one that comes after').to.equal('cut');
  });

  it('sends frames as long as it may', async () => {
    let left = 2;
    const next = () =>
      left-- > 0 ? undefined : { code: 'too-many-requests', status: 429, detail: 'more slowly' };
    await using given = await givenDoor((_request, sender) => ({ sender, next }));
    const socket = given.socket();
    await once(socket, 'open');
    const came: string[] = [];
    socket.on('message', (data) => came.push(String(data)));
    for (const frame of ['1', '2']) {
      socket.send(frame);
      await once(socket, 'message');
    }
    socket.send('3');
    const [code, reason] = await once(socket, 'close');
    expect([code, String(reason), came]).to.deep.equal([1008, 'more slowly', ['1', '2']]);
  });

  it('does not reach a route that cannot be opened for it', async () => {
    await using given = await givenDoor(
      (_request, sender) => ({ sender }),
      {},
      Router(),
      () => {
        throw new Error('no');
      },
    );
    const socket = given.socket();
    await once(socket, 'open');
    expect((await once(socket, 'close'))[0]).to.equal(1011);
  });

  it('takes no more than its part of the connections', async () => {
    await using given = await givenDoor((_request, sender) => ({ sender }), { connections: 4, guests: 2 });
    const guests = await Promise.all([dial(given.door.listening), dial(given.door.listening)]);
    // Each has been admitted once it was answered.
    for (const guest of guests) {
      guest.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${given.door.listening.port}\r\n\r\n`);
      await once(guest, 'data');
    }
    expect(await readAll(await dial(given.door.listening))).to.match(
      /^HTTP\/1\.1 503 .*others than its owner/s,
    );
    given.from({ address: '127.0.0.1', uid: 0 });
    expect((await given.get()).status).to.equal(200);
    for (const guest of guests) guest.destroy();
  });

  it('takes no more than one guest’s part of them', async () => {
    await using given = await givenDoor((_request, sender) => ({ sender }), { guests: 3, guestsEach: 1 });
    const first = await dial(given.door.listening);
    first.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${given.door.listening.port}\r\n\r\n`);
    await once(first, 'data');
    expect((await given.get()).status).to.equal(503);
    given.from({ address: '127.0.0.1', uid: 1_001, guest: true });
    expect((await given.get()).status, 'another').to.equal(200);
    first.destroy();
  });
});
