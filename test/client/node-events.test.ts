import { expect } from 'chai';
import { NodeStatesClient, type OpenFrames, pageFrames } from '../../client/index.ts';
import { infogatherDoors } from '../../infogather/index.ts';
import type { NodeEvent } from '../../protocol/node-events.ts';
import { document1, type GivenInfogather, givenInfogather, said, tell1 } from '../infogather/support.ts';
import { answerLimits, type OpenDoors, openDoors } from '../support/doors.ts';

describe('the events of nodes over WebSocket', () => {
  let given: GivenInfogather;
  let doors: OpenDoors;
  let opened: number;
  let asked: string[];
  let leaving: AbortController;

  beforeEach(async () => {
    given = await givenInfogather();
    doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    opened = 0;
    asked = [];
    leaving = new AbortController();
  });

  afterEach(async () => {
    leaving.abort();
    await doors[Symbol.asyncDispose]();
    await given[Symbol.asyncDispose]();
  });

  /** A client that is told of events; that it opens a socket or asks for a page is noted. */
  function client(open: OpenFrames = (path, signal) => pageFrames({ url: doors.url })(path, signal)) {
    const noting = (input: string | URL, init?: RequestInit) => {
      asked.push(String(input));
      return fetch(input, init);
    };
    return new NodeStatesClient(
      { url: doors.url, fetch: noting },
      { firstMs: 1, mostMs: 1 },
      (path, signal) => {
        opened += 1;
        return open(path, signal);
      },
    );
  }

  /** A node comes, and goes: three events. */
  async function passBy(name: string): Promise<void> {
    await said(given.infogather, tell1(`${name}/gcc`, 'Application: gcc'));
    await given.advance(1000);
    await said(given.infogather, document1('Untell', `${name}/gcc`));
    await given.advance(1000);
  }

  async function take(events: AsyncGenerator<NodeEvent, void, void>, count: number): Promise<string[]> {
    const seen: string[] = [];
    for await (const { name, to } of events) if (seen.push(`${name} ${to}`) === count) break;
    return seen;
  }

  const passing = (name: string) => ['joining', 'alive', 'gone'].map((to) => `${name} ${to}`);

  it('come as they happen, from a cursor on, and none are asked for', async () => {
    await passBy('n1');
    const { cursor } = await given.infogather.standings.states({});
    const all = take(client().events({ signal: leaving.signal }), 6);
    const later = take(client().events({ after: cursor, signal: leaving.signal }), 3);
    await passBy('n2');
    expect(await all).to.deep.equal([...passing('n1'), ...passing('n2')]);
    expect(await later).to.deep.equal(passing('n2'));
    expect([opened, asked]).to.deep.equal([2, []]);
  });

  it('are of one node alone where that is wanted', async () => {
    await passBy('n1');
    await passBy('n2');
    const { events } = await given.infogather.standings.statesAfter(
      { after: 0 },
      { wait: 0, signal: leaving.signal },
    );
    const { node } = events.find(({ name }) => name === 'n2')!;
    expect(await take(client().events({ node, signal: leaving.signal }), 3)).to.deep.equal(passing('n2'));
  });

  it('go on after each break without a gap or a repeat', async () => {
    const breaking = client(async (path, signal) => {
      const own = new AbortController();
      const frames = await pageFrames({ url: doors.url })(path, AbortSignal.any([signal, own.signal]));
      return {
        send: (frame) => frames.send(frame),
        async next() {
          const frame = await frames.next();
          own.abort(); // each frame is the last
          return frame;
        },
        [Symbol.dispose]: () => frames[Symbol.dispose](),
      };
    });
    const seen = take(breaking.events({ signal: leaving.signal }), 9);
    for (const name of ['n1', 'n2', 'n3']) await passBy(name);
    expect(await seen).to.deep.equal(['n1', 'n2', 'n3'].flatMap(passing));
    expect(opened).to.be.above(1);
  });

  it('are asked for where a WebSocket is refused, and refused in the words of infogather', async () => {
    const refused = client((_path, signal) => pageFrames({ url: doors.url })('/nowhere', signal));
    await passBy('n1');
    expect(await take(refused.events({ signal: leaving.signal }), 3)).to.deep.equal(passing('n1'));
    expect(asked).not.to.deep.equal([]);
    const ahead = take(client().events({ after: 1_000, signal: leaving.signal }), 1);
    expect(await ahead.catch(({ code }: { code: string }) => code)).to.equal('cursor-expired');
  });
});
