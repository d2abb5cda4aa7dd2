import { expect } from 'chai';
import { Router } from 'express';
import { WebSocket } from 'ws';
import type { Door } from '../../../platform/doors/door.ts';
import { createHttpDoor } from '../../../platform/doors/http.ts';
import { createTextDoor } from '../../../platform/doors/text.ts';
import {
  anyPort,
  converseWith,
  dial,
  httpLimits,
  lineSplitter,
  memoryLog,
  openAdmission,
  readAll,
  textLimits,
} from './support.ts';

/** What a page of another site can make its visitor's browser send; none of it may reach a command. */
describe('a page of another site in the owner’s browser', () => {
  let door: Door;
  let told: unknown[] = [];

  beforeEach(async () => {
    told = [];
    const router = Router();
    router.post('/market', (request, response) => {
      told.push(request.body);
      response.status(204).end();
    });
    router.get('/market', (_request, response) => void response.json(told.push('get')));
    door = createHttpDoor({
      name: 'the test door',
      listen: anyPort,
      limits: httpLimits,
      admission: openAdmission,
      routes: [router],
      sockets: [
        {
          path: '/market/ws',
          open() {
            told.push('socket');
            return { receive: async () => undefined, closed: () => {} };
          },
        },
      ],
      log: memoryLog(),
    });
    await door.start();
  });

  afterEach(() => door.stop());

  async function send(method: string, headers: Record<string, string>, body = ''): Promise<string> {
    const all = { Host: `127.0.0.1:${door.listening.port}`, Connection: 'close', ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    const socket = await dial(door.listening);
    socket.write(`${method} /market HTTP/1.1\r\n${lines.join('')}${length}\r\n${body}`);
    const answer = await readAll(socket);
    socket.destroy();
    return answer;
  }

  const tell = 'SLA-version: 0.1\nAction: Tell\n';
  const sla = { 'Content-Type': 'text/sla' };

  it('is let in from the door’s own pages and from programs', async () => {
    const own = `http://127.0.0.1:${door.listening.port}`;
    expect(await send('POST', sla, tell)).to.contain(' 204 ');
    expect(await send('POST', { ...sla, Origin: own, 'Sec-Fetch-Site': 'same-origin' }, tell)).to.contain(
      ' 204 ',
    );
    const localhost = `localhost:${door.listening.port}`;
    expect(await send('POST', { ...sla, Host: localhost, Origin: `http://${localhost}` }, tell)).to.contain(
      ' 204 ',
    );
    expect(await send('GET', { 'Sec-Fetch-Site': 'none' })).to.contain(' 200 ');
    expect(told).to.have.length(4);
  });

  for (const origin of [
    'http://evil.example',
    'https://evil.example',
    'null',
    'http://127.0.0.1',
    'http://localhost:1',
  ]) {
    it(`cannot tell anything with Origin ${origin}`, async () => {
      for (const type of ['text/plain', 'text/sla', 'application/x-www-form-urlencoded']) {
        expect(await send('POST', { 'Content-Type': type, Origin: origin }, tell)).to.contain(' 403 ');
      }
      expect(await send('GET', { Origin: origin })).to.contain(' 403 ');
      expect(told).to.deep.equal([]);
    });
  }

  it('cannot use the door’s own address under another name, nor its other name', async () => {
    const origin = `http://localhost:${door.listening.port}`;
    expect(await send('POST', { ...sla, Origin: origin }, tell)).to.contain(' 403 ');
    expect(told).to.deep.equal([]);
  });

  it('cannot tell anything by a simple request without Origin', async () => {
    for (const type of ['text/plain', 'text/plain; charset=utf-8', 'multipart/form-data; boundary=x']) {
      expect(await send('POST', { 'Content-Type': type }, tell)).to.contain(' 415 ');
    }
    expect(await send('POST', {}, tell)).to.contain(' 415 ');
    expect(told).to.deep.equal([]);
  });

  it('cannot make the browser fetch for it as an image or a script', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect(await send('GET', { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' })).to.contain(' 403 ');
    }
    expect(told).to.deep.equal([]);
  });

  it('cannot rebind a name of its own to this machine', async () => {
    const { port } = door.listening;
    for (const host of [
      `evil.example:${port}`,
      `localhost.evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:1`,
      `127.0.0.1.:${port}`,
      `user@127.0.0.1:${port}`,
    ]) {
      expect(await send('GET', { Host: host }), host).to.contain(' 421 ');
      expect(await send('POST', { ...sla, Host: host, Origin: `http://${host}` }, tell)).to.contain(' 421 ');
    }
    expect(told).to.deep.equal([]);
  });

  it('is granted nothing by a preflight', async () => {
    const answer = await send('OPTIONS', {
      Origin: 'http://evil.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
      'Access-Control-Request-Private-Network': 'true',
    });
    expect(answer)
      .to.contain(' 403 ')
      .and.not.match(/access-control/i);
  });

  it('cannot open a WebSocket', async () => {
    const { port } = door.listening;
    const address = `ws://127.0.0.1:${port}/market/ws`;
    for (const headers of [
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Host: `evil.example:${port}` },
    ]) {
      const websocket = new WebSocket(address, { headers });
      const status = await new Promise((resolve) => {
        websocket.on('error', () => {});
        websocket.once('open', () => resolve('open'));
        websocket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      });
      websocket.terminate();
      expect(status).to.be.oneOf([403, 421]);
    }
    expect(told).to.deep.equal([]);
    const own = new WebSocket(address, { headers: { Origin: `http://127.0.0.1:${port}` } });
    await new Promise((resolve) => own.once('open', resolve));
    own.terminate();
    expect(told).to.deep.equal(['socket']);
  });

  it('reaches nothing on a text door, whose first line must be one of its language', async () => {
    const seen: string[] = [];
    await using text = createTextDoor({
      name: 'the text door',
      listen: anyPort,
      limits: textLimits,
      admission: openAdmission,
      split: languageSplitter,
      async receive(message) {
        if (message === 'NOT OURS') return { text: ['# error: this is not our language\n'], close: true };
        seen.push(message);
        return { text: ['ok\n'] };
      },
      log: memoryLog(),
    });
    await text.start();
    const request = `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\nContent-Length: 40\r\n\r\nHELLO\nTell: something\n`;
    expect(await converseWith(text.listening, request)).to.equal('# error: this is not our language\n');
    expect(await converseWith(text.listening, 'HELLO\nAsk\n')).to.equal('ok\nok\n');
    expect(seen).to.deep.equal(['HELLO', 'Ask']);
  });
});

/** Lines, if the first is `HELLO`; else one message that says that it is not, and nothing after it. */
function languageSplitter(): ReturnType<typeof lineSplitter> {
  const lines = lineSplitter();
  let first = true;
  let foreign = false;
  const check = (messages: string[]) => {
    if (foreign) return [];
    if (first && messages[0] !== undefined) {
      first = false;
      foreign = messages[0] !== 'HELLO';
      if (foreign) return ['NOT OURS'];
    }
    return messages;
  };
  return { push: (chunk) => check(lines.push(chunk)), end: () => check(lines.end()) };
}
