import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Admission, Door, Sender } from '../../../platform/doors/door.ts';
import {
  createTextDoor,
  type Splitter,
  type TextLimits,
  type TextReply,
} from '../../../platform/doors/text.ts';
import { Refusal } from '../../../platform/failure.ts';
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

type Receive = (message: string, sender: Sender) => Promise<TextReply>;

const echo: Receive = async (message) => ({ text: [message, '\n'] });

describe('a text door', () => {
  let door: Door | undefined;
  let log = memoryLog();

  async function open(
    receive: Receive = echo,
    options: {
      limits?: Partial<TextLimits>;
      admission?: Admission;
      split?: () => Splitter<string>;
      listen?: { host: string; port: number };
    } = {},
  ): Promise<Door> {
    log = memoryLog();
    door = createTextDoor({
      name: 'the test door',
      listen: options.listen ?? anyPort,
      limits: { ...textLimits, ...options.limits },
      admission: options.admission ?? openAdmission,
      split: options.split ?? lineSplitter,
      receive,
      log,
    });
    await door.start();
    return door;
  }

  afterEach(async () => {
    await door?.stop();
    door = undefined;
  });

  it('answers each message in order, then closes after the end of input', async () => {
    const { listening } = await open();
    expect(await converseWith(listening, 'one\ntwo\nthree\n')).to.equal('one\ntwo\nthree\n');
  });

  it('counts a last message that the end of input completes', async () => {
    const { listening } = await open();
    expect(await converseWith(listening, 'one\ntwo')).to.equal('one\ntwo\n');
  });

  it('answers the same however the input is cut', async () => {
    const { listening } = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-z]{0,8}$/), { maxLength: 40 }),
        fc.array(fc.nat(20), { maxLength: 10 }),
        async (lines, cuts) => {
          const socket = await dial(listening);
          const answer = readAll(socket);
          let rest = lines.map((line) => `${line}\n`).join('');
          const sent = rest;
          for (const cut of cuts) {
            socket.write(rest.slice(0, cut));
            rest = rest.slice(cut);
            await new Promise(setImmediate);
          }
          socket.end(rest);
          expect(await answer).to.equal(sent);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('begins messages without waiting for each other, and writes the answers in order', async () => {
    const last = signal();
    const { listening } = await open(async (message) => {
      if (message === 'last') last.resolve();
      else await last.promise;
      return { text: [`${message}\n`] };
    });
    expect(await converseWith(listening, 'first\nsecond\nlast\n')).to.equal('first\nsecond\nlast\n');
  });

  it('has no more messages of a connection in flight than it may', async () => {
    let inFlight = 0;
    let most = 0;
    const { listening } = await open(
      async (message) => {
        most = Math.max(most, ++inFlight);
        await new Promise(setImmediate);
        inFlight--;
        return { text: [`${message}\n`] };
      },
      { limits: { inFlight: 3 } },
    );
    const sent = Array.from({ length: 5_000 }, (_, index) => `${index}\n`).join('');
    expect(await converseWith(listening, sent)).to.equal(sent);
    expect(most).to.equal(3);
  });

  it('ends the connection after an answer that says so', async () => {
    const { listening } = await open(async (message) => ({
      text: [`${message}\n`],
      close: message === 'GET / HTTP/1.1\r',
    }));
    const socket = await dial(listening);
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\n\r\n');
    expect(await readAll(socket)).to.equal('GET / HTTP/1.1\r\n');
    socket.destroy();
  });

  it('tells a refusal as an error line and goes on', async () => {
    const { listening } = await open(async (message) => {
      if (message === 'bad')
        throw new Refusal({ code: 'bad', status: 400, detail: 'that was\nbad', next: 'send good' });
      return { text: [`${message}\n`] };
    });
    expect(await converseWith(listening, 'bad\ngood\n')).to.equal('# error: that was bad; send good\ngood\n');
  });

  it('tells nothing of a fault of its own but that there was one, and logs it', async () => {
    const { listening } = await open(async () => {
      throw new Error('the secret path');
    });
    const answer = await converseWith(listening, 'one\n');
    expect(answer)
      .to.match(/^# error: .*\n$/)
      .and.not.contain('secret');
    expect(log.lines.join('\n')).to.contain('error a message could not be answered Error: the secret path');
  });

  it('ends a connection whose splitter throws, and no other', async () => {
    const { listening } = await open(echo, {
      split: () => ({
        push() {
          throw new Error('no');
        },
        end: () => [],
      }),
    });
    expect(await converseWith(listening, 'one\n')).to.match(/^# error: .*\n$/);
    expect(await converseWith(listening, 'one\n')).to.match(/^# error: .*\n$/);
  });

  it('discards a message that a reset left incomplete', async () => {
    const seen: string[] = [];
    const begun = signal();
    const { listening } = await open(async (message) => {
      seen.push(message);
      begun.resolve();
      return { text: [] };
    });
    const socket = await dial(listening);
    socket.write('whole\nhal');
    await begun.promise;
    socket.resetAndDestroy();
    expect(await converseWith(listening, '')).to.equal('');
    expect(seen).to.deep.equal(['whole']);
  });

  it('discards the incomplete message of a connection that falls silent, and says why it ends', async () => {
    const seen: string[] = [];
    const { listening } = await open(
      async (message) => {
        seen.push(message);
        return { text: [] };
      },
      { limits: { idleMs: 50 } },
    );
    const socket = await dial(listening);
    socket.write('hal');
    expect(await readAll(socket)).to.equal('# error: nothing came for 0.05 s, so this connection ends\n');
    socket.end();
    expect(seen).to.deep.equal([]);
  });

  it('waits for an answer that takes longer than a connection may be silent', async () => {
    const { listening } = await open(
      async (message) => {
        await new Promise((resolve) => setTimeout(resolve, 120));
        return { text: [`${message}\n`] };
      },
      { limits: { idleMs: 30 } },
    );
    expect(await converseWith(listening, 'slow\n')).to.equal('slow\n');
  });

  it('refuses a peer that is not admitted by one line, reading nothing of it', async () => {
    const seen: string[] = [];
    const { listening } = await open(
      async (message) => {
        seen.push(message);
        return { text: [] };
      },
      {
        admission: { admit: async () => ({ code: 'not-the-owner', status: 403, detail: 'no', next: 'go' }) },
      },
    );
    expect(await converseWith(listening, 'one\ntwo\n')).to.equal('# error: no; go\n');
    expect(seen).to.deep.equal([]);
  });

  it('drops a connection whose admission fails, and serves on', async () => {
    let first = true;
    const { listening } = await open(echo, {
      admission: {
        async admit(connection) {
          if (!first) return openAdmission.admit(connection);
          first = false;
          throw new Error('broken');
        },
      },
    });
    await converseWith(listening, 'one\n').catch(() => '');
    expect(await converseWith(listening, 'one\n')).to.equal('one\n');
  });

  it('tells a connection over the bound so, and takes the next when one has gone', async () => {
    const { listening } = await open(echo, { limits: { connections: 2 } });
    const [first, second] = [await dial(listening), await dial(listening)];
    first.write('one\n');
    second.write('one\n');
    await Promise.all([once(first, 'data'), once(second, 'data')]);
    expect(await converseWith(listening, 'three\n')).to.match(
      /^# error: the test door serves 2 connections at once/,
    );
    first.end();
    await once(first, 'close');
    expect(await converseWith(listening, 'three\n')).to.equal('three\n');
    second.destroy();
  });

  it('listens on loopback only', async () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.1', '']) {
      const error = await open(echo, { listen: { host, port: 0 } }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Refusal).and.have.property('code', 'address-not-loopback');
    }
    for (const host of ['localhost', '::1', '127.0.0.2']) {
      const { listening } = await open(echo, { listen: { host, port: 0 } });
      expect(await converseWith(listening, 'one\n')).to.equal('one\n');
      await door?.stop();
    }
  });

  it('says which address is in use, and what to do', async () => {
    const { listening } = await open();
    const taken = door;
    const error = await open(echo, { listen: listening }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Refusal).and.include({ code: 'address-in-use', status: 409 });
    expect((error as Refusal).detail).to.contain(`127.0.0.1:${listening.port}`);
    await taken?.stop();
  });

  describe('that stops', () => {
    it('answers what it has begun, and takes nothing more', async () => {
      const begun = signal();
      const may = signal();
      const { listening } = await open(async (message) => {
        begun.resolve();
        await may.promise;
        return { text: [`${message}\n`] };
      });
      const socket = await dial(listening);
      const idle = await dial(listening);
      socket.write('one\n');
      await begun.promise;
      const stopped = door?.stop();
      socket.write('two\n');
      const refused = connectFails(listening);
      expect(await readAll(idle)).to.equal('');
      idle.end();
      may.resolve();
      expect(await readAll(socket)).to.equal('one\n');
      socket.end();
      await refused;
      await stopped;
    });

    it('cuts off what takes longer than it may', async () => {
      const begun = signal();
      const { listening } = await open(
        () => {
          begun.resolve();
          return new Promise(() => {});
        },
        { limits: { drainMs: 30 } },
      );
      const socket = await dial(listening);
      socket.write('one\n');
      await begun.promise;
      const cut = readAll(socket).catch((error: unknown) => error);
      await door?.stop();
      expect(await cut).to.have.property('code', 'ECONNRESET');
    });

    it('may stop twice, and before it started', async () => {
      await open();
      await Promise.all([door?.stop(), door?.stop()]);
      const never = createTextDoor({
        name: 'x',
        listen: anyPort,
        limits: textLimits,
        admission: openAdmission,
        split: lineSplitter,
        receive: echo,
        log,
      });
      await never.stop();
    });
  });
});

async function connectFails(to: { host: string; port: number }): Promise<void> {
  const error = await dial(to).catch((thrown: unknown) => thrown);
  expect(error).to.have.property('code', 'ECONNREFUSED');
}
