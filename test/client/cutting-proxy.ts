import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { SocketAddress } from '../../client/index.ts';

/** What becomes of one connection. */
export interface Cut {
  /** Whole frames of the server that go through before it. */
  readonly frames: number;
  /** Bytes of what follows them that go through too. */
  readonly bytes: number;
  /** `end`: in order; `reset`: what the client has not read is lost too; `silence`: nothing more comes, or is read. */
  readonly by: 'end' | 'reset' | 'silence';
}

/** A connection to a WebSocket that breaks as planned: the first as the first of the cuts says, and so on; then none. */
export interface CuttingProxy extends AsyncDisposable {
  readonly address: SocketAddress;
  /** Connections (a count) that were made. */
  readonly made: number;
}

export async function cuttingProxy(url: string, cuts: readonly Cut[] = []): Promise<CuttingProxy> {
  const { hostname, port, host } = new URL(url);
  const open = new Set<Socket>();
  let made = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const cut = cuts[made++];
    const service = connect(Number(port), hostname);
    for (const socket of [client, service]) {
      open.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => service.destroy());
    service.on('close', () => client.end());
    client.pipe(service, { end: false });
    if (cut === undefined) service.pipe(client, { end: false });
    else cutting(service, client, cut);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = (server.address() as AddressInfo).port;
  return {
    get made() {
      return made;
    },
    address: {
      url: `http://${host}`,
      async dial(_address, signal) {
        const socket = connect(own, '127.0.0.1');
        await once(socket, 'connect', { signal });
        return socket;
      },
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function cutting(service: Socket, client: Socket, { frames, bytes, by }: Cut): void {
  let held: Buffer = Buffer.alloc(0);
  let passed = -1; // the answer to the request to upgrade comes before the frames
  service.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (passed < frames) {
      const length = passed < 0 ? headLength(held) : frameLength(held);
      if (length === undefined) return;
      client.write(held.subarray(0, length));
      held = held.subarray(length);
      passed += 1;
    }
    if (held.length < bytes) return;
    client.write(held.subarray(0, bytes));
    service.removeAllListeners('data');
    if (by === 'silence') return;
    service.destroy(); // and with it the client's side, in order
    if (by === 'reset') client.resetAndDestroy();
  });
}

function headLength(held: Buffer): number | undefined {
  const end = held.indexOf('\r\n\r\n');
  return end < 0 ? undefined : end + 4;
}

/** The length of a frame that a server sent, with its head (RFC 6455, 5.2). */
function frameLength(held: Buffer): number | undefined {
  const said = held.length < 2 ? undefined : held.readUInt8(1) & 0x7f;
  let length: number | undefined;
  if (said !== undefined && said < 126) length = 2 + said;
  else if (said === 126 && held.length >= 4) length = 4 + held.readUInt16BE(2);
  else if (said === 127 && held.length >= 10) length = 10 + Number(held.readBigUInt64BE(2));
  return length !== undefined && held.length >= length ? length : undefined;
}
