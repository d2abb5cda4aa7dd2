import { once } from 'node:events';
import { expect } from 'chai';
import type { Line } from '../../../platform/doors/line.ts';
import { signal } from './support.ts';
import { frames, givenSocketDoor } from './websocket-given.ts';

describe('a line of a WebSocket door', () => {
  it('carries frames after the answer to its own, and holds no earlier answer back', async () => {
    const last = signal();
    await using given = await givenSocketDoor(() => ({
      async receive(frame, line) {
        void line.push([`${frame} pushed`, `${frame} pushed again`]);
        if (frame === 'last') last.resolve();
        else await last.promise;
        return frame === 'silent' ? undefined : frame;
      },
    }));
    const websocket = await given.client();
    const came = frames(websocket, 8);
    for (const frame of ['first', 'silent', 'last']) websocket.send(frame);
    expect(await came).to.deep.equal([
      'first',
      'first pushed',
      'first pushed again',
      'silent pushed',
      'silent pushed again',
      'last',
      'last pushed',
      'last pushed again',
    ]);
  });

  it('carries what is pushed long after the answer, in the order of the pushes, each whole', async () => {
    const lines: Line[] = [];
    await using given = await givenSocketDoor(
      () => ({
        async receive(frame, line) {
          lines.push(line);
          return frame;
        },
      }),
      { unsentBytes: 100 },
    );
    const websocket = await given.client();
    const answers = frames(websocket, 2);
    for (const frame of ['one', 'two']) websocket.send(frame);
    await answers;
    const sent: string[] = [];
    for (let push = 0; push < 200; push++) {
      const whole = ['a', 'b', 'c'].map((part) => `${push}${part}${'.'.repeat(push)}`);
      sent.push(...whole);
      void lines[push % 2]?.push(whole);
    }
    expect(await frames(websocket, sent.length)).to.deep.equal(sent);
  });

  it('tells that its connection has gone, and lets no one who pushes wait or spin', async () => {
    const line = signal<Line>();
    await using given = await givenSocketDoor(() => ({
      async receive(frame, own) {
        line.resolve(own);
        return frame;
      },
    }));
    const websocket = await given.client();
    websocket.send('one');
    const own = await line.promise;
    const ended = (async () => {
      while (!own.closed.aborted) await own.push(['y'.repeat(10_000)]);
    })();
    await once(websocket, 'message');
    websocket.terminate();
    await ended;
    await own.push(['into the void']);
  });

  it('is cut off where the peer takes nothing, though it was silent for long before', async () => {
    const closed = signal();
    await using given = await givenSocketDoor(
      () => ({
        async receive(frame, line) {
          void (async () => {
            await new Promise((resolve) => setTimeout(resolve, 300));
            while (!line.closed.aborted) await line.push(['y'.repeat(10_000)]);
            closed.resolve();
          })();
          return frame;
        },
      }),
      { idleMs: 100, pingMs: 60_000 },
    );
    const websocket = await given.client();
    websocket.send('go');
    await once(websocket, 'message');
    websocket.pause();
    await closed.promise;
  });

  it('is closed in order when the door stops, though it is held and pushed to', async () => {
    await using given = await givenSocketDoor(() => ({
      async receive(frame, line) {
        line.hold();
        void (async () => {
          while (!line.closed.aborted) await line.push(['pushed']);
        })();
        return frame;
      },
    }));
    const websocket = await given.client();
    const closed = once(websocket, 'close');
    const some = frames(websocket, 10);
    websocket.send('one');
    await some;
    websocket.removeAllListeners('message');
    await given.stop();
    expect((await closed)[0]).to.equal(1_001);
  });

  it('closes the connection where what is pushed cannot be made, and says so in the log alone', async () => {
    await using given = await givenSocketDoor(() => ({
      async receive(frame, line) {
        void line.push(
          (function* () {
            yield 'begun';
            throw new Error('the secret path');
          })(),
        );
        return frame;
      },
    }));
    const websocket = await given.client();
    websocket.send('one');
    const [code, reason] = await once(websocket, 'close');
    expect(code).to.equal(1_011);
    expect(String(reason)).to.not.contain('secret');
    expect(given.log.lines.join()).to.contain('the secret path');
  });
});
