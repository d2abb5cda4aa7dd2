import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { JobsClient, type OpenFrames, openFrames, pageFrames } from '../../client/index.ts';
import { type GivenWork, givenWork } from '../broker/given-work.ts';

const quick = { firstMs: 1, mostMs: 1 };

describe('the events of jobs over WebSocket', () => {
  let given: GivenWork;
  let opened: number;

  beforeEach(async () => {
    given = await givenWork();
    opened = 0;
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const limits = {
    connectMs: 60_000,
    pingMs: 60_000,
    frameBytes: 2 ** 20,
    waitingFrames: 4,
    refusalBytes: 1_000,
  };
  const fromNode: OpenFrames = (path, signal) =>
    openFrames(
      {
        url: given.url,
        async dial(address, until) {
          const [host = '', port = ''] = address.split(':');
          const socket = connect({ host, port: Number(port) });
          await once(socket, 'connect', { signal: until });
          return socket;
        },
      },
      path,
      limits,
      signal,
    );
  const fromPage: OpenFrames = (path, signal) => pageFrames({ url: given.url })(path, signal);

  /** A client of events alone: that asks for pages is noted. */
  function clientWith(open: OpenFrames): { readonly jobs: JobsClient; readonly asked: string[] } {
    const asked: string[] = [];
    const counting: OpenFrames = (path, signal) => {
      opened += 1;
      return open(path, signal);
    };
    const noting = (input: string | URL, init?: RequestInit) => {
      if (String(input).includes('/events?')) asked.push(String(input));
      return fetch(input, init);
    };
    return { jobs: new JobsClient({ url: given.url, fetch: noting }, quick, counting), asked };
  }

  for (const [who, open] of [
    ['a program', fromNode],
    ['a page', fromPage],
  ] as const)
    it(`come to ${who} as they happen, from a cursor on, and it asks for none`, async () => {
      const { jobs, asked } = clientWith(open);
      const { id, cursor } = await jobs.submit({ application: 'echo', tasks: 2 });
      const events = jobs.events({ job: id, after: cursor });
      const first = events.next();
      await given.agent();
      const seen = [(await first).value];
      for await (const event of events) {
        seen.push(event);
        if (event.state === 'FINISHED') break;
      }
      expect(seen.map((event) => event?.cursor)).to.deep.equal(
        (await Array.fromAsync(jobs.events({ job: id, after: cursor, ends: true }))).map(
          (event) => event.cursor,
        ),
      );
      expect([opened, asked.filter((path) => !path.includes('wait=0'))]).to.deep.equal([1, []]);
    });

  it('go on after each break without a gap or a repeat', async () => {
    const { jobs } = clientWith(async (path, signal) => {
      const leaving = new AbortController();
      const frames = await fromNode(path, AbortSignal.any([signal, leaving.signal]));
      return {
        send: (frame) => frames.send(frame),
        async next() {
          const frame = await frames.next();
          setImmediate(() => leaving.abort()); // each frame is the last
          return frame;
        },
        [Symbol.dispose]: () => frames[Symbol.dispose](),
      };
    });
    await given.agent();
    const { id } = await jobs.submit({ application: 'echo', tasks: 5 });
    const seen: number[] = [];
    for await (const { cursor, state, task } of jobs.events({ job: id })) {
      seen.push(cursor);
      if (task === null && state === 'FINISHED') break;
    }
    const all = await Array.fromAsync(jobs.events({ job: id, ends: true }));
    expect(seen).to.deep.equal(all.map(({ cursor }) => cursor));
    expect(opened).to.be.above(1);
  });

  it('are asked for where a WebSocket is refused', async () => {
    const { jobs, asked } = clientWith((_path, signal) => fromNode('/nowhere', signal));
    await given.agent();
    const { id } = await jobs.submit({ application: 'echo' });
    for await (const { state } of jobs.events({ job: id })) if (state === 'FINISHED') break;
    expect(asked).to.not.deep.equal([]);
    expect(opened).to.be.within(1, 3);
  });

  it('are refused in the words of the broker', async () => {
    const { jobs } = clientWith(fromNode);
    const told = await Array.fromAsync(jobs.events({ job: 'nothing' })).catch(
      ({ code }: { code: string }) => code,
    );
    expect(told).to.equal('not-found');
  });

  it('have a job followed to its end', async () => {
    const { jobs, asked } = clientWith(fromNode);
    await given.agent();
    const { id } = await jobs.submit({ application: 'echo', tasks: 3 });
    const states = (await Array.fromAsync(jobs.follow(id))).map(({ state }) => state);
    expect(states.at(-1)).to.equal('FINISHED');
    expect(asked).to.deep.equal([]);
  });
});
