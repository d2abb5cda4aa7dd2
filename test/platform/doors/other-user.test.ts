import { spawn } from 'node:child_process';
import { text as allText } from 'node:stream/consumers';
import { expect } from 'chai';
import { Router } from 'express';
import type { Listen } from '../../../platform/doors/door.ts';
import { createHttpDoor } from '../../../platform/doors/http.ts';
import { createTextDoor } from '../../../platform/doors/text.ts';
import { createLocalAdmission } from '../../../platform/identity/local-admission.ts';
import { real } from '../../support/real.ts';
import { anyPort, httpLimits, lineSplitter, memoryLog, textLimits } from './support.ts';

const nobody = 65_534;

/** Sends what stands in argv to a port, prints what comes back. */
const dialler = `
const [port, sent] = process.argv.slice(1);
const socket = require('node:net').connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => socket.write(sent));
socket.setTimeout(60_000, () => socket.destroy());
socket.on('end', () => socket.end()).on('error', (error) => process.stdout.write(error.code)).pipe(process.stdout);
`;

/** The tests run as root, who may become anyone; the doors belong to root. */
describe('another user of the machine', () => {
  const log = memoryLog();
  const owner = process.getuid?.() ?? -1;
  let seen: string[] = [];

  function doors() {
    seen = [];
    const admission = createLocalAdmission({ owner, attempts: 3, log });
    const router = Router().use((request, response) => {
      seen.push(request.url);
      response.send('served');
    });
    const receive = async (message: string) => ({ text: ['served\n'], close: seen.push(message) > 0 });
    const open = () => {
      seen.push('socket');
      return { receive: async () => undefined, closed: () => {} };
    };
    return {
      text: createTextDoor({
        name: 'text',
        listen: anyPort,
        limits: textLimits,
        admission,
        split: lineSplitter,
        receive,
        log,
      }),
      http: createHttpDoor({
        name: 'http',
        listen: anyPort,
        limits: httpLimits,
        admission,
        routes: [router],
        sockets: [{ path: '/ws', open }],
        log,
      }),
    };
  }

  async function ask(uid: number, to: Listen, sent: string): Promise<string> {
    const child = spawn(process.execPath, ['-e', dialler, String(to.port), sent], {
      uid,
      gid: uid,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return allText(child.stdout);
  }

  (real('root') ? it : it.skip)('is refused by every door, and nothing that it sent is read', async () => {
    const { text, http } = doors();
    await using _text = text;
    await using _http = http;
    await Promise.all([text.start(), http.start()]);
    const get = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${http.listening.port}\r\nConnection: close\r\n\r\n`;
    const upgrade = get
      .replace('GET /', 'GET /ws')
      .replace(
        'Connection: close',
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13',
      );

    expect(await ask(nobody, text.listening, 'Tell\n')).to.match(
      /^# error: this service serves only the user who runs it/,
    );
    expect(await ask(nobody, http.listening, get)).to.match(/^HTTP\/1.1 403 .*"code":"not-the-owner"/s);
    expect(await ask(nobody, http.listening, upgrade)).to.match(/^HTTP\/1.1 403 .*"code":"not-the-owner"/s);
    expect(seen).to.deep.equal([]);

    expect(await ask(owner, text.listening, 'Tell\n')).to.equal('served\n');
    expect(await ask(owner, http.listening, get)).to.match(/^HTTP\/1.1 200 .*served/s);
    expect(seen).to.deep.equal(['Tell', '/']);
  });
});
