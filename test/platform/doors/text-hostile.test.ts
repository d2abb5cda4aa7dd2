import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { Door, Listen } from '../../../platform/doors/door.ts';
import { createTextDoor, type TextLimits, type TextReply } from '../../../platform/doors/text.ts';
import {
  anyPort,
  converseWith,
  dial,
  lineSplitter,
  memoryLog,
  openAdmission,
  readAll,
  signal,
  textLimits,
} from './support.ts';

const MiB = 1024 * 1024;

describe('a text door, against peers that mean no good,', () => {
  let door: Door;
  let listening: Listen;
  let log = memoryLog();

  async function open(receive: (message: string) => Promise<TextReply>, limits: Partial<TextLimits> = {}) {
    log = memoryLog();
    door = createTextDoor({
      name: 'the test door',
      listen: anyPort,
      limits: { ...textLimits, ...limits },
      admission: openAdmission,
      split: lineSplitter,
      receive,
      log,
    });
    await door.start();
    listening = door.listening;
  }

  afterEach(async () => {
    await door.stop();
    expect(log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
  });

  it('stops reading from one that sends and does not read', async () => {
    let received = 0;
    await open(async (message) => {
      received += message.length + 1;
      return { text: [`${message.repeat(100)}\n`] };
    });
    const socket = await dial(listening);
    const sent = await flood(socket, 'x'.repeat(63).concat('\n').repeat(1_024), 200 * MiB);
    // What both kernels hold for a connection that nobody reads is some megabytes.
    expect(sent).to.be.lessThan(32 * MiB);
    expect(received).to.be.lessThan(1 * MiB);
    expect(await converseWith(listening, 'one\n')).to.have.length(301);
    socket.destroy();
  });

  it('resets one that reads nothing of an answer', async () => {
    await open(async () => ({ text: endless() }), { idleMs: 100, unsentBytes: 16 * 1024 });
    const socket = await dial(listening);
    socket.write('one\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.pause();
    expect(data.length).to.be.greaterThan(0);
    // The answer has no end: its generator stops only when the connection has gone.
    await ended.promise;
    socket.destroy();
  });

  let ended = signal();
  let taken = 0;
  function* endless(): Generator<string> {
    ended = signal();
    taken = 0;
    try {
      for (;;) {
        taken += 1_000;
        yield 'y'.repeat(999).concat('\n');
      }
    } finally {
      ended.resolve();
    }
  }

  it('takes of a long answer no more than the reader does', async () => {
    await open(async () => ({ text: endless() }), { unsentBytes: 16 * 1024 });
    const socket = await dial(listening);
    socket.write('one\n');
    let read = 0;
    for await (const chunk of socket) {
      read += (chunk as Buffer).length;
      if (read > 20 * MiB) break;
    }
    expect(taken - read).to.be.lessThan(16 * MiB);
    socket.destroy();
    await ended.promise;
  });

  it('answers a slow reader whole', async () => {
    await open(async (message) => ({ text: Array.from({ length: 4_000 }, () => message.repeat(10)) }), {
      unsentBytes: 4 * 1024,
    });
    const socket = await dial(listening);
    socket.end('z'.repeat(99).concat('\n'));
    let read = 0;
    for await (const chunk of socket) {
      read += (chunk as Buffer).length;
      await new Promise(setImmediate);
    }
    expect(read).to.equal(4_000 * 990);
  });

  it('bounds a message that never ends', async () => {
    const seen: string[] = [];
    const heard = signal();
    await open(async (message) => {
      seen.push(message);
      heard.resolve();
      return { text: ['# error: too long\n'], close: message === 'TOO LONG' };
    });
    const socket = await dial(listening);
    const answer = readAll(socket).catch(() => 'reset');
    await flood(socket, 'x'.repeat(64 * 1024), 20 * MiB);
    await heard.promise;
    socket.destroy();
    await answer;
    expect(seen).to.deep.equal(['TOO LONG']);
    expect(await converseWith(listening, 'one\n')).to.equal('# error: too long\n');
  });

  it('cuts off one that goes on sending after the last word', async () => {
    await open(async () => ({ text: ['bye\n'], close: true }), { lingerMs: 50 });
    const socket = await dial(listening);
    socket.write('one\n');
    const [word] = (await once(socket, 'data')) as [Buffer];
    expect(word.toString()).to.equal('bye\n');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const more = () => {
      if (socket.writable) socket.write('more\n', () => setImmediate(more));
    };
    more();
    await closed;
  });

  it('lives through resets at any moment', async () => {
    await open(async (message) => {
      await new Promise(setImmediate);
      return { text: [message.repeat(1_000), '\n'] };
    });
    for (let round = 0; round < 40; round++) {
      const sockets = await Promise.all(Array.from({ length: 5 }, () => dial(listening)));
      for (const [index, socket] of sockets.entries()) {
        socket.write('abcdefgh\n'.repeat(50).slice(0, 17 * index + round));
      }
      if (round % 2 === 0) await new Promise(setImmediate);
      for (const socket of sockets) socket.resetAndDestroy();
    }
    expect(await converseWith(listening, 'a\n')).to.equal(`${'a'.repeat(1_000)}\n`);
  });

  it('serves others while many hold their connections and say nothing', async () => {
    await open(async (message) => ({ text: [`${message}\n`] }), { connections: 300 });
    const idle = await Promise.all(Array.from({ length: 299 }, () => dial(listening)));
    expect(await converseWith(listening, 'one\n')).to.equal('one\n');
    for (const socket of idle) socket.destroy();
  });

  it('holds no more connections than the bound, however many come', async () => {
    await open(async (message) => ({ text: [`${message}\n`] }), { connections: 10, lingerMs: 20 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const socket = await dial(listening).catch(() => undefined);
        if (socket === undefined) return 'lost';
        socket.write('one\n');
        return once(socket, 'data').then(
          ([word]) => String(word),
          () => 'lost',
        );
      }),
    );
    expect(answers.filter((answer) => answer === 'one\n')).to.have.length(10);
  });
});

/** Writes until the peer takes no more for a second or `most` bytes are written; returns how many were taken. */
async function flood(socket: Socket, chunk: string, most: number): Promise<number> {
  let taken = 0;
  while (taken < most) {
    const written = new Promise<boolean>((resolve) => socket.write(chunk, (error) => resolve(!error)));
    const stuck = new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, false));
    if (!(await Promise.race([written, stuck]))) break;
    taken += chunk.length;
  }
  return taken;
}
