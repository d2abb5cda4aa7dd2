import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { DealsClient, type OpenFrames, pageFrames, WatchClient } from '../../client/index.ts';
import { languageDoor } from '../../language-door/receiver.ts';
import { textConversation } from '../../language-door/text.ts';
import { documentSocket } from '../../language-door/websocket.ts';
import { documentOf, givenDeals, of, said } from '../broker/deals/given.ts';
import { giveUsers, openTrade, type Trade, userNamed } from '../broker/deals/trade.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { openServiceStore } from '../support/service-store.ts';

const quick = { firstMs: 1, mostMs: 1 };

describe('what happens to deals, followed by a client', () => {
  it('comes once and in order, over a WebSocket that breaks after each frame, and where it is asked for', async () => {
    await using given = await givenDeals();
    await given.agent();
    let opened = 0;
    const breaking: OpenFrames = async (path, signal) => {
      opened += 1;
      const leaving = new AbortController();
      const frames = await pageFrames({ url: given.url })(path, AbortSignal.any([signal, leaving.signal]));
      return {
        send: (frame) => frames.send(frame),
        async next() {
          const frame = await frames.next();
          setImmediate(() => leaving.abort());
          return frame;
        },
        [Symbol.dispose]: () => frames[Symbol.dispose](),
      };
    };
    const address = { url: given.url, fetch };
    const events = new DealsClient(address, quick, breaking).events();
    const first = events.next();
    const [offer] = await given.say(said('Ask', 'Id: a-1', 'Application: echo', 'Walltime: 10 min'));
    const seen = [(await first).value];
    await given.say(said('Accept', 'Id: a-2', `Offer: ${of(offer, 'Id')}`));
    seen.push((await events.next()).value);
    const { agreement = '' } = seen[1] as { agreement?: string };
    await given.say(said('Complete', 'Id: a-3', `Agreement: ${agreement}`));
    while (seen.at(-1)?.kind !== 'bill') seen.push((await events.next()).value);
    expect(seen.map((event) => [event?.kind, event?.state])).to.deep.equal([
      ...[
        ['state', 'open'],
        ['state', 'active'],
        ['state', 'ending'],
      ],
      ...[
        ['state', 'completed'],
        ['bill', 'completed'],
      ],
    ]);
    expect(opened, 'it broke').to.be.greaterThan(1);
    const asked = new DealsClient(address, quick);
    expect(await Array.fromAsync(asked.events({ ends: true }))).to.deep.equal(seen);
    expect(
      await Array.fromAsync(asked.events({ deal: agreement, after: seen[1]!.cursor, ends: true })),
    ).to.deep.equal(seen.slice(2));
  });

  it('comes on a Watch as documents, which goes on where it broke, and is not ended by a Decline of a deal', async () => {
    await using service = await openServiceStore('broker');
    await giveUsers(service.store, ['ann']);
    const trade = await openTrade({ store: service.store, nodes: { 'node-0': 4 } });
    const door = languageDoor((document, _sender, _text, line) => {
      if (!('envelope' in document)) throw new Error('this is of version 0.1');
      return trade.deals.receive(document, userNamed('ann'), { line });
    });
    await using doors = await openDoors({
      text: textConversation(door),
      routes: [],
      sockets: [documentSocket('/broker/ws', answerLimits, door)],
    });
    const say = (trader: Trade, action: string, ...more: string[]) =>
      trader.say(userNamed('ann'), said(action, ...more));
    const client = new WatchClient(
      {
        url: doors.url,
        async dial(address, until) {
          const [host = '', port = ''] = address.split(':');
          const socket = connect({ host, port: Number(port) });
          await once(socket, 'connect', { signal: until });
          return socket;
        },
      },
      '/broker/ws',
      quick,
    );
    const watch = documentOf(said('Watch', 'Id: w-1'));
    const first = client.watch(watch);
    const [ack] = [(await first.next()).value];
    expect([ack?.document.action, ack?.cursor]).to.deep.equal(['Ack', 0]);
    const offer = await say(trade, 'Ask', 'Id: a-1', 'Cpus: 4', 'Walltime: 10 min');
    const came = (await first.next()).value;
    expect([came?.document.action, came?.cursor]).to.deep.equal(['Offer', 1]);
    await first.return();
    await say(trade, 'Reject', 'Id: a-2', `Offer: ${of(offer.text, 'Id')}`);
    await say(trade, 'Ask', 'Id: a-3', 'Cpus: 400', 'Walltime: 10 min');
    await say(trade, 'Ask', 'Id: a-4', 'Cpus: 1', 'Walltime: 10 min');
    const next = client.watch(watch, { cursor: 1 });
    const seen: unknown[] = [];
    for await (const { document, cursor } of next) {
      seen.push([document.action, cursor]);
      if (document.action === 'Offer') break;
    }
    expect(seen).to.deep.equal([
      ...[
        ['Ack', 1],
        ['Report', 2],
        ['Decline', 3],
      ],
      ['Offer', 4],
    ]);
    await trade.stop();
  });
});
