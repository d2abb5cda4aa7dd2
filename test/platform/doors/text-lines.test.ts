import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Line } from '../../../platform/doors/line.ts';
import { converseWith, dial, readAll, signal } from './support.ts';
import { givenTextDoor } from './text-given.ts';

const MiB = 1024 * 1024;

describe('a line of a text door', () => {
  it('carries what is pushed after the answer to its message, though it was pushed before', async () => {
    const first = signal();
    await using given = await givenTextDoor(async (message, _sender, line) => {
      void line.push([`${message} pushed\n`]);
      void line.push([`${message} pushed again\n`]);
      if (message === 'two') first.resolve();
      else await first.promise;
      return { text: [`${message}\n`] };
    });
    const said = await converseWith(given.listening, 'one\ntwo\n');
    expect(said.split('\n')).to.have.ordered.members([
      'one',
      'one pushed',
      'one pushed again',
      'two',
      'two pushed',
      'two pushed again',
      '',
    ]);
  });

  it('may be released while another message is begun, which is answered in its order all the same', async () => {
    let release = () => {};
    await using given = await givenTextDoor(async (message, _sender, line) => {
      if (message === 'hold') release = line.hold();
      if (message === 'release') release();
      return { text: [`${message}\n`] };
    });
    const said = 'hold\nrelease\nnext\nlast\n';
    expect(await converseWith(given.listening, said)).to.equal(said);
  });

  it('keeps answers and pushes whole and in order, however they meet', async () => {
    const pieces = fc.integer({ min: 1, max: 4 });
    const message = fc.record({
      answer: pieces,
      thinks: fc.nat(3),
      pushes: fc.array(fc.record({ after: fc.nat(6), pieces }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 8 }),
        fc.nat(2_000),
        async (plan, size) => {
          const block = (name: string, count: number) =>
            Array.from({ length: count }, (_, index) => `${name} ${index} of ${count} ${'.'.repeat(size)}\n`);
          await using given = await givenTextDoor(
            async (name, _sender, line) => {
              const { answer, thinks, pushes } = plan[Number(name)]!;
              const release = line.hold();
              void (async () => {
                const pushing: Promise<void>[] = [];
                for (const [index, push] of pushes.entries()) {
                  for (let turns = 0; turns < push.after; turns++) await turn();
                  pushing.push(line.push(block(`${name} push ${index}`, push.pieces)));
                }
                await Promise.all(pushing);
                release();
              })();
              for (let turns = 0; turns < thinks; turns++) await turn();
              return { text: block(`${name} answer`, answer) };
            },
            { limits: { unsentBytes: 2_000 } },
          );
          const said = await converseWith(given.listening, plan.map((_, index) => `${index}\n`).join(''));
          const came = said.split('\n').slice(0, -1);
          const names: string[] = [];
          while (came.length > 0) {
            const [, name = '', count] = /^(.*) 0 of (\d+) /.exec(came[0]!) ?? [];
            const whole = block(name, Number(count)).join('').split('\n').slice(0, -1);
            expect(came.splice(0, whole.length)).to.deep.equal(whole);
            names.push(name);
          }
          const answers = names.filter((name) => name.includes('answer'));
          expect(answers).to.deep.equal(plan.map((_, index) => `${index} answer`));
          for (const [index, { pushes }] of plan.entries()) {
            const own = names.filter((name) => name.startsWith(`${index} `));
            expect(own).to.deep.equal([
              `${index} answer`,
              ...pushes.map((_, push) => `${index} push ${push}`),
            ]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets one who pushes go only as fast as the peer reads', async () => {
    let taken = 0;
    const line = signal<Line>();
    await using given = await givenTextDoor(
      async (_message, _sender, own) => {
        line.resolve(own);
        return { text: ['yes\n'] };
      },
      { limits: { unsentBytes: 16 * 1024 } },
    );
    const socket = await dial(given.listening);
    socket.write('go\n');
    const own = await line.promise;
    const ended = (async () => {
      for (; !own.closed.aborted; taken += 20_000) await own.push(['y'.repeat(19_999).concat('\n')]);
    })();
    let read = 0;
    for await (const chunk of socket) {
      read += (chunk as Buffer).length;
      if (read > 20 * MiB) break;
    }
    expect(taken - read).to.be.lessThan(16 * MiB);
    socket.destroy();
    await ended;
  });

  it('is cut off where the peer takes nothing, though it is held and was silent for long before', async () => {
    const closed = signal();
    await using given = await givenTextDoor(
      async (_message, _sender, line) => {
        line.hold();
        void (async () => {
          await new Promise((resolve) => setTimeout(resolve, 700));
          while (!line.closed.aborted) await line.push(['y'.repeat(10_000)]);
          closed.resolve();
        })();
        return { text: [] };
      },
      { limits: { idleMs: 300, unsentBytes: 16 * 1024 } },
    );
    const socket = await dial(given.listening);
    socket.write('go\n');
    socket.pause();
    await closed.promise;
    socket.destroy();
  });

  it('keeps a connection that is silent while it is held, and not after', async () => {
    await using given = await givenTextDoor(
      async (message, _sender, line) => {
        const release = line.hold();
        setTimeout(() => void line.push([`${message} after a while\n`]), 500);
        setTimeout(() => {
          release();
          release();
        }, 900);
        return { text: [`${message}\n`] };
      },
      { limits: { idleMs: 200 } },
    );
    const socket = await dial(given.listening);
    socket.write('one\n');
    expect(await readAll(socket)).to.equal(
      'one\none after a while\n# error: nothing came for 0.2 s, so this connection ends\n',
    );
    socket.end();
  });

  it('goes on after the end of input until each hold is released, then closes', async () => {
    const lines: Line[] = [];
    const releases: (() => void)[] = [];
    await using given = await givenTextDoor(async (message, _sender, line) => {
      lines.push(line);
      releases.push(line.hold());
      return { text: [`${message}\n`] };
    });
    const socket = await dial(given.listening);
    socket.end('one\ntwo\n');
    const said = socket.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>;
    let heard = '';
    while (heard !== 'one\ntwo\n') heard += (await said.next()).value;
    releases[0]?.();
    await lines[0]?.push(['three\n']);
    expect((await said.next()).value).to.equal('three\n');
    void lines[1]?.push(['four\n']);
    releases[1]?.();
    expect((await said.next()).value).to.equal('four\n');
    expect((await said.next()).done).to.equal(true);
  });

  it('finds a peer that is gone after the end of its input, though nothing is pushed', async () => {
    const line = signal<Line>();
    await using given = await givenTextDoor(
      async (message, _sender, own) => {
        own.hold();
        line.resolve(own);
        return { text: [`${message}\n`] };
      },
      { limits: { pingMs: 20 } },
    );
    const socket = await dial(given.listening);
    socket.end('one');
    await once(socket, 'data');
    const { closed } = await line.promise;
    const gone = once(closed, 'abort');
    socket.resetAndDestroy();
    await gone;
  });

  it('leaves a connection that ends alone, though it is held', async () => {
    await using given = await givenTextDoor(
      async (message, _sender, line) => {
        line.hold();
        return { text: [`${message}\n`], close: true };
      },
      { limits: { pingMs: 20, lingerMs: 200 } },
    );
    const socket = await dial(given.listening);
    socket.write('one\n');
    expect(await readAll(socket)).to.equal('one\n');
    await given.stop(); // when the peer has been given time to end too
    expect(given.log.lines).to.deep.equal([]);
    socket.end();
  });

  it('ends with its connection: pushes that wait resolve, and later ones and holds do nothing', async () => {
    const line = signal<Line>();
    await using given = await givenTextDoor(
      async (_message, _sender, own) => {
        line.resolve(own);
        return { text: [] };
      },
      { limits: { unsentBytes: 1_000 } },
    );
    const socket = await dial(given.listening);
    socket.write('one\n');
    socket.pause();
    const own = await line.promise;
    const waiting = Promise.all(Array.from({ length: 100 }, () => own.push(['y'.repeat(MiB)])));
    const release = own.hold();
    socket.resetAndDestroy();
    await waiting;
    expect(own.closed.aborted).to.equal(true);
    await own.push(['into the void']);
    release();
    own.hold()();
  });

  it('ends in order when the door stops, each push whole, though it is held and pushed to without end', async () => {
    let taken = 0;
    function* whole() {
      for (let piece = 0; piece < 50; piece++, taken++) yield `${piece} ${'z'.repeat(100_000)}\n`;
    }
    await using given = await givenTextDoor(
      async (message, _sender, line) => {
        line.hold();
        const pushOn = async () => {
          while (!line.closed.aborted) await line.push(whole());
        };
        for (let pusher = 0; pusher < 3; pusher++) void pushOn();
        return { text: [`${message}\n`] };
      },
      { limits: { unsentBytes: 1_000 } },
    );
    const socket = await dial(given.listening);
    socket.write('one\n');
    socket.pause();
    for (let before = -1; before !== taken || taken === 0; ) {
      before = taken;
      for (let turns = 0; turns < 50; turns++) await turn();
    }
    const stopped = given.stop(); // while each waits for room
    let said = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
      said += chunk;
      for (let turns = 0; turns < 5; turns++) await turn();
    }
    const lines = said.split('\n');
    expect(lines.length % 50).to.equal(2); // the answer, whole pushes, and nothing after the last line's end
    expect(lines.at(-2)).to.match(/^49 z{100000}$/);
    socket.end();
    await stopped;
  });
});
