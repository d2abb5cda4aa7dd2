import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { AgentLine, BlobsClient } from '../../../client/index.ts';
import { admitClient } from '../../../fabric-agent/listening/clients.ts';
import { createListening } from '../../../fabric-agent/listening/index.ts';
import { openClients } from '../../../fabric-agent/listening/listening-client.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { Connection } from '../../../fabric-agent/tasks/connection.ts';
import { systemClock } from '../../../platform/clock.ts';
import { readCertificate } from '../../../platform/doors/certificate.ts';
import { guestAdmission } from '../../../platform/identity/address-admission.ts';
import { isSignedBy, keyPairIn } from '../../../platform/identity/key-pair.ts';
import { silentLog } from '../../../platform/log.ts';
import { anyPort, httpLimits } from '../../platform/doors/support.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../client/fixtures/${name}`, import.meta.url));

describe('the door for clients over TLS', () => {
  const held = new AsyncDisposableStack();
  let folder: string;
  let url: string;
  let line: AgentLine;
  let opened: boolean;
  const ending = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-secure-'));
    held.defer(() => rm(folder, { recursive: true }));
    const key = join(folder, 'key.pem');
    await copyFile(fixture('loopback-key.pem'), key);
    await chmod(key, 0o600);
    const certificate = await readCertificate(fixture('loopback-certificate.pem'), key);
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, certificate.cert]);
    held.defer(() => setDefaultCACertificates(trusted));
    const ann = await keyPairIn(join(folder, 'ann.pem'));
    await admitClient(folder, { name: 'ann', key: ann.publicKey, owner: 'ann' });
    const shared = { clock: systemClock, log: silentLog };
    const config = agentSettings.parse({});
    const [client] = await openClients({ config, dataFolder: folder, ...shared });
    held.use(client!.files);
    await client!.files.start();
    const connection = held.use(
      new Connection({
        ...{ enrolled: client!.enrolled, lines: client!.lines, ...shared },
        limits: {
          handshakeMs: 60_000,
          channel: { frameMessages: 100, frameBytes: 10_000, unacknowledged: 50 },
          ...{ acknowledgeMs: 5, waiting: 100, waitingBytes: 10_000, unread: 500 },
        },
        greeting: () => [],
        receive: () => {},
      }),
    );
    await connection.start();
    const door = held.use(
      createListening({
        nodes: [
          { resource: 'small', clients: () => new Map() },
          { resource: 'large', clients: () => new Map([[ann.publicKey, client!]]) },
        ],
        ...{ listen: anyPort, certificate, limits: httpLimits, admission: guestAdmission },
        ...{ patienceMs: 60_000, ...shared },
      }),
    );
    await door.start();
    url = `https://127.0.0.1:${door.listening.port}`;
    line = new AgentLine({
      address: {
        url,
        async dial(address, signal) {
          const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
          await once(socket, 'connect', { signal });
          return socket;
        },
      },
      ...{ key: ann, agentKey: client!.enrolled.key.publicKey, isSignedBy, receive: () => {} },
    });
    const open = Promise.withResolvers<boolean>();
    line.run(ending.signal, open.resolve).catch(open.reject);
    opened = await open.promise;
  });
  after(async () => {
    ending.abort();
    await held.disposeAsync();
  });

  it('serves a client that names no resource at the one that lets it call', () => {
    expect(opened).to.equal(false);
  });

  it('takes the files of a client, in parts, and gives them back', async () => {
    const bytes = Buffer.alloc(300_000, 'some bytes ');
    await writeFile(join(folder, 'in'), bytes);
    const files = new BlobsClient(line.files(fetch), { sentBytes: 100_000, fetchedBytes: 70_000 });
    const sent = await files.upload(join(folder, 'in'));
    await files.download(sent, join(folder, 'back'));
    expect((await readFile(join(folder, 'back'))).equals(bytes)).to.equal(true);
    const { url: _, fetch: asking } = line.files(fetch);
    const past = await asking(`${url}/broker/v1/blobs/${sent.blob}`, { headers: { Range: 'bytes=300000-' } });
    expect([past.status, past.headers.get('Content-Range')]).to.deep.equal([416, 'bytes */300000']);
    const whole = await asking(`${url}/broker/v1/blobs/${sent.blob}`);
    expect([whole.status, (await whole.arrayBuffer()).byteLength]).to.deep.equal([200, 300_000]);
    expect((await asking(`${url}/broker/v1/blobs/${'0'.repeat(64)}`)).status).to.equal(404);
  });

  it('knows nobody at its files by another token, nor at paths that it does not have', async () => {
    for (const headers of [{}, { Authorization: `Bearer ${'A'.repeat(43)}` }] as Record<string, string>[])
      expect((await fetch(`${url}/broker/v1/blobs/${'0'.repeat(64)}/upload`, { headers })).status).to.equal(
        401,
      );
    const { fetch: asking } = line.files(fetch);
    expect((await asking(`${url}/broker/v1/jobs`)).status).to.equal(404);
  });
});
