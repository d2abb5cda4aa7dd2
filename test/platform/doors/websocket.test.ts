import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Door } from '../../../platform/doors/door.ts';
import {
  createHttpDoor,
  type HttpLimits,
  type SocketHandler,
  type SocketPeer,
} from '../../../platform/doors/http.ts';
import { Refusal } from '../../../platform/failure.ts';
import { anyPort, dial, httpLimits, memoryLog, openAdmission, readAll, signal } from './support.ts';

describe('a WebSocket door', () => {
  let door: Door;
  let log = memoryLog();
  const clients: WebSocket[] = [];

  async function open(
    handler: (peer: SocketPeer) => Partial<SocketHandler>,
    limits: Partial<HttpLimits> = {},
  ) {
    log = memoryLog();
    door = createHttpDoor({
      name: 'the test door',
      listen: anyPort,
      limits: { ...httpLimits, ...limits },
      admission: openAdmission,
      routes: [],
      sockets: [
        {
          path: '/ws',
          open: (peer) => ({ receive: async (frame) => frame, closed: () => {}, ...handler(peer) }),
        },
      ],
      log,
    });
    await door.start();
  }

  async function client(options: { path?: string; autoPong?: boolean } = {}): Promise<WebSocket> {
    const { path = '/ws', ...rest } = options;
    const websocket = new WebSocket(`ws://127.0.0.1:${door.listening.port}${path}`, rest);
    websocket.on('error', () => {});
    clients.push(websocket);
    await once(websocket, 'open');
    return websocket;
  }

  afterEach(async () => {
    for (const websocket of clients.splice(0)) websocket.terminate();
    await door.stop();
  });

  it('answers frames in the order of the questions, begun without waiting', async () => {
    const last = signal();
    await open(() => ({
      async receive(frame) {
        if (frame === 'last') last.resolve();
        else await last.promise;
        return frame === 'silent' ? undefined : frame;
      },
    }));
    const websocket = await client();
    const answers = frames(websocket, 3);
    for (const frame of ['first', 'silent', 'second', 'last']) websocket.send(frame);
    expect(await answers).to.deep.equal(['first', 'second', 'last']);
  });

  it('has no more frames in flight than it may', async () => {
    let inFlight = 0;
    let most = 0;
    await open(
      () => ({
        async receive(frame) {
          most = Math.max(most, ++inFlight);
          await new Promise(setImmediate);
          inFlight--;
          return frame;
        },
      }),
      { inFlight: 3 },
    );
    const websocket = await client();
    const sent = Array.from({ length: 2_000 }, (_, index) => `${index}`);
    const answers = frames(websocket, sent.length);
    for (const frame of sent) websocket.send(frame);
    expect(await answers).to.deep.equal(sent);
    expect(most).to.equal(3);
  });

  it('sends what nobody asked for, and says who is there', async () => {
    await open((peer) => {
      void peer.send(JSON.stringify(peer.sender));
      return {};
    });
    const websocket = new WebSocket(`ws://127.0.0.1:${door.listening.port}/ws?from=1`);
    clients.push(websocket);
    expect(await frames(websocket, 1)).to.deep.equal(['{"address":"127.0.0.1","uid":0}']);
  });

  it('tells its handler when the peer has gone', async () => {
    const gone = signal();
    await open((peer) => ({
      async closed() {
        await peer.send('into the void');
        gone.resolve();
      },
    }));
    (await client()).terminate();
    await gone.promise;
  });

  it('closes with the reason that the service gives, or a refusal, and with none for a fault of its own', async () => {
    await open((peer) => ({
      async receive(frame) {
        if (frame === 'close') peer.close(4_000, 'as you wish');
        if (frame === 'refuse') throw new Refusal({ code: 'bad', status: 400, detail: 'ü'.repeat(200) });
        if (frame === 'fault') throw new Error('the secret path');
        return undefined;
      },
    }));
    for (const [frame, code] of [
      ['close', 4_000],
      ['refuse', 1_008],
      ['fault', 1_011],
    ] as const) {
      const websocket = await client();
      websocket.send(frame);
      const [closed, reason] = await once(websocket, 'close');
      expect([frame, closed]).to.deep.equal([frame, code]);
      expect(String(reason)).to.not.contain('secret').and.not.contain('\ufffd');
    }
    expect(log.lines.join()).to.contain('the secret path');
  });

  it('takes no binary frames, none over the bound, and no compression', async () => {
    await open(() => ({}), { frameBytes: 1_000 });
    const binary = await client();
    expect(binary.extensions).to.equal('');
    binary.send(Buffer.from('x'));
    expect((await once(binary, 'close'))[0]).to.equal(1_003);
    const large = await client();
    large.send('x'.repeat(1_001));
    expect((await once(large, 'close'))[0]).to.equal(1_009);
    const pieces = await client();
    for (let piece = 0; piece < 3; piece++) pieces.send('x'.repeat(400), { fin: false });
    expect((await once(pieces, 'close'))[0]).to.equal(1_009);
  });

  it('is only where a route is', async () => {
    await open(() => ({}));
    const websocket = new WebSocket(`ws://127.0.0.1:${door.listening.port}/other`);
    websocket.on('error', () => {});
    const [, response] = await once(websocket, 'unexpected-response');
    expect(response.statusCode).to.equal(404);
    websocket.terminate();
  });

  it('cuts off a peer that does not answer pings', async () => {
    await open(() => ({}), { pingMs: 30 });
    const [dumb, sound] = [await client({ autoPong: false }), await client()];
    await once(dumb, 'close');
    sound.send('still here');
    expect(await frames(sound, 1)).to.deep.equal(['still here']);
  });

  it('keeps a peer whose answer takes longer than a ping', async () => {
    await open(
      () => ({
        async receive(frame) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          return frame;
        },
      }),
      { pingMs: 30, idleMs: 30, inFlight: 1 },
    );
    const websocket = await client();
    for (const frame of ['one', 'two']) websocket.send(frame);
    expect(await frames(websocket, 2)).to.deep.equal(['one', 'two']);
  });

  it('lets a sender of unasked frames go only as fast as the peer reads', async () => {
    let sent = 0;
    const gone = signal();
    await open(
      (peer) => {
        let here = true;
        void (async () => {
          while (here) {
            await peer.send('y'.repeat(10_000));
            sent += 10_000;
          }
          gone.resolve();
        })();
        return {
          closed() {
            here = false;
          },
        };
      },
      { idleMs: 100 },
    );
    const websocket = await client();
    websocket.pause();
    await gone.promise; // it took nothing for idleMs
    expect(sent).to.be.lessThan(32 * 1024 * 1024);
  });

  it('stops reading from a peer that sends and does not read', async () => {
    let received = 0;
    await open(() => ({
      async receive(frame) {
        received += frame.length;
        return frame.repeat(10);
      },
    }));
    const websocket = await client();
    websocket.pause();
    let taken = 0;
    for (;;) {
      const written = new Promise<boolean>((resolve) =>
        websocket.send('x'.repeat(10_000), (error) => resolve(!error)),
      );
      if (
        !(await Promise.race([written, new Promise<boolean>((resolve) => setTimeout(resolve, 300, false))]))
      )
        break;
      taken += 10_000;
    }
    expect(taken).to.be.lessThan(32 * 1024 * 1024);
    expect(received).to.be.lessThan(2 * 1024 * 1024);
  });

  it('does not grow by pings whose answers nobody reads', async () => {
    await open(() => ({}), { unsentBytes: 4_096, idleMs: 200 });
    const websocket = await client();
    websocket.pause();
    const gone = once(websocket, 'close');
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 200 && websocket.readyState === WebSocket.OPEN; round++) {
      for (let ping = 0; ping < 999; ping++) websocket.ping('p'.repeat(125));
      await new Promise<void>((resolve) => websocket.ping('p'.repeat(125), true, () => resolve()));
    }
    expect(process.memoryUsage().rss - before).to.be.lessThan(120 * 1024 * 1024);
    websocket.terminate();
    await gone;
  });

  it('lives through resets at any moment, and nonsense for frames', async () => {
    await open(() => ({ receive: async (frame) => frame.repeat(100) }));
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    const head = `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${door.listening.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`;
    for (let length = 0; length < 40; length++) {
      const socket = await dial(door.listening);
      socket.write(head + '\x81\x85\x00\x00\x00\x00hello'.repeat(5).slice(0, length), 'latin1');
      if (length % 2 === 0) await once(socket, 'data');
      socket.resetAndDestroy();
    }
    const nonsense = await dial(door.listening);
    nonsense.write(`${head}\xff\xff\xff\xff\xff\xff\xff\xff`, 'latin1');
    const answer = readAll(nonsense);
    expect(await answer).to.contain('101 Switching');
    nonsense.end();
    const websocket = await client();
    websocket.send('a');
    expect(await frames(websocket, 1)).to.deep.equal(['a'.repeat(100)]);
    expect(log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
  });

  it('that stops answers what it has begun, then closes', async () => {
    const begun = signal();
    const may = signal();
    await open(() => ({
      async receive(frame) {
        begun.resolve();
        await may.promise;
        return frame;
      },
    }));
    const [busy, idle] = [await client(), await client()];
    const answers = frames(busy, 1);
    const closes = Promise.all([once(busy, 'close'), once(idle, 'close')]);
    busy.send('one');
    await begun.promise;
    const stopped = door.stop();
    may.resolve();
    expect(await answers).to.deep.equal(['one']);
    for (const [code] of await closes) expect(code).to.equal(1_001);
    await stopped;
  });
});

/** The next frames that come. */
function frames(websocket: WebSocket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const came: string[] = [];
    websocket.on('message', (data) => {
      if (came.push(String(data)) === count) resolve(came);
    });
    websocket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
}
