import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { Line } from './line.ts';

/** Resolves once a socket is closed, by whatever it was. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('a line that can be made bad', () => {
  /** A door that sends back what it gets, a line to it, and one who has dialled. */
  async function given() {
    const stack = new AsyncDisposableStack();
    const behind = new Set<Socket>();
    const server = createServer((socket) => {
      behind.add(socket);
      socket.on('error', () => {}).on('close', () => behind.delete(socket));
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(() => void server.close());
    const line = stack.use(await Line.open((server.address() as AddressInfo).port));
    const dial = async () => {
      const socket = connect(line.port, '127.0.0.1').on('error', () => {});
      stack.defer(() => void socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    const says = async (socket: Socket, text: string) => {
      socket.write(text);
      return String((await once(socket, 'data'))[0]);
    };
    return { line, dial, says, behind, port: (server.address() as AddressInfo).port, own: stack };
  }

  it('carries what is said both ways, and calls the door by its own name', async () => {
    const { line, dial, says, port, own } = await given();
    await using _ = own;
    expect(await says(await dial(), `Host: 127.0.0.1:${line.port}\r\n`)).to.equal(
      `Host: 127.0.0.1:${port}\r\n`,
    );
  });

  it('ends all connections when it is cut, and carries new ones afterwards', async () => {
    const { line, dial, says, own } = await given();
    await using _ = own;
    const socket = await dial();
    await says(socket, 'one');
    const closed = closeOf(socket);
    await line.cut(1);
    await closed;
    expect(await says(await dial(), 'two')).to.equal('two');
  });

  it('keeps the order of what is late', async () => {
    const { line, dial, own } = await given();
    await using _ = own;
    const socket = await dial();
    const late = line.delay(30, 10);
    socket.write('a');
    await late;
    socket.write('b');
    let said = '';
    for await (const bytes of socket) {
      said += String(bytes);
      if (said.length === 2) break;
    }
    expect(said).to.equal('ab');
  });

  it('holds what comes for the door after so many bytes, until it may go on', async () => {
    const { line, dial, says, behind, port, own } = await given();
    await using _ = own;
    const socket = await dial();
    const goOn = line.hold(3);
    expect(await says(socket, 'one')).to.equal('one');
    const [far] = behind;
    const answers = [says(socket, 'two'), says(await dial(), 'three')];
    while (behind.size < 2) await new Promise(setImmediate);
    const held = [...behind];
    // What is said at the door itself meanwhile would come after what the line let go.
    const beside = own.adopt(connect(port, '127.0.0.1'), (each) => void each.destroy());
    for (const text of ['four', 'five', 'six']) expect(await says(beside, text)).to.equal(text);
    expect(held.map(({ bytesRead }) => bytesRead)).to.deep.equal([3, 0]);
    goOn();
    expect(await Promise.all(answers)).to.deep.equal(['two', 'three']);
    expect(far?.bytesRead).to.equal(6);
  });

  for (const knows of ['near', 'far'] as const)
    it(`lets the ${knows} end alone know that a connection is over`, async () => {
      const { line, dial, says, behind, own } = await given();
      await using _ = own;
      const socket = await dial();
      await says(socket, 'one');
      const [far] = behind;
      const [told, untold] = knows === 'near' ? [socket, far!] : [far!, socket];
      const closed = closeOf(told);
      const over = line.halfOpen(knows, 3_000);
      await closed;
      expect(untold.destroyed).to.equal(false);
      untold.write('into nowhere');
      expect(await says(await dial(), 'two'), 'a new connection').to.equal('two');
      await over;
    });
});
