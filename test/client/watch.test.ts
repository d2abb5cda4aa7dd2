import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { WebSocketServer } from 'ws';
import {
  ServiceFailure,
  WatchClient,
  type Watched,
  type WatchLimits,
  type WatchOptions,
} from '../../client/index.ts';
import type { Header } from '../../grammar/index.ts';
import { written } from '../../language-door/reply.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { refusalOf } from '../support/documents.ts';
import { type Cut, cuttingProxy } from './cutting-proxy.ts';
import { givenService } from './watch-given.ts';

const path = '/service/ws';
const quick: Partial<WatchLimits> = { firstMs: 1, mostMs: 4 };
const watch = {
  headers: [
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Watch' },
    { name: 'Id', value: 'w-1' },
    { name: 'Cpus', value: '8' },
  ],
};

/** The address of a service, as it is. */
const direct = (url: string) => ({
  url,
  async dial(address: string) {
    const { hostname, port } = new URL(`http://${address}`);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  },
});

const idOf = ({ document }: Watched) =>
  'envelope' in document ? (document.envelope.id ?? document.action) : document.action;
const tells = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `tell-${first + index}`);

/** Watches until so many documents came. */
async function watched(client: WatchClient, count: number, options?: WatchOptions): Promise<Watched[]> {
  const came: Watched[] = [];
  if (count === 0) return came;
  for await (const one of client.watch(watch, options)) if (came.push(one) === count) break;
  return came;
}

/** Watches until it ends, of itself or by a failure. */
async function untilEnd(client: WatchClient, options?: WatchOptions) {
  const came: string[] = [];
  const end = await refusalOf(
    (async () => {
      for await (const one of client.watch(watch, options)) came.push(idOf(one));
      throw new ServiceFailure({ code: 'done', status: 200, detail: '' });
    })(),
  );
  return { came, end };
}

