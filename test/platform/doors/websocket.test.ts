import { once } from 'node:events';
import { expect } from 'chai';
import { Refusal } from '../../../platform/failure.ts';
import { signal } from './support.ts';
import { frames, givenSocketDoor } from './websocket-given.ts';

describe('a WebSocket door', () => {
  it('answers frames in the order of the questions, begun without waiting', async () => {
    const last = signal();
    await using given = await givenSocketDoor(() => ({
      async receive(frame) {
        if (frame === 'last') last.resolve();
        else await last.promise;
        return frame === 'silent' ? undefined : frame;
      },
    }));
    const websocket = await given.client();
    const answers = frames(websocket, 3);
    for (const frame of ['first', 'silent', 'second', 'last']) websocket.send(frame);
    expect(await answers).to.deep.equal(['first', 'second', 'last']);
  });

  it('has no more frames in flight than it may', async () => {
    let inFlight = 0;
    let most = 0;
    await using given = await givenSocketDoor(
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
    const websocket = await given.client();
    const sent = Array.from({ length: 2_000 }, (_, index) => `${index}`);
    const answers = frames(websocket, sent.length);
    for (const frame of sent) websocket.send(frame);
    expect(await answers).to.deep.equal(sent);
    expect(most).to.equal(3);
  });

  it('says who is there', async () => {
    await using given = await givenSocketDoor(({ sender }) => ({
      receive: async () => JSON.stringify(sender),
    }));
    const websocket = given.dial('/ws?from=1');
    await once(websocket, 'open');
    websocket.send('who am I?');
    expect(await frames(websocket, 1)).to.deep.equal(['{"address":"127.0.0.1","uid":0}']);
  });

  it('closes with the reason that the service gives, or a refusal, and with none for a fault of its own', async () => {
    await using given = await givenSocketDoor((peer) => ({
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
      const websocket = await given.client();
      websocket.send(frame);
      const [closed, reason] = await once(websocket, 'close');
      expect([frame, closed]).to.deep.equal([frame, code]);
      expect(String(reason)).to.not.contain('secret').and.not.contain('\ufffd');
    }
    expect(given.log.lines.join()).to.contain('the secret path');
  });

  it('is only where a route is', async () => {
    await using given = await givenSocketDoor();
    const websocket = given.dial('/other');
    const [, response] = await once(websocket, 'unexpected-response');
    expect(response.statusCode).to.equal(404);
  });

  it('keeps a peer whose answer takes longer than a ping', async () => {
    await using given = await givenSocketDoor(
      () => ({
        async receive(frame) {
          await new Promise((resolve) => setTimeout(resolve, 350));
          return frame;
        },
      }),
      { pingMs: 100, idleMs: 100, inFlight: 1 },
    );
    const websocket = await given.client();
    for (const frame of ['one', 'two']) websocket.send(frame);
    expect(await frames(websocket, 2)).to.deep.equal(['one', 'two']);
  });

  it('that stops answers what it has begun, then closes', async () => {
    const begun = signal();
    const may = signal();
    await using given = await givenSocketDoor(() => ({
      async receive(frame) {
        begun.resolve();
        await may.promise;
        return frame;
      },
    }));
    const [busy, idle] = [await given.client(), await given.client()];
    const answers = frames(busy, 1);
    const closes = Promise.all([once(busy, 'close'), once(idle, 'close')]);
    busy.send('one');
    await begun.promise;
    const stopped = given.stop();
    may.resolve();
    expect(await answers).to.deep.equal(['one']);
    for (const [code] of await closes) expect(code).to.equal(1_001);
    await stopped;
  });
});
