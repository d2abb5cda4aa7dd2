import { expect } from 'chai';
import { WatchClient, type Watched } from '../../client/index.ts';
import { marketDoors } from '../../market/index.ts';
import { givenMarket } from '../market/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { type Cut, cuttingProxy } from './cutting-proxy.ts';

const told = (id: string, seq: number, cpus: number) =>
  `SLA-version: 1.0\nAction: Tell\nId: ${id}\nSeq: ${seq}\nBroker-IP: 193.10.66.141:7685\nCpus: ${cpus}\n`;
const untold = (id: string) => `SLA-version: 1.0\nAction: Untell\nId: ${id}\n`;

describe('a Watch at the market', () => {
  it('sees the same over a connection that breaks again and again as over one that holds', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const cuts = Array.from({ length: 12 }, (_, index): Cut => {
      const by = index % 3 === 2 ? 'reset' : 'end';
      return { frames: 1 + (index % 4), bytes: (index * 7) % 20, by };
    });
    await using broken = await cuttingProxy(doors.url, cuts);
    await using whole = await cuttingProxy(doors.url);
    const [one, other] = await Promise.all([
      watched(broken.address, 'broken'),
      watched(whole.address, 'whole'),
    ]);
    for (let step = 0; step < 60; step++) {
      const id = `tell-${step % 7}`;
      await doors.post('/market', step % 5 === 4 ? untold(id) : told(id, step, (step * 5) % 16));
    }
    await doors.post('/market', told('last', 0, 8));
    const events = (await other.events).map(said);
    expect(new Set(events.map(([, event]) => event))).to.have.keys('matched', 'changed', 'gone');
    expect((await one.events).map(said)).to.deep.equal(events);
    expect(broken.made).to.be.above(6);
    expect(whole.made).to.equal(1);
  });
});

/** Watches until the last Tell; resolves once the first answer is there. */
async function watched(address: ConstructorParameters<typeof WatchClient>[0], id: string) {
  const headers = [
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Watch' },
    { name: 'Id', value: id },
    { name: 'Cpus', value: '>= 8' },
  ];
  const begun = Promise.withResolvers<void>();
  const events = (async () => {
    const came: Watched[] = [];
    const client = new WatchClient(address, '/market/ws', { firstMs: 1, mostMs: 4 });
    for await (const one of client.watch({ headers })) {
      if (one.document.action === 'Because') begun.resolve();
      if (one.event === undefined) continue;
      came.push(one);
      if (idOf(one) === 'last') break;
    }
    return came;
  })();
  await Promise.race([begun.promise, events]);
  return { events };
}

const idOf = ({ document }: Watched) => ('envelope' in document ? document.envelope.id : undefined);
const said = (one: Watched) => [idOf(one), one.event, one.cursor] as const;
