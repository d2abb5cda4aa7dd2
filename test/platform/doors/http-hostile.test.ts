import { expect } from 'chai';
import { answerText } from '../../../platform/doors/http.ts';
import { givenHttpDoor } from './http-given.ts';
import { converseWith, dial, readAll, signal } from './support.ts';

describe('an HTTP door, against peers that mean no good,', () => {
  describe('takes no', () => {
    it('body of another type, character set or encoding', async () => {
      await using given = await givenHttpDoor();
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        '',
      ]) {
        expect((await given.post('x', type)).status, type).to.equal(415);
      }
      expect((await given.post('x', 'text/sla; charset=latin1')).status).to.equal(415);
      const headers = { 'Content-Type': 'text/sla', 'Content-Encoding': 'gzip' };
      const encoded = await fetch(`${given.base}/echo`, { method: 'POST', body: 'x', headers });
      expect(encoded.status).to.equal(415);
    });

    it('body over the bound, whether its length is told or not', async () => {
      await using given = await givenHttpDoor({ limits: { bodyBytes: 1_000 } });
      expect((await given.post('x'.repeat(1_000), 'text/sla')).status).to.equal(200);
      const told = await given.post('x'.repeat(1_001), 'text/sla');
      expect(await told.json()).to.include({ status: 413, code: 'too-large' });
      const chunks = new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(600));
          if (++sent === 4) controller.close();
        },
      });
      let sent = 0;
      const headers = { 'Content-Type': 'text/sla' };
      const untold = await fetch(`${given.base}/echo`, {
        method: 'POST',
        body: chunks,
        headers,
        duplex: 'half',
      });
      expect(untold.status).to.equal(413);
    });

    it('text that is not UTF-8', async () => {
      await using given = await givenHttpDoor();
      const response = await given.post(new Uint8Array([0xc3, 0x28]), 'application/json');
      expect(await response.json()).to.include({ status: 400, code: 'not-utf-8' });
    });

    it('headers over the bound, or too slow', async () => {
      await using given = await givenHttpDoor({ limits: { headerBytes: 2_000 } });
      const large = await converseWith(given.listening, given.get('/', `X: ${'x'.repeat(3_000)}\r\n`));
      expect(large).to.match(/^HTTP\/1.1 431 /);
      await using hasty = await givenHttpDoor({ limits: { headersMs: 50 } });
      const socket = await dial(hasty.listening);
      socket.write('GET / HTTP/1.1\r\nHost: ');
      expect(await readAll(socket)).to.match(/^HTTP\/1.1 408 .*"code":"too-slow"/s);
      socket.destroy();
    });

    it('body too slow', async () => {
      await using given = await givenHttpDoor({ limits: { headersMs: 50, requestMs: 100 } });
      const socket = await dial(given.listening);
      socket.write(`${given.postHead(9)}x`);
      expect(await readAll(socket)).to.match(/^HTTP\/1.1 408 /);
      socket.destroy();
    });

    it('request that is none', async () => {
      await using given = await givenHttpDoor();
      const { host } = given;
      for (const sent of [
        'SLA-version: 0.1\nAction: Ask\n\n',
        '\x16\x03\x01\x02',
        `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      ]) {
        expect(await converseWith(given.listening, sent)).to.match(/^HTTP\/1.1 400 .*problem\+json/s);
      }
    });

    it('more requests ahead on one connection than it answers at once', async () => {
      let begun = 0;
      await using given = await givenHttpDoor({
        routes: (router) => router.get('/', () => void begun++),
        limits: { inFlight: 5 },
      });
      const socket = await dial(given.listening);
      socket.write(given.get('/').repeat(1_000));
      const error = await readAll(socket).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'ECONNRESET');
      expect(begun).to.equal(5);
    });
  });

  it('resets a peer that takes nothing of an answer, and stops making it', async () => {
    const stopped = signal();
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/', async (_request, response) => {
          await answerText(response, 'text/sla', endless(stopped.resolve));
        }),
      limits: { idleMs: 100 },
    });
    const socket = await dial(given.listening);
    socket.write(given.get('/'));
    await stopped.promise;
    socket.destroy();
  });

  it('lives through resets at any moment', async () => {
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/long', (_request, response) =>
          answerText(response, 'text/sla', ['y'.repeat(1_000_000)]),
        ),
    });
    const sent = given.postHead(50) + 'x'.repeat(50) + given.get('/long');
    for (let length = 0; length < sent.length; length += 7) {
      const socket = await dial(given.listening);
      socket.write(sent.slice(0, length));
      if (length % 2 === 0) await new Promise(setImmediate);
      socket.resetAndDestroy();
    }
    expect((await given.post('fine', 'text/sla')).status).to.equal(200);
    expect(given.log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
  });

  it('closes a connection that stays silent, but not one whose answer takes long', async () => {
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/slow', async (_request, response) => {
          await new Promise((resolve) => setTimeout(resolve, 600));
          response.end('slow');
        }),
      limits: { idleMs: 200 },
    });
    const silent = await dial(given.listening);
    const answer = await fetch(`${given.base}/slow`);
    expect(await answer.text()).to.equal('slow');
    await readAll(silent).catch(() => '');
    silent.destroy();
  });
});

function* endless(ended: () => void): Generator<string> {
  try {
    for (;;) yield 'y'.repeat(1_000);
  } finally {
    ended();
  }
}
