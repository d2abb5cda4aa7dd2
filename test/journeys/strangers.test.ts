import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { real } from '../support/real.ts';
import { type House, node, openHouse, portOf, temporaryFolder } from './support/house.ts';
import { ask, tell } from './support/seed.ts';
import { get, post, say, until } from './support/speak.ts';

const sla = { 'Content-Type': 'text/sla' };
const nobody = 65_534;

/** Sends what stands in argv to a port, prints what comes back. */
const dialler = `
const [port, sent] = process.argv.slice(1);
const socket = require('node:net').connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => socket.write(sent));
socket.setTimeout(60_000, () => socket.destroy());
socket.on('end', () => socket.end()).on('error', (error) => process.stdout.write(error.code)).pipe(process.stdout);
`;

function sendAs(uid: number, port: number, sent: string): Promise<string> {
  const child = spawn(process.execPath, ['-e', dialler, String(port), sent], {
    uid,
    gid: uid,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

/** A request as it crosses the wire; the connection closes after its answer unless the headers say otherwise. */
function request(line: string, headers: Record<string, string>, body = ''): string {
  const all = {
    Connection: 'close',
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

/** Every port of a house, by what stands there. */
function portsOf(house: House): Record<string, number> {
  return {
    market: house.port('market'),
    broker: house.port('broker'),
    infogather: house.port('infogather'),
    http: portOf(house.http),
    host: portOf(house.report.agent.applications[0]!.host),
    poll: portOf(house.report.agent.poll),
  };
}

/** Fails where the market or infogather has heard of it. */
async function expectUnheard(house: House, application: string): Promise<void> {
  expect(await say(house.port('market'), ask(application))).to.equal('');
  const { body } = await get(`${house.http}/infogather/v1/applications`);
  expect(JSON.parse(body).applications).not.to.include(application);
}

const registration = (application: string) =>
  `RESOURCE-version: 0.1\nAction: Tell\nApplication: ${application}\nHost: 127.0.0.1:9\n`;

describe('another user of the machine', () => {
  (real('root') ? it : it.skip)('is refused by every door, and nothing that it sent is heard', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path);
    const ports = portsOf(house);
    const Host = `127.0.0.1:${ports.http}`;

    const refusal = /^# error: this service serves only the user who runs it/;
    expect(await sendAs(nobody, ports.market!, tell('strange'))).to.match(refusal);
    expect(await sendAs(nobody, ports.broker!, ask(node))).to.match(refusal);
    expect(await sendAs(nobody, ports.infogather!, registration('strange'))).to.match(refusal);
    expect(await sendAs(nobody, ports.host!, '')).to.match(refusal);
    expect(await sendAs(nobody, ports.poll!, '')).to.match(refusal);
    const unknown = /^HTTP\/1\.1 401 .*"code":"not-authenticated"/s;
    const requests = [
      request('POST /market', { Host, ...sla }, tell('strange')),
      request('POST /infogather', { Host, ...sla }, registration('strange')),
      request('POST /broker', { Host, ...sla }, ask(node)),
      request('GET /infogather/v1/nodes', { Host }),
      ...['market', 'broker', 'infogather'].map((name) => request(`GET /${name}/ws`, { Host, ...upgrade })),
    ];
    const answers = await Promise.all(requests.map((one) => sendAs(nobody, ports.http!, one)));
    for (const [index, answer] of answers.entries()) expect(answer, requests[index]).to.match(unknown);
    await expectUnheard(house, 'strange');

    // The same, said by the owner, is heard: it was the user that made the difference.
    const owner = process.getuid?.() ?? 0;
    expect(await sendAs(owner, ports.http!, requests[0]!)).to.match(/^HTTP\/1\.1 204 /);
    expect(await sendAs(owner, ports.poll!, '')).to.match(/^RESOURCE-version: 0\.1\nAction: Tell\n/);
    expect(await say(house.port('market'), ask('strange'))).to.equal(`${tell('strange')}\n`);
  });
});

/** A page runs as the owner, on the owner's machine: what it can make the browser send is all that tells it apart. */
describe('a page in the owner’s browser', () => {
  it('tells the market and infogather nothing, by whatever a browser would send', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path);
    const ports = portsOf(house);
    const Host = `127.0.0.1:${ports.http}`;
    const Origin = 'http://pages.example';
    const document = tell('paged');
    const form = `SLA-version: 0.1=\r\n${document}`;
    const attempts: Record<string, { sent: string; refused: RegExp }> = {
      'a form': {
        sent: request(
          'POST /market',
          { Host, Origin, 'Content-Type': 'application/x-www-form-urlencoded' },
          document,
        ),
        refused: / 403 .*foreign-origin/s,
      },
      'a form of plain text': {
        sent: request('POST /market', { Host, Origin, 'Content-Type': 'text/plain' }, form),
        refused: / 403 .*foreign-origin/s,
      },
      'fetch without a preflight': {
        sent: request('POST /market', { Host, Origin, 'Content-Type': 'text/plain;charset=UTF-8' }, document),
        refused: / 403 .*foreign-origin/s,
      },
      'fetch of another type, if its preflight were passed over': {
        sent: request('POST /market', { Host, Origin, ...sla }, document),
        refused: / 403 .*foreign-origin/s,
      },
      'a sandboxed frame': {
        sent: request('POST /market', { Host, Origin: 'null', ...sla }, document),
        refused: / 403 .*foreign-origin/s,
      },
      'a page of another port of this machine': {
        sent: request('POST /market', { Host, Origin: 'http://127.0.0.1:3000', ...sla }, document),
        refused: / 403 .*foreign-origin/s,
      },
      'a request whose Origin was left out': {
        sent: request('POST /market', { Host, 'Sec-Fetch-Site': 'cross-site', ...sla }, document),
        refused: / 403 .*foreign-origin/s,
      },
      'plain text from a browser that sends no Origin': {
        sent: request('POST /market', { Host, 'Content-Type': 'text/plain' }, document),
        refused: / 415 /,
      },
      'a body without a type, such as sendBeacon sends': {
        sent: request('POST /market', { Host }, document),
        refused: / 415 /,
      },
      'a name that was bound to this address': {
        sent: request('POST /market', { Host: `pages.example:${ports.http}`, ...sla }, document),
        refused: / 421 /,
      },
      'a name that was bound to this address, for infogather': {
        sent: request(
          'POST /infogather',
          { Host: `pages.example:${ports.http}`, Origin: `http://pages.example:${ports.http}`, ...sla },
          registration('paged'),
        ),
        refused: / 421 /,
      },
      'an image': {
        sent: request(`GET /market?${encodeURIComponent(document)}`, {
          Host,
          'Sec-Fetch-Site': 'cross-site',
        }),
        refused: / 403 /,
      },
      'a WebSocket': {
        sent: request('GET /market/ws', { Host, Origin, ...upgrade }),
        refused: / 403 .*foreign-origin/s,
      },
      'a WebSocket of a name that was bound to this address': {
        sent: request('GET /market/ws', {
          Host: `pages.example:${ports.http}`,
          Origin: `http://pages.example:${ports.http}`,
          ...upgrade,
        }),
        refused: / 421 /,
      },
    };
    for (const [what, { sent, refused }] of Object.entries(attempts)) {
      const answer = await say(ports.http!, sent);
      expect(answer, what)
        .to.match(/^HTTP\/1\.1 4/)
        .and.to.match(refused);
      expect(answer.toLowerCase(), what).not.to.contain('access-control-allow');
    }
    const preflight = {
      Host,
      Origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    };
    const answer = await say(ports.http!, request('OPTIONS /market', preflight));
    expect(answer).to.match(/^HTTP\/1\.1 4/);
    expect(answer.toLowerCase()).not.to.contain('access-control-allow');
    await expectUnheard(house, 'paged');

    expect((await post(`${house.http}/market`, document, { ...sla, Origin: house.http })).status).to.equal(
      204,
    );
  });

  it('is not taken for a conversation by a door that is not HTTP', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path);
    const ports = portsOf(house);
    for (const door of ['market', 'broker', 'infogather', 'host', 'poll']) {
      const headers = {
        Host: `127.0.0.1:${ports[door]}`,
        Origin: 'http://pages.example',
        'Content-Type': 'text/plain',
      };
      const body = `\r\n\r\n${tell('paged')}\r\n\r\n${registration('paged')}\n`;
      const answer = await say(ports[door]!, request('POST /', headers, body));
      if (door === 'poll') expect(answer).to.match(/^RESOURCE-version: 0\.1\n/);
      else expect(answer, door).to.match(/^# error: [^\n]*\n$/);
      // A browser that was led to speak TLS, and a document that begins where another protocol ended.
      const hello = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x2e, 0x01, 0x00, 0x00, 0x2a, 0x03, 0x03, 0x0a]);
      await say(
        ports[door]!,
        Buffer.concat([hello, Buffer.from(`\n\n${tell('paged')}\n${registration('paged')}\n`)]),
      );
    }
    await expectUnheard(house, 'paged');
    await until(async () => (await say(house.port('broker'), ask(node))).includes('\nHost: '));
  });
});
