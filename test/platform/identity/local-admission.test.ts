import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Connection } from '../../../platform/doors/door.ts';
import { createLocalAdmission } from '../../../platform/identity/local-admission.ts';
import { dial, memoryLog, signal } from '../doors/support.ts';

const me = process.getuid?.() ?? -1;
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('local admission', () => {
  let server: Server;
  const sockets: Socket[] = [];

  /** A real connection: its far end, and the four numbers as the near end sees them. */
  async function pair(
    host = '127.0.0.1',
    bound = host,
  ): Promise<{ far: Socket; near: Socket; connection: Connection }> {
    server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    server.listen(0, bound);
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const far = await dial({ host, port: (server.address() as AddressInfo).port });
    const [near] = (await accepted) as [Socket];
    sockets.push(far, near);
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = near;
    return { far, near, connection: { localAddress, localPort, remoteAddress, remotePort } };
  }

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
  });

  const admission = (
    options: { owner?: number; guests?: boolean; readTables?: (() => Promise<string[]>) | undefined } = {},
  ) => createLocalAdmission({ owner: me, attempts: 3, log: memoryLog(), ...options });

  onLinux('lets the owner in over IPv4, IPv6 and IPv4 written as IPv6', async () => {
    for (const [host, bound] of [
      ['127.0.0.1'],
      ['::1'],
      ['127.0.0.1', '::'],
      ['::ffff:127.0.0.1', '127.0.0.1'],
    ]) {
      const { connection } = await pair(host, bound);
      const verdict = await admission().admit(connection);
      expect(verdict, `${host} at ${bound}`).to.deep.equal({
        address: host === '::1' ? '::1' : '127.0.0.1',
        uid: me,
      });
      server.close();
    }
  });

  onLinux('lets the owner in who has ended the input and waits for the answer', async () => {
    const { far, connection } = await pair();
    far.end('all');
    await once(far, 'finish');
    expect(await admission().admit(connection)).to.have.property('uid', me);
  });

  onLinux('lets another user in as a guest, where guests come in', async () => {
    const { connection, far } = await pair();
    expect(await admission({ owner: me + 1, guests: true }).admit(connection)).to.deep.equal({
      address: '127.0.0.1',
      uid: me,
      guest: true,
    });
    const unnamed = { address: '127.0.0.1', uid: undefined, guest: true, only: 'asking' };
    for (const readTables of [undefined, () => Promise.reject(new Error('no /proc'))])
      expect(await admission({ guests: true, readTables }).admit(connection)).to.deep.equal(unnamed);
    far.resetAndDestroy();
    await once(far, 'close');
    expect(await admission({ guests: true }).admit(connection)).to.deep.equal(unnamed);
  });

  onLinux('refuses another user, and says what to do', async () => {
    const { connection } = await pair();
    const verdict = await admission({ owner: me + 1 }).admit(connection);
    expect(verdict).to.include({ code: 'not-the-owner', status: 403 });
    expect(verdict).to.have.property('next');
  });

  onLinux('takes nobody for the owner when a peer has closed or reset its end', async () => {
    for (const leave of ['destroy', 'resetAndDestroy'] as const) {
      const { far, near, connection } = await pair();
      far.write('all');
      far[leave]();
      await once(far, 'close');
      const verdict = await admission({ owner: 0 }).admit(connection);
      expect(verdict, leave).to.have.property('code', 'peer-unknown');
      near.destroy();
      server.close();
    }
  });

  onLinux(
    'takes the word of the table for no connection but the newest of the same four numbers',
    async () => {
      const { connection } = await pair();
      const may = signal();
      const readTables = async () => {
        await may.promise;
        return Promise.all([readFile('/proc/net/tcp', 'latin1'), readFile('/proc/net/tcp6', 'latin1')]);
      };
      const { admit } = admission({ readTables });
      const verdicts = Promise.all([admit(connection), admit(connection)]);
      may.resolve();
      const [older, newer] = await verdicts;
      expect(older).to.have.property('code', 'peer-unknown');
      expect(newer).to.have.property('uid', me);
    },
  );

  it('refuses other machines, before it looks anything up', async () => {
    let reads = 0;
    const readTables = async () => [String(reads++)];
    for (const remoteAddress of ['10.1.2.3', '2001:db8::1', '0.0.0.0', '', 'localhost', '::ffff:10.0.0.1']) {
      const connection = { localAddress: '127.0.0.1', localPort: 1, remoteAddress, remotePort: 2 };
      expect(await admission({ readTables }).admit(connection)).to.have.property('code', 'not-the-owner');
    }
    expect(reads).to.equal(0);
  });

  it('refuses everyone, with the reason, where the system does not say who a peer is', async () => {
    const connection = { localAddress: '127.0.0.1', localPort: 1, remoteAddress: '127.0.0.1', remotePort: 2 };
    expect(await admission({ readTables: undefined }).admit(connection)).to.include({
      code: 'peer-unknown',
      status: 403,
    });
    const readTables = () => Promise.reject(new Error('EACCES'));
    expect(await admission({ readTables }).admit(connection)).to.have.property('code', 'peer-unknown');
  });

  it('reads once for all that wait, again for those that came meanwhile, and so many times for one not found', async () => {
    const reads: (() => void)[] = [];
    const readTables = () => new Promise<string[]>((resolve) => reads.push(() => resolve([''])));
    const { admit } = admission({ readTables });
    const peer = (remotePort: number) => ({
      localAddress: '127.0.0.1',
      localPort: 1,
      remoteAddress: '127.0.0.1',
      remotePort,
    });
    const settled: number[] = [];
    const ask = (remotePort: number) => admit(peer(remotePort)).then(() => settled.push(remotePort));
    const first = ask(1);
    const others = Promise.all(Array.from({ length: 50 }, (_, index) => ask(2 + index)));
    for (let read = 0; read < 3; read++) {
      expect(reads).to.have.length(read + 1);
      reads[read]?.();
      await new Promise(setImmediate);
    }
    await first;
    expect(settled).to.deep.equal([1]);
    reads[3]?.();
    await others;
    expect(reads).to.have.length(4);
  });
});
