import { once } from 'node:events';
import { expect } from 'chai';
import { dial, readAll, signal, spin } from './support.ts';
import { frames, givenSocketDoor } from './websocket-given.ts';

const MiB = 1024 * 1024;

/** More than both kernels hold for a connection that nobody reads. */
const kernelBytes = 32 * MiB;

/** A write that is not taken for so long, in milliseconds, is taken to wait for the reader. */
const stuckMs = 1_000;

describe('a WebSocket door, against peers that mean no good,', () => {
  it('takes no binary frames, none over the bound, and no compression', async () => {
    await using given = await givenSocketDoor(undefined, { frameBytes: 1_000 });
    const binary = await given.client();
    expect(binary.extensions).to.equal('');
    binary.send(Buffer.from('x'));
    expect((await once(binary, 'close'))[0]).to.equal(1_003);
    const large = await given.client();
    large.send('x'.repeat(1_001));
    expect((await once(large, 'close'))[0]).to.equal(1_009);
    const pieces = await given.client();
    for (let piece = 0; piece < 3; piece++) pieces.send('x'.repeat(400), { fin: false });
    expect((await once(pieces, 'close'))[0]).to.equal(1_009);
  });

  it('cuts off a peer that does not answer pings', async () => {
    await using given = await givenSocketDoor(undefined, { pingMs: 200 });
    const [dumb, sound] = [await given.client({ autoPong: false }), await given.client()];
    await once(dumb, 'close');
    sound.send('still here');
    expect(await frames(sound, 1)).to.deep.equal(['still here']);
  });

  it('keeps a peer that has answered, though the process was busy until it is to ask again', async () => {
    const pingMs = 200;
    await using given = await givenSocketDoor(undefined, { pingMs });
    const websocket = await given.client();
    for (let ping = 0; ping < 3; ping++) {
      await once(websocket, 'ping'); // the answer to which has gone out, and lies unread
      spin(1.2 * pingMs);
    }
    websocket.send('still here');
    expect(await frames(websocket, 1)).to.deep.equal(['still here']);
  });

  it('lets one who pushes go only as fast as the peer reads', async () => {
    let sent = 0;
    const ended = signal();
    await using given = await givenSocketDoor(
      () => ({
        async receive(_frame, line) {
          void (async () => {
            while (!line.closed.aborted && sent < 2 * kernelBytes) {
              await line.push(['y'.repeat(10_000)]);
              sent += 10_000;
            }
            ended.resolve();
          })();
          return undefined;
        },
      }),
      { idleMs: 100 },
    );
    const websocket = await given.client();
    websocket.send('go');
    websocket.pause();
    await ended.promise; // it took nothing for idleMs
    expect(sent).to.be.lessThan(kernelBytes);
  });

  it('stops reading from a peer that sends and does not read', async () => {
    let received = 0;
    await using given = await givenSocketDoor(() => ({
      async receive(frame) {
        received += frame.length;
        return frame.repeat(10);
      },
    }));
    const websocket = await given.client();
    websocket.pause();
    let taken = 0;
    while (taken < 2 * kernelBytes) {
      const written = new Promise<boolean>((resolve) =>
        websocket.send('x'.repeat(10_000), (error) => resolve(!error)),
      );
      const stuck = new Promise<boolean>((resolve) => setTimeout(resolve, stuckMs, false));
      if (!(await Promise.race([written, stuck]))) break;
      taken += 10_000;
    }
    expect(taken).to.be.lessThan(kernelBytes);
    expect(received).to.be.lessThan(2 * MiB);
  });

  it('does not grow by pings whose answers nobody reads', async () => {
    const read = signal();
    const filled = signal();
    function* filling() {
      filled.resolve();
      yield 'y'.repeat(kernelBytes);
    }
    await using given = await givenSocketDoor(
      () => ({
        async receive(frame, line) {
          if (frame === 'fill') void line.push(filling());
          else read.resolve();
          return frame;
        },
      }),
      { unsentBytes: 4_096 },
    );
    const websocket = await given.client();
    let pongs = 0;
    websocket.on('pong', () => pongs++);
    const answers = frames(websocket, 3);
    websocket.pause();
    websocket.send('fill');
    await filled.promise;
    for (let ping = 0; ping < 1_000; ping++) websocket.ping('p'.repeat(125));
    websocket.send('last');
    await read.promise;
    // All pings were read while the peer took nothing: what the door kept for it comes before the last answer.
    websocket.resume();
    expect((await answers).map(({ length }) => length)).to.deep.equal([4, kernelBytes, 4]);
    expect(pongs).to.equal(0);
    websocket.ping();
    await once(websocket, 'pong');
  });

  it('lives through resets at any moment, and nonsense for frames', async () => {
    await using given = await givenSocketDoor(() => ({ receive: async (frame) => frame.repeat(100) }));
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    const head = `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${given.listening.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`;
    for (let length = 0; length < 40; length++) {
      const socket = await dial(given.listening);
      socket.write(head + '\x81\x85\x00\x00\x00\x00hello'.repeat(5).slice(0, length), 'latin1');
      if (length % 2 === 0) await once(socket, 'data');
      socket.resetAndDestroy();
    }
    const nonsense = await dial(given.listening);
    nonsense.write(`${head}\xff\xff\xff\xff\xff\xff\xff\xff`, 'latin1');
    const answer = readAll(nonsense);
    expect(await answer).to.contain('101 Switching');
    nonsense.end();
    const websocket = await given.client();
    websocket.send('a');
    expect(await frames(websocket, 1)).to.deep.equal(['a'.repeat(100)]);
    expect(given.log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
  });
});
