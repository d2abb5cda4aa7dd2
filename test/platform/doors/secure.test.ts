import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as dialPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  checkServerIdentity as checkIdentity,
  connect,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { expect } from 'chai';
import { Router } from 'express';
import { WebSocket } from 'ws';
import { type Certificate, isFor, readCertificate } from '../../../platform/doors/certificate.ts';
import { createHttpDoor, type HttpDoor, type HttpLimits } from '../../../platform/doors/http.ts';
import { guestAdmission } from '../../../platform/identity/address-admission.ts';
import { refusalOf } from '../../support/documents.ts';
import { httpLimits, memoryLog } from './support.ts';

describe('a door over TLS', () => {
  let folder: string;
  let certificate: Certificate;
  let door: HttpDoor;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-tls-'));
    certificate = await readCertificate(...(await copied(folder, 'loopback')));
    door = create('127.0.0.1', certificate);
    await door.start();
  });

  afterEach(async () => {
    await door.stop();
    await rm(folder, { recursive: true });
  });

  function create(host: string, own?: Certificate, limits: Partial<HttpLimits> = {}): HttpDoor {
    const router = Router();
    router.get('/', (_request, response) => void response.send('served'));
    return createHttpDoor({
      name: 'the secure door',
      listen: { host, port: 0 },
      limits: { ...httpLimits, ...limits },
      admission: guestAdmission,
      identify: (_request, sender) => ({ sender }),
      certificate: own,
      routes: [router],
      sockets: [{ path: '/ws', open: () => ({ receive: async (frame) => frame }) }],
      log: memoryLog(),
    });
  }

  async function get(headers: Record<string, string> = {}, ca = certificate.cert) {
    // Whatever Host it names, it is the address that the certificate is checked for.
    const to = { host: '127.0.0.1', port: door.listening.port, servername: '' };
    const checkServerIdentity = (_name: string, peer: PeerCertificate) => checkIdentity('127.0.0.1', peer);
    const asked = request({ ...to, ca, headers, checkServerIdentity, agent: false });
    asked.end();
    const [answer] = await once(asked, 'response');
    const { subject } = (answer.socket as TLSSocket).getPeerCertificate() as PeerCertificate;
    return { status: answer.statusCode as number, text: await text(answer), subject };
  }

  it('serves HTTP and WebSocket', async () => {
    expect(await get()).to.include({ status: 200, text: 'served' });
    const url = `wss://127.0.0.1:${door.listening.port}/ws`;
    const socket = new WebSocket(url, {
      ca: certificate.cert,
      origin: url.replace('wss', 'https').replace('/ws', ''),
    });
    await once(socket, 'open');
    socket.send('x');
    expect(String((await once(socket, 'message'))[0])).to.equal('x');
    socket.terminate();
  });

  it('is reached by the names of its certificate alone, and not from pages of other sites', async () => {
    const { port } = door.listening;
    for (const Host of [`localhost:${port}`, `pages.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`])
      expect((await get({ Host })).status, Host).to.equal(421);
    for (const Origin of ['https://pages.example', `http://127.0.0.1:${port}`, 'null'])
      expect((await get({ Origin })).status, Origin).to.equal(403);
    expect((await get({ Origin: `https://127.0.0.1:${port}` })).status).to.equal(200);
  });

  it('tells nothing to who does not speak TLS, speaks an old one, or never ends the handshake', async () => {
    const { port } = door.listening;
    const plain = dialPlain(port, '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await text(plain).catch(() => '')).not.to.contain('HTTP');
    const old = connect({
      port,
      host: '127.0.0.1',
      ca: certificate.cert,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    await once(old, 'error');
    expect(await get()).to.include({ status: 200 });
    await using hasty = create('127.0.0.1', certificate, { headersMs: 100 });
    await hasty.start();
    const silent = dialPlain(hasty.listening.port, '127.0.0.1');
    silent.on('error', () => {});
    silent.resume();
    await once(silent, 'close'); // within headersMs
  });

  it('goes on with another certificate when it is renewed', async () => {
    const renewed = await readCertificate(...(await copied(folder, 'grid')));
    door.renew(renewed);
    const { status, subject } = await get({}, renewed.cert);
    expect([status, subject.CN]).to.deep.equal([200, 'grid']);
    expect((await get({ Host: `grid.example.org:${door.listening.port}` }, renewed.cert)).status).to.equal(
      200,
    );
  });

  it('alone may listen on other addresses than this machine’s own', async () => {
    const plain = create('0.0.0.0');
    expect(await refusalOf(plain.start())).to.include({ code: 'address-not-loopback' });
    await using secure = create('0.0.0.0', certificate);
    await secure.start();
    expect(secure.listening.host).to.equal('0.0.0.0');
  });

  it('stops while peers are connected, one of them in its handshake', async () => {
    const silent = dialPlain(door.listening.port, '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    const peer = connect({ port: door.listening.port, host: '127.0.0.1', ca: certificate.cert });
    await once(peer, 'secureConnect');
    const closed = once(peer, 'close');
    await door.stop();
    await closed;
  });
});

describe('a certificate', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-certificates-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is for the names that it says', async () => {
    const read = await readCertificate(...(await copied(folder, 'grid')));
    for (const name of ['grid.example.org', 'n1.nodes.example.org', '127.0.0.1', '[2001:db8::7]'])
      expect(isFor(read, name), name).to.equal(true);
    for (const name of ['example.org', 'nodes.example.org', 'a.b.nodes.example.org', '127.0.0.2', 'org', ''])
      expect(isFor(read, name), name).to.equal(false);
  });

  it('is refused where it, or its key, cannot be used', async () => {
    await copied(folder, 'grid');
    await copied(folder, 'loopback');
    const path = (name: string) => join(folder, name);
    await writeFile(path('text.pem'), 'no PEM', { mode: 0o600 });
    await copyFile(path('grid-key.pem'), path('open-key.pem'));
    await chmod(path('open-key.pem'), 0o640);
    for (const [cert, key, said] of [
      ['none.pem', 'grid-key.pem', /none\.pem cannot be read/],
      ['grid-certificate.pem', 'none.pem', /none\.pem cannot be read/],
      ['grid-certificate.pem', 'loopback-key.pem', /is not that of the certificate/],
      ['grid-certificate.pem', 'open-key.pem', /is open to others/],
      ['text.pem', 'grid-key.pem', /cannot be used/],
      ['grid-certificate.pem', 'text.pem', /cannot be used/],
    ] as const) {
      const refused = await refusalOf(readCertificate(path(cert), path(key)));
      expect(refused.code).to.equal('bad-certificate');
      expect(refused.detail).to.match(said);
    }
  });
});

/** Copies a certificate and its key to where the key is its owner's alone. */
async function copied(folder: string, of: 'grid' | 'loopback'): Promise<readonly [string, string]> {
  const files = [join(folder, `${of}-certificate.pem`), join(folder, `${of}-key.pem`)] as const;
  const from = of === 'grid' ? 'fixtures' : '../../client/fixtures';
  for (const file of files) await copyFile(new URL(`${from}/${basename(file)}`, import.meta.url), file);
  await chmod(files[1], 0o600);
  return files;
}
