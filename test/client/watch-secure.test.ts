import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { WatchClient } from '../../client/index.ts';
import { refusalOf } from '../support/documents.ts';
import { givenService } from './watch-given.ts';

const fixture = (name: string) => readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** Speaks TLS before a service, with a certificate for 127.0.0.1. */
async function securing(url: string) {
  const [key, cert] = await Promise.all([fixture('loopback-key.pem'), fixture('loopback-certificate.pem')]);
  const behind = new URL(url);
  const open = new Set<TLSSocket>();
  const server = createServer({ key, cert }, (socket) => {
    open.add(socket);
    const service = connect(Number(behind.port), behind.hostname);
    pipeline(socket, service, socket).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    cert,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Trusts a certificate until the end of the scope. */
function trusting(cert: string): Disposable {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, cert]);
  return { [Symbol.dispose]: () => setDefaultCACertificates(before) };
}

const watch = {
  headers: [
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Watch' },
    { name: 'Id', value: 'w-1' },
  ],
};

/** Asks a service by its own address, to which the way goes through what speaks TLS before it. */
function clientOf(url: string, port: number): WatchClient {
  const dial = async (address: string) => {
    expect(`http://${address}`).to.equal(url);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  return new WatchClient({ url: url.replace('http:', 'https:'), dial }, '/service/ws');
}

describe('a Watch at a service that speaks TLS', () => {
  it('goes as one over a plain connection does', async () => {
    await using service = await givenService();
    await using secure = await securing(service.url);
    using _trust = trusting(secure.cert);
    for await (const { document } of clientOf(service.url, secure.port).watch(watch)) {
      expect(document.action).to.equal('Tell');
      break;
    }
  });

  it('is not put to one whose certificate nobody vouches for', async () => {
    await using service = await givenService();
    await using secure = await securing(service.url);
    const refused = await refusalOf(clientOf(service.url, secure.port).watch(watch).next());
    expect(refused).to.include({ code: 'unavailable' });
    expect(refused.detail).to.match(/cannot be reached \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
    expect(service.asked).to.deep.equal([]);
  });
});
