import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { BrokerSettings } from '../../../broker/settings.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { giveUsers, openTrade, said, userNamed } from './trade.ts';

const ann = userNamed('ann');
const settings = { 'offers-share': 100, 'deal-offers-each': 10_000 };

/** A broker with so many nodes of one cpu each. */
async function givenNodes(count: number, more: Partial<BrokerSettings> = {}) {
  const service = await openServiceStore('broker');
  await giveUsers(service.store, ['ann']);
  const nodes = Object.fromEntries(Array.from({ length: count }, (_, index) => [`node-${index}`, 1]));
  const trade = await openTrade({ store: service.store, nodes, settings: { ...settings, ...more } });
  const ask = (id: string, ...more: readonly string[]) =>
    trade.say(
      ann,
      [
        'SLA-version: 1.0',
        'Action: Ask',
        `Id: ${id}`,
        'Application: "gcc4.0.2"',
        ...(more.some((line) => line.startsWith('Walltime')) ? [] : ['Walltime: 10 min']),
        ...more,
      ].join('\n'),
    );
  return {
    ask,
    held: () =>
      service.store.read((sql) =>
        sql.all<{ agent: string; times: number; nodes: number }>(
          'SELECT agent, sum(slots) AS times FROM holds GROUP BY agent ORDER BY times DESC',
        ),
      ),
    async [Symbol.asyncDispose]() {
      await trade.stop();
      await service[Symbol.asyncDispose]();
    },
  };
}

describe('a broker with more nodes than one verb looks at', () => {
  it('makes as many Offers as there are slots where more are asked for at once, and holds nothing twice', async () => {
    await using given = await givenNodes(100);
    // By when there is time for one after the other on no node.
    const answers = await Promise.all(
      Array.from({ length: 130 }, (_, index) => given.ask(`ask-${index}`, 'Deadline: 2001-09-09T02:00Z')),
    );
    const actions = answers.map((answer) => said(answer, 'Action'));
    expect(actions.filter((action) => action === 'Offer')).to.have.length(100);
    expect(actions.filter((action) => action === 'Decline')).to.have.length(30);
    const held = await given.held();
    expect([held.length, held[0]?.times]).to.deep.equal([100, 1]);
  });

  it('offers the last that is free, however many that are alike are taken', async () => {
    await using given = await givenNodes(1_100);
    const first = await given.ask('ask-1', 'Count: 1099', 'Deadline: 2001-09-09T02:00Z');
    expect(said(first, 'Action'), said(first, 'Reason')).to.equal('Offer');
    const last = await given.ask('ask-2', 'Deadline: 2001-09-09T02:00Z');
    expect(said(last, 'Action'), said(last, 'Reason')).to.equal('Offer');
    const late = await given.ask('ask-3', 'Deadline: 2001-09-09T02:00Z');
    expect(said(late, 'Reason')).to.match(
      /^capacity start \S+ at the earliest: 1100 nodes fit, all reserved until then$/,
    );
    const held = await given.held();
    expect([held.length, held[0]?.times]).to.deep.equal([1_100, 1]);
  });

  it('looks again where what begins earliest is taken while it is looked for', async () => {
    const count = 40;
    let isOver = false;
    for (let lag = 1; !isOver; lag += 1) {
      // One slice in each turn of the event loop.
      await using given = await givenNodes(count, { 'slice-time': 0 });
      await given.ask('ask-1', `Count: ${count - 1}`, 'Walltime: 60 min');
      await given.ask('ask-2');
      const first = given.ask('ask-3');
      let isFirstOver = false;
      void first.then(() => {
        isFirstOver = true;
      });
      for (let turns = 0; turns < lag; turns += 1) await turn();
      isOver = isFirstOver;
      const second = given.ask('ask-4');
      for (const answer of [await first, await second])
        expect(said(answer, 'Action'), `${lag}: ${said(answer, 'Reason')}`).to.equal('Offer');
    }
  });

  it('makes an Offer of each of hundreds of Asks that all saw the same nodes free, where there are nodes for all', async () => {
    await using given = await givenNodes(340, { 'slice-time': 60_000 });
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => given.ask(`ask-${index}`, 'Deadline: 2001-09-09T02:00Z')),
    );
    const declined = answers.filter((answer) => said(answer, 'Action') !== 'Offer');
    expect(declined.map((answer) => said(answer, 'Reason'))).to.deep.equal([]);
  });
});
