import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Response, Router } from 'express';
import { WebSocket } from 'ws';
import { createHttpDoor } from '../../../platform/doors/http.ts';
import { Reading } from '../../../platform/doors/reading.ts';
import { createTextDoor } from '../../../platform/doors/text.ts';
import { silentLog } from '../../../platform/log.ts';
import {
  anyPort,
  converseWith,
  countTurns,
  dial,
  httpLimits,
  lineSplitter,
  openAdmission,
  spin,
  textLimits,
} from './support.ts';
import { givenTextDoor } from './text-given.ts';

/** Takes longer than is read in one turn of the event loop, on any machine. */
const readLong = () => spin(10);

describe('what is read of all connections', () => {
  it('is read at once where it is little', () => {
    const reading = new Reading();
    const done: string[] = [];
    reading.readInTurn(() => done.push('first'));
    reading.readInTurn(() => done.push('second'));
    expect(done).to.deep.equal(['first', 'second']);
  });

  for (const [how, first] of [
    ['long', (reading: Reading) => reading.read(readLong)],
    [
      'long to refuse',
      (reading: Reading) =>
        expect(() =>
          reading.read(() => {
            readLong();
            throw new Error('refused');
          }),
        ).to.throw('refused'),
    ],
  ] as const) {
    it(`waits until the event loop has gone round, where what came before was ${how}`, async () => {
      const reading = new Reading();
      const done: string[] = [];
      first(reading);
      reading.readInTurn(() => done.push('second'));
      expect(done).to.deep.equal([]);
      await turn();
      await turn();
      expect(done).to.deep.equal(['second']);
    });
  }

  it('comes in turn: one who has much does not keep another waiting', async () => {
    const reading = new Reading();
    const done: string[] = [];
    const go = (who: string, steps: number) => {
      reading.whenTime(() => {
        reading.read(() => done.push(who));
        reading.read(readLong);
        if (steps > 1) go(who, steps - 1);
      });
    };
    go('much', 3);
    go('little', 1);
    while (done.length < 4) await turn();
    expect(done).to.deep.equal(['much', 'little', 'much', 'much']);
  });

  it('is a step of each in a turn of the event loop too: there is time for more only when no other waits', async () => {
    const reading = new Reading();
    const done: string[] = [];
    const go = (who: string, steps: number) => {
      reading.read(() => done.push(who));
      if (steps === 1) return;
      if (reading.hasTime) go(who, steps - 1);
      else reading.whenTime(() => go(who, steps - 1));
    };
    reading.read(readLong);
    reading.whenTime(() => go('much', 3));
    reading.whenTime(() => go('little', 1));
    while (done.length < 4) await turn();
    expect(done).to.deep.equal(['much', 'little', 'much', 'much']);
  });

  it('is not more in one turn where it came over many connections, to doors of each kind', async () => {
    await using given = await givenDoors();
    const { port } = new URL(given.http);
    const three = <T>(open: () => T) => Promise.all([open(), open(), open()]);
    const texts = await three(() => dial(given.text));
    const posts = await three(() => dial({ host: '127.0.0.1', port: Number(port) }));
    const frames = await three(() => new WebSocket(`ws://127.0.0.1:${port}/ws`));
    await Promise.all(frames.map((websocket) => once(websocket, 'open')));
    const sayAll = async (what: string) => {
      for (const socket of texts) socket.write(`${what}\n`);
      for (const socket of posts) socket.write(`POST /${what} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
      for (const websocket of frames) websocket.send(what);
      await Promise.all([
        ...[...texts, ...posts].map((socket) => once(socket, 'data')),
        ...frames.map((websocket) => once(websocket, 'message')),
      ]);
    };
    // Once each has been served, what all say next is there at once.
    await sayAll('short');
    await sayAll('long');
    for (const socket of [...texts, ...posts]) socket.destroy();
    for (const websocket of frames) websocket.terminate();
    expect(given.begun).to.have.length(9);
    // Of two turns of the loop one look at it may see the end and the beginning.
    expect(new Set(given.begun).size).to.be.at.least(8);
  });
});

describe('one chunk of text', () => {
  it('is split in pieces, between which the event loop goes round where they take long', async () => {
    using turns = countTurns();
    const split: number[] = [];
    const lines = lineSplitter(100_000);
    const push = (chunk: Uint8Array) => {
      split.push(turns.now);
      readLong();
      return lines.push(chunk);
    };
    await using door = await givenTextDoor(undefined, { split: () => ({ ...lines, push }) });
    const sent = `${'x'.repeat(40 * 1024)}\n`;
    expect(await converseWith(door.listening, sent)).to.equal(sent);
    expect(split.length).to.be.at.least(6);
    expect(new Set(split).size).to.be.at.least(split.length / 2);
  });
});

/** Doors that share what they read, and in which turns those messages were begun that take long. */
async function givenDoors() {
  const begun: number[] = [];
  const turns = countTurns();
  const begin = (what: unknown) => {
    if (what !== 'long') return;
    begun.push(turns.now);
    readLong();
  };
  const shared = { listen: anyPort, admission: openAdmission, reading: new Reading(), log: silentLog };
  const text = createTextDoor({
    ...{ ...shared, name: 'text', limits: textLimits, split: lineSplitter },
    async receive(line) {
      begin(line);
      return { text: ['read\n'] };
    },
  });
  const routes = Router();
  routes.post('/:what', ({ params }, response: Response) => {
    begin(params.what);
    response.status(204).end();
  });
  const receive = async (frame: string) => {
    begin(frame);
    return 'read';
  };
  const http = createHttpDoor({
    ...{ ...shared, name: 'http', limits: httpLimits, routes: [routes] },
    sockets: [{ path: '/ws', open: () => ({ receive }) }],
  });
  await Promise.all([text.start(), http.start()]);
  return {
    begun,
    text: text.listening,
    http: `http://127.0.0.1:${http.listening.port}`,
    async [Symbol.asyncDispose]() {
      turns[Symbol.dispose]();
      await Promise.all([text.stop(), http.stop()]);
    },
  };
}
