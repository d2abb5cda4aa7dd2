import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '../../../platform/failure.ts';
import { converseWith, countTurns, dial, readAll, signal, spin } from './support.ts';
import { echo, givenTextDoor } from './text-given.ts';

describe('a text door', () => {
  it('answers each message in order, then closes after the end of input', async () => {
    await using given = await givenTextDoor();
    expect(await converseWith(given.listening, 'one\ntwo\nthree\n')).to.equal('one\ntwo\nthree\n');
  });

  it('counts a last message that the end of input completes', async () => {
    await using given = await givenTextDoor();
    expect(await converseWith(given.listening, 'one\ntwo')).to.equal('one\ntwo\n');
  });

  it('answers the same however the input is cut', async () => {
    await using given = await givenTextDoor();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-z]{0,8}$/), { maxLength: 40 }),
        fc.array(fc.nat(20), { maxLength: 10 }),
        async (lines, cuts) => {
          const socket = await dial(given.listening);
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
    await using given = await givenTextDoor(async (message) => {
      if (message === 'last') last.resolve();
      else await last.promise;
      return { text: [`${message}\n`] };
    });
    expect(await converseWith(given.listening, 'first\nsecond\nlast\n')).to.equal('first\nsecond\nlast\n');
  });

  it('lets the event loop go round where to begin messages takes long', async () => {
    using turns = countTurns();
    const used = new Set<number>();
    await using given = await givenTextDoor(async (message) => {
      used.add(turns.now);
      spin(5);
      return { text: [message, '\n'] };
    });
    const sent = 'one\ntwo\n'.repeat(5);
    expect(await converseWith(given.listening, sent)).to.equal(sent);
    expect(used.size).to.be.at.least(5);
  });

  it('has no more messages of a connection in flight than it may', async () => {
    let inFlight = 0;
    let most = 0;
    await using given = await givenTextDoor(
      async (message) => {
        most = Math.max(most, ++inFlight);
        await new Promise(setImmediate);
        inFlight--;
        return { text: [`${message}\n`] };
      },
      { limits: { inFlight: 3 } },
    );
    const sent = Array.from({ length: 5_000 }, (_, index) => `${index}\n`).join('');
    expect(await converseWith(given.listening, sent)).to.equal(sent);
    expect(most).to.equal(3);
  });

  it('ends the connection after an answer that says so', async () => {
    await using given = await givenTextDoor(async (message) => ({
      text: [`${message}\n`],
      close: message === 'GET / HTTP/1.1\r',
    }));
    const socket = await dial(given.listening);
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\n\r\n');
    expect(await readAll(socket)).to.equal('GET / HTTP/1.1\r\n');
    socket.destroy();
  });

  it('tells a refusal as an error line and goes on', async () => {
    await using given = await givenTextDoor(async (message) => {
      if (message === 'bad')
        throw new Refusal({ code: 'bad', status: 400, detail: 'that was\nbad', next: 'send good' });
      return { text: [`${message}\n`] };
    });
    expect(await converseWith(given.listening, 'bad\ngood\n')).to.equal(
      '# error: that was bad; send good\ngood\n',
    );
  });

  it('tells nothing of a fault of its own but that there was one, and logs it', async () => {
    await using given = await givenTextDoor(async () => {
      throw new Error('the secret path');
    });
    const answer = await converseWith(given.listening, 'one\n');
    expect(answer)
      .to.match(/^# error: .*\n$/)
      .and.not.contain('secret');
    expect(given.log.lines.join('\n')).to.contain(
      'error a message could not be answered Error: the secret path',
    );
  });

  it('ends a connection whose splitter throws, and no other', async () => {
    await using given = await givenTextDoor(echo, {
      split: () => ({
        push() {
          throw new Error('no');
        },
        end: () => [],
      }),
    });
    expect(await converseWith(given.listening, 'one\n')).to.match(/^# error: .*\n$/);
    expect(await converseWith(given.listening, 'one\n')).to.match(/^# error: .*\n$/);
  });

  it('discards a message that a reset left incomplete', async () => {
    const seen: string[] = [];
    const begun = signal();
    await using given = await givenTextDoor(async (message) => {
      seen.push(message);
      begun.resolve();
      return { text: [] };
    });
    const socket = await dial(given.listening);
    socket.write('whole\nhal');
    await begun.promise;
    socket.resetAndDestroy();
    expect(await converseWith(given.listening, '')).to.equal('');
    expect(seen).to.deep.equal(['whole']);
  });

  it('discards the incomplete message of a connection that falls silent, and says why it ends', async () => {
    const seen: string[] = [];
    await using given = await givenTextDoor(
      async (message) => {
        seen.push(message);
        return { text: [] };
      },
      { limits: { idleMs: 50 } },
    );
    const socket = await dial(given.listening);
    socket.write('hal');
    expect(await readAll(socket)).to.equal('# error: nothing came for 0.05 s, so this connection ends\n');
    socket.end();
    expect(seen).to.deep.equal([]);
  });

  it('waits for an answer that takes longer than a connection may be silent', async () => {
    await using given = await givenTextDoor(
      async (message) => {
        await new Promise((resolve) => setTimeout(resolve, 120));
        return { text: [`${message}\n`] };
      },
      { limits: { idleMs: 30 } },
    );
    expect(await converseWith(given.listening, 'slow\n')).to.equal('slow\n');
  });
});
