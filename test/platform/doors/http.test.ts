import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type Request, type Response, Router } from 'express';
import type { Admission, Door } from '../../../platform/doors/door.ts';
import {
  answerText,
  createHttpDoor,
  type HttpLimits,
  senderOf,
  sendProblem,
} from '../../../platform/doors/http.ts';
import { Refusal } from '../../../platform/failure.ts';
import {
  anyPort,
  converseWith,
  dial,
  httpLimits,
  memoryLog,
  openAdmission,
  readAll,
  signal,
} from './support.ts';

describe('an HTTP door', () => {
  let door: Door;
  let base: string;
  let log = memoryLog();

  async function open(
    routes: (router: Router) => void = () => {},
    limits: Partial<HttpLimits> = {},
    admission: Admission = openAdmission,
  ): Promise<void> {
    const router = Router();
    router.post('/echo', (request: Request, response: Response) => {
      response.json({ body: request.body, bytes: Buffer.isBuffer(request.body) });
    });
    routes(router);
    log = memoryLog();
    door = createHttpDoor({
      name: 'the test door',
      listen: anyPort,
      limits: { ...httpLimits, ...limits },
      admission,
      routes: [router],
      sockets: [],
      log,
    });
    await door.start();
    base = `http://127.0.0.1:${door.listening.port}`;
  }

  afterEach(() => door.stop());

  const post = (body: RequestInit['body'], type: string, path = '/echo') =>
    fetch(base + path, { method: 'POST', body: body ?? null, headers: { 'Content-Type': type } });

  describe('gives routes', () => {
    it('the text of a body of text/sla or application/json', async () => {
      await open();
      for (const type of ['text/sla', 'application/json', 'Text/SLA; charset=UTF-8']) {
        const response = await post('Grüße\n', type);
        expect(await response.json()).to.deep.equal({ body: 'Grüße\n', bytes: false });
      }
    });

    it('the bytes of a body of application/octet-stream', async () => {
      await open();
      const response = await post(new Uint8Array([0, 255]), 'application/octet-stream');
      expect(await response.json()).to.deep.include({ bytes: true });
    });

    it('a request without body as it is', async () => {
      await open((router) =>
        router.delete('/thing', (_request, response) => void response.status(204).end()),
      );
      expect((await fetch(`${base}/thing`, { method: 'DELETE' })).status).to.equal(204);
    });

    it('the sender', async () => {
      await open((router) =>
        router.get('/who', (request, response) => void response.json(senderOf(request))),
      );
      const who = await (await fetch(`${base}/who`)).json();
      expect(who).to.deep.equal({ address: '127.0.0.1', uid: 0 });
    });
  });

  it('asks for admission once a connection, before it reads anything', async () => {
    let asked = 0;
    const may = signal();
    let handled = 0;
    await open(
      (router) => router.get('/', (_request, response) => void response.json(++handled)),
      {},
      {
        async admit(connection) {
          asked++;
          await may.promise;
          return openAdmission.admit(connection);
        },
      },
    );
    const socket = await dial(door.listening);
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
    await open(
      undefined,
      {},
      { admit: async () => ({ code: 'not-the-owner', status: 403, detail: 'no', next: 'go' }) },
    );
    const response = await post('x', 'text/sla');
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
    await open();
    const socket = await dial(door.listening);
    for (let round = 0; round < 3; round++) {
      socket.write(get('/nothing'));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.contain('404 Not Found');
    }
    socket.destroy();
  });

  it('sets protective headers on every answer, and tells nothing of what it is made of', async () => {
    await open((router) => router.get('/fine', (_request, response) => void response.send('fine')));
    const raw = await converseWith(door.listening, 'nonsense\r\n\r\n');
    for (const path of ['/fine', '/nothing']) {
      const { headers } = await fetch(base + path);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('content-security-policy')).to.contain("default-src 'none'");
      for (const name of ['x-powered-by', 'etag', 'server']) expect(headers.has(name)).to.equal(false);
    }
    expect(raw).to.contain("Content-Security-Policy: default-src 'none'").and.contain('nosniff');
  });

  describe('answers', () => {
    it('a refusal as problem details', async () => {
      await open((router) =>
        router.get('/bad', async () => {
          throw new Refusal({ code: 'gone', status: 410, detail: 'it has gone', next: 'ask anew' });
        }),
      );
      const response = await fetch(`${base}/bad`);
      expect(response.status).to.equal(410);
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      expect(await response.json()).to.include({
        title: 'Gone',
        code: 'gone',
        detail: 'it has gone',
        next: 'ask anew',
      });
    });

    it('a fault of its own without details, and logs them', async () => {
      await open((router) =>
        router.get('/bad', () => {
          throw new Error('the secret path');
        }),
      );
      const response = await fetch(`${base}/bad`);
      expect(response.status).to.equal(500);
      expect(await response.text()).to.not.contain('secret');
      expect(log.lines.join()).to.contain('the secret path');
    });

    it('404 where no route is, and 400 for a broken escape', async () => {
      await open((router) => router.get('/of/:name', (_request, response) => void response.end()));
      expect((await fetch(`${base}/nothing?a=b`)).status).to.equal(404);
      expect((await fetch(`${base}/of/%zz`)).status).to.equal(400);
      expect(log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
    });

    it('text piece by piece, and small text with its length', async () => {
      const long = Array.from({ length: 3_000 }, (_, index) => `line ${index} of many ü\n`);
      await open((router) => {
        router.get('/long', (_request, response) => answerText(response, 'text/sla', long));
        router.get('/short', (_request, response) => answerText(response, 'text/sla', ['a', 'b']));
      });
      expect(await (await fetch(`${base}/long`)).text()).to.equal(long.join(''));
      const short = await fetch(`${base}/short`);
      expect(short.headers.get('content-length')).to.equal('2');
      expect(short.headers.get('content-type')).to.equal('text/sla; charset=utf-8');
    });

    it('what a route pipes', async () => {
      await open((router) =>
        router.get('/pipe', (_request, response) => void Readable.from(['a', 'b', 'c']).pipe(response)),
      );
      expect(await (await fetch(`${base}/pipe`)).text()).to.equal('abc');
    });

    it('a failure after the answer began by cutting it', async () => {
      await open((router) =>
        router.get('/half', async (_request, response) => {
          response.write('half');
          await once(Readable.from([]).resume(), 'end');
          sendProblem(response, { code: 'x', status: 500, detail: 'x' });
        }),
      );
      const error = await fetch(`${base}/half`)
        .then((response) => response.text())
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TypeError);
    });
  });

  describe('takes no', () => {
    it('body of another type, character set or encoding', async () => {
      await open();
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        '',
      ]) {
        expect((await post('x', type)).status, type).to.equal(415);
      }
      expect((await post('x', 'text/sla; charset=latin1')).status).to.equal(415);
      const headers = { 'Content-Type': 'text/sla', 'Content-Encoding': 'gzip' };
      expect((await fetch(`${base}/echo`, { method: 'POST', body: 'x', headers })).status).to.equal(415);
    });

    it('body over the bound, whether its length is told or not', async () => {
      await open(undefined, { bodyBytes: 1_000 });
      expect((await post('x'.repeat(1_000), 'text/sla')).status).to.equal(200);
      const told = await post('x'.repeat(1_001), 'text/sla');
      expect(await told.json()).to.include({ status: 413, code: 'too-large' });
      const chunks = new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(600));
          if (++sent === 4) controller.close();
        },
      });
      let sent = 0;
      const headers = { 'Content-Type': 'text/sla' };
      const untold = await fetch(`${base}/echo`, { method: 'POST', body: chunks, headers, duplex: 'half' });
      expect(untold.status).to.equal(413);
    });

    it('text that is not UTF-8', async () => {
      await open();
      const response = await post(new Uint8Array([0xc3, 0x28]), 'application/json');
      expect(await response.json()).to.include({ status: 400, code: 'not-utf-8' });
    });

    it('headers over the bound, or too slow', async () => {
      await open(undefined, { headerBytes: 2_000, headersMs: 50 });
      const large = await converseWith(door.listening, get('/', `X: ${'x'.repeat(3_000)}\r\n`));
      expect(large).to.match(/^HTTP\/1.1 431 /);
      const socket = await dial(door.listening);
      socket.write('GET / HTTP/1.1\r\nHost: ');
      expect(await readAll(socket)).to.match(/^HTTP\/1.1 408 .*"code":"too-slow"/s);
      socket.destroy();
    });

    it('body too slow', async () => {
      await open(undefined, { headersMs: 50, requestMs: 100 });
      const socket = await dial(door.listening);
      socket.write(
        `POST /echo HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: text/sla\r\nContent-Length: 9\r\n\r\nx`,
      );
      expect(await readAll(socket)).to.match(/^HTTP\/1.1 408 /);
      socket.destroy();
    });

    it('request that is none', async () => {
      await open();
      for (const sent of [
        'SLA-version: 0.1\nAction: Ask\n\n',
        '\x16\x03\x01\x02',
        `GET http://${host()}/ HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`,
      ]) {
        expect(await converseWith(door.listening, sent)).to.match(/^HTTP\/1.1 400 .*problem\+json/s);
      }
    });

    it('more requests ahead on one connection than it answers at once', async () => {
      let begun = 0;
      await open((router) => router.get('/', () => void begun++), { inFlight: 5 });
      const socket = await dial(door.listening);
      socket.write(get('/').repeat(1_000));
      const error = await readAll(socket).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'ECONNRESET');
      expect(begun).to.equal(5);
    });
  });

  it('resets a peer that takes nothing of an answer, and stops making it', async () => {
    const stopped = signal();
    await open(
      (router) =>
        router.get('/', async (_request, response) => {
          await answerText(response, 'text/sla', endless(stopped.resolve));
        }),
      { idleMs: 100 },
    );
    const socket = await dial(door.listening);
    socket.write(get('/'));
    await stopped.promise;
    socket.destroy();
  });

  it('lives through resets at any moment', async () => {
    await open((router) =>
      router.get('/long', (_request, response) => answerText(response, 'text/sla', ['y'.repeat(1_000_000)])),
    );
    const body = `POST /echo HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: text/sla\r\nContent-Length: 50\r\n\r\n${'x'.repeat(50)}`;
    const sent = body + get('/long');
    for (let length = 0; length < sent.length; length += 7) {
      const socket = await dial(door.listening);
      socket.write(sent.slice(0, length));
      if (length % 2 === 0) await new Promise(setImmediate);
      socket.resetAndDestroy();
    }
    expect((await post('fine', 'text/sla')).status).to.equal(200);
    expect(log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
  });

  it('closes a connection that stays silent, but not one whose answer takes long', async () => {
    await open(
      (router) =>
        router.get('/slow', async (_request, response) => {
          await new Promise((resolve) => setTimeout(resolve, 150));
          response.end('slow');
        }),
      { idleMs: 40 },
    );
    const silent = await dial(door.listening);
    const answer = await fetch(`${base}/slow`);
    expect(await answer.text()).to.equal('slow');
    await readAll(silent).catch(() => '');
    silent.destroy();
  });

  it('that stops answers what it has begun, and nothing more', async () => {
    const begun = signal();
    const may = signal();
    await open((router) =>
      router.get('/', async (_request, response) => {
        begun.resolve();
        await may.promise;
        response.end('done');
      }),
    );
    const idle = await dial(door.listening);
    const busy = await dial(door.listening);
    busy.write(get('/'));
    await begun.promise;
    const stopped = door.stop();
    await readAll(idle).catch(() => '');
    may.resolve();
    expect(await readAll(busy)).to.match(/^HTTP\/1.1 200 .*done/s);
    busy.destroy();
    await stopped;
  });

  it('that stops cuts off what takes longer than it may', async () => {
    const begun = signal();
    await open((router) => router.get('/', () => begun.resolve()), { drainMs: 30 });
    const socket = await dial(door.listening);
    const cut = readAll(socket).catch((error: unknown) => error);
    socket.write(get('/'));
    await begun.promise;
    await door.stop();
    expect(await cut).to.have.property('code', 'ECONNRESET');
  });

  const host = () => `127.0.0.1:${door.listening.port}`;
  const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: ${host()}\r\n${headers}\r\n`;
});

function* endless(ended: () => void): Generator<string> {
  try {
    for (;;) yield 'y'.repeat(1_000);
  } finally {
    ended();
  }
}