describe('a Watch through the client', () => {
  it('brings the documents of the first answer, then each event, with where to go on', async () => {
    await using service = await givenService();
    service.happen(2);
    const came = await watched(new WatchClient(direct(service.url), path), 4);
    expect(came.map((one) => [idOf(one), one.event, one.cursor])).to.deep.equal([
      ['tell-0', undefined, undefined],
      ['Because', undefined, 0],
      ['tell-1', 'matched', 1],
      ['tell-2', 'matched', 2],
    ]);
  });

  it('brings Tells of version 0.1 too, and takes no header of a match for where to go on', async () => {
    const old = (...more: Header[]) => ({
      headers: [
        { name: 'SLA-version', value: '0.1' },
        { name: 'Action', value: 'Tell' },
        { name: 'Application', value: 'gcc4.0.2' },
        { name: 'Broker-IP', value: '193.10.66.141:7685' },
        ...more,
      ],
    });
    const cursor = (value: string) => ({ name: 'Cursor', value });
    await using service = await givenService({
      async answer(_document, _sender, _text, line) {
        void line?.push([old({ name: 'Event', value: 'gone' }, cursor('8'))]);
        return [old(cursor('99')), written('Because', { language: 'SLA', id: 'w-1' }, [cursor('7')])];
      },
    });
    const came = await watched(new WatchClient(direct(service.url), path), 3);
    expect(came.map((one) => [idOf(one), one.event, one.cursor])).to.deep.equal([
      ['Tell', undefined, undefined],
      ['Because', undefined, 7],
      ['Tell', 'gone', 8],
    ]);
  });

  it('brings each event once and in order, wherever connections are cut', async () => {
    const cut: fc.Arbitrary<Cut> = fc.record({
      frames: fc.nat(5),
      bytes: fc.oneof(fc.constant(0), fc.nat(40)),
      by: fc.constantFrom('end', 'reset'),
    });
    const batches = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 6 }), fc.nat(12), batches, async (cuts, count, sizes) => {
        await using service = await givenService({ batches: sizes });
        // A service that breaks off before it has agreed to speak is one that cannot be reached.
        const first = cuts.slice(0, 1).map((one): Cut => ({ ...one, by: 'end' }));
        await using proxy = await cuttingProxy(service.url, [...first, ...cuts.slice(1)]);
        service.happen(count);
        service.decline('that was all');
        const { came, end } = await untilEnd(new WatchClient(proxy.address, path, quick));
        expect(came).to.deep.equal(['tell-0', 'Because', ...tells(1, count)]);
        expect(end).to.include({ code: 'declined' });
        const cursors = service.asked.map(({ envelope }) => envelope.cursor ?? -1);
        expect(cursors, 'it never goes back').to.deep.equal([...cursors].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it('is taken up where the caller says', async () => {
    await using service = await givenService();
    service.happen(5);
    const came = await watched(new WatchClient(direct(service.url), path), 3, { cursor: 3 });
    expect(came.map((one) => [idOf(one), one.cursor])).to.deep.equal([
      ['Ack', 3],
      ['tell-4', 4],
      ['tell-5', 5],
    ]);
  });

  it('ends with the reason of a Decline, after the events before it', async () => {
    await using service = await givenService({ batches: [3] });
    service.happen(2);
    service.decline('the Watch has expired');
    const { came, end } = await untilEnd(new WatchClient(direct(service.url), path));
    expect(came).to.deep.equal(['tell-0', 'Because', 'tell-1', 'tell-2']);
    expect(end).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'declined' });
    expect(end.detail).to.match(/too-late the Watch has expired/);
  });

  it('is refused as the service refuses it, and does not ask again', async () => {
    let asked = 0;
    await using service = await givenService({
      async answer() {
        asked += 1;
        throw new Refusal(failure('market-full', 'there are so many Watches'));
      },
    });
    const { end } = await untilEnd(new WatchClient(direct(service.url), path, quick));
    expect(end).to.include({ code: 'market-full', status: 503, detail: 'there are so many Watches' });
    expect(asked).to.equal(1);
  });

  it('is refused where there is no such door, or nothing at all', async () => {
    await using service = await givenService();
    const elsewhere = await untilEnd(new WatchClient(direct(service.url), '/nowhere/ws', quick));
    expect(elsewhere.end).to.include({ code: 'not-found', status: 404 });
    const nobody = await untilEnd(new WatchClient(direct('http://127.0.0.1:1'), path, quick));
    expect(nobody.end).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'unavailable' });
    expect(nobody.end.detail).to.match(/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/);
    const denied = {
      url: service.url,
      dial: () => Promise.reject(new Refusal(failure('egress-denied', 'no'))),
    };
    expect((await untilEnd(new WatchClient(denied, path, quick))).end).to.include({ code: 'egress-denied' });
  });

  it('gives up a service that agrees to nothing in time', async () => {
    await using service = await givenService();
    await using proxy = await cuttingProxy(service.url, [{ frames: -1, bytes: 0, by: 'silence' }]);
    const { end } = await untilEnd(new WatchClient(proxy.address, path, { ...quick, connectMs: 50 }));
    expect(end).to.include({ code: 'unavailable' });
  });

  it('finds a service that has fallen silent, and goes on over another connection', async () => {
    await using service = await givenService();
    await using proxy = await cuttingProxy(service.url, [{ frames: 2, bytes: 3, by: 'silence' }]);
    service.happen(3);
    const client = new WatchClient(proxy.address, path, { ...quick, pingMs: 100 });
    expect((await watched(client, 5)).map(idOf)).to.deep.equal(['tell-0', 'Because', ...tells(1, 3)]);
    expect(proxy.made).to.be.above(1);
  });

  it('waits for a service that is away, and ends when it stays away for longer than it may', async () => {
    await using service = await givenService();
    service.happen(1);
    const { url, dial } = direct(service.url);
    let away = 0; // tries that will fail
    let socket: Socket | undefined;
    const address = {
      url,
      async dial(to: string) {
        if (away-- > 0) throw new Error('it is away');
        socket = await dial(to);
        return socket;
      },
    };
    const client = new WatchClient(address, path, { ...quick, awayMs: 2_500 });
    const watching = client.watch(watch);
    const next = async () => idOf((await watching.next()).value as Watched);
    expect([await next(), await next(), await next()]).to.deep.equal(['tell-0', 'Because', 'tell-1']);
    service.happen(1);
    away = 3;
    socket?.destroy();
    expect(await next()).to.equal('tell-2');
    expect(away).to.equal(-1);
    away = 1_000_000;
    socket?.destroy();
    const end = await refusalOf(watching.next());
    expect(end).to.include({ code: 'unavailable', detail: `${url} cannot be reached (it is away)` });
    expect(away).to.be.within(1, 999_995);
  });

  it('is called off by a signal, quietly, and its connection closed', async () => {
    await using service = await givenService();
    const leaving = new AbortController();
    const ended = untilEnd(new WatchClient(direct(service.url), path), { signal: leaving.signal });
    service.happen(1);
    while (service.lines.length === 0) await new Promise(setImmediate);
    const closed = once(service.lines[0]!.closed, 'abort');
    leaving.abort();
    expect((await ended).end.code).to.equal('done');
    await closed;
    const never = await untilEnd(new WatchClient(direct(service.url), path), { signal: leaving.signal });
    expect(never.end.code).to.equal('done');
    expect(service.lines).to.have.length(1);
  });

  it('closes its connection when the caller leaves', async () => {
    await using service = await givenService();
    await watched(new WatchClient(direct(service.url), path), 2);
    const { closed } = service.lines[0]!;
    if (!closed.aborted) await once(closed, 'abort');
  });

  it('takes little more than a slow caller does', async () => {
    const size = 8_000; // characters of an event
    await using service = await givenService({ size, batches: [7] });
    service.happen(15_000);
    const client = new WatchClient(direct(service.url), path, { waitingFrames: 4 });
    let taken = 0;
    for await (const _ of client.watch(watch)) {
      if (++taken === 1_500) break;
      await new Promise(setImmediate);
    }
    // What both kernels hold for a connection that nobody reads is some megabytes.
    expect((service.pushed - taken) * size).to.be.below(32 * 1024 * 1024);
  });

  it('ends where the service sends what is no answer', async () => {
    for (const nonsense of ['nonsense', '{"frame":1}[]', '{"pushed":[]}', '{"frame":1,"documents":["?"]}']) {
      await using peer = await speaking(() => [nonsense]);
      const { end } = await untilEnd(new WatchClient(direct(peer.url), path, quick));
      expect(end, nonsense).to.include({
        code: 'unavailable',
        detail: 'the service sends what cannot be understood',
      });
      expect(peer.asked, nonsense).to.equal(1);
    }
  });
});

/** A peer that answers the first frame of each connection by whatever it likes. */
async function speaking(says: () => readonly string[]) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let asked = 0;
  server.on('connection', (socket) => {
    socket.once('message', () => {
      asked += 1;
      for (const frame of says()) socket.send(frame);
    });
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
