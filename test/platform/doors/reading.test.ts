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
    const texts = await Promise.all(Array.from({ length: 3 }, () => dial(given.text)));
    const frames = Array.from({ length: 3 }, () => new WebSocket(`${given.http.replace('http', 'ws')}/ws`));
    await Promise.all(frames.map((websocket) => once(websocket, 'open')));
    for (const socket of texts) socket.write('long\n');
    for (const websocket of frames) websocket.send('long');
    await Promise.all([
      ...Array.from({ length: 3 }, () => fetch(`${given.http}/long`, { method: 'POST' })),
      ...frames.map((websocket) => once(websocket, 'message')),
      ...texts.map((socket) => once(socket, 'data')),
    ]);
    for (const end of [
      ...texts.map((socket) => () => socket.destroy()),
      ...frames.map((w) => () => w.close()),
    ])
      end();
    expect(given.begun).to.have.length(9);
    // Between two looks at the loop there are the end of one turn and the beginning of the next.
    const most = Math.max(...given.begun.map((at) => given.begun.filter((other) => other === at).length));
    expect(most).to.be.at.most(2);
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

/** Doors that share what they read, each message of which takes long, and in which turns they were begun. */
async function givenDoors() {
  const begun: number[] = [];
  const turns = countTurns();
  const begin = () => {
    begun.push(turns.now);
    readLong();
  };
  const shared = { listen: anyPort, admission: openAdmission, reading: new Reading(), log: silentLog };
  const text = createTextDoor({
    ...{ ...shared, name: 'text', limits: textLimits, split: lineSplitter },
    async receive() {
      begin();
      return { text: ['read\n'] };
    },
  });
  const routes = Router();
  routes.post('/long', (_request, response: Response) => {
    begin();
    response.status(204).end();
  });
  const receive = async () => {
    begin();
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
