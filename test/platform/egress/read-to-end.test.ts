import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { readToEnd } from '../../../platform/egress/read-to-end.ts';

describe('reading a connection to its end', () => {
  let server: Server;
  const bounds = { maxBytes: 1_000, timeoutMs: 60_000 };

  /** A connection to a server that does what it is told. */
  async function to(behave: (socket: Socket) => void): Promise<Socket> {
    server = createServer((socket) => behave(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  afterEach(() => server.close());

  async function codeOf(promise: Promise<unknown>): Promise<unknown> {
    const error = await promise.catch((thrown: unknown) => thrown);
    return (error as { code: unknown }).code;
  }

  it('gives all that came, and closes', async () => {
    const socket = await to((peer) => peer.write('one ', () => peer.end('two')));
    expect(String(await readToEnd(socket, bounds))).to.equal('one two');
    expect(socket.destroyed).to.equal(true);
  });

  it('takes exactly as many bytes as it may', async () => {
    expect(await readToEnd(await to((peer) => peer.end('x'.repeat(1_000))), bounds)).to.have.length(1_000);
    server.close();
    expect(await codeOf(readToEnd(await to((peer) => peer.end('x'.repeat(1_001))), bounds))).to.equal(
      'too-large',
    );
  });

  it('leaves a flood at once', async () => {
    const socket = await to((peer) => {
      const more = () => peer.writable && peer.write('x'.repeat(10_000), () => setImmediate(more));
      more();
    });
    expect(await codeOf(readToEnd(socket, bounds))).to.equal('too-large');
    expect(socket.destroyed).to.equal(true);
  });

  it('waits no longer in all for one that drips', async () => {
    const socket = await to((peer) => {
      const drip = setInterval(() => peer.write('.'), 5);
      peer.on('close', () => clearInterval(drip));
    });
    expect(await codeOf(readToEnd(socket, { ...bounds, timeoutMs: 60 }))).to.equal('timeout');
    expect(socket.destroyed).to.equal(true);
  });

  it('takes no half of an answer for a whole one', async () => {
    const socket = await to((peer) => peer.write('half', () => setImmediate(() => peer.resetAndDestroy())));
    expect(await codeOf(readToEnd(socket, bounds))).to.equal('unreachable');
  });

  it('ends with the reason of a signal', async () => {
    const stop = new AbortController();
    const socket = await to(() => {});
    const reading = readToEnd(socket, { ...bounds, signal: stop.signal });
    stop.abort('enough');
    expect(await reading.catch((thrown: unknown) => thrown)).to.equal('enough');
    expect(socket.destroyed).to.equal(true);
  });
});
