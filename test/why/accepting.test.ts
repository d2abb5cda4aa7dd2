import { expect } from 'chai';
import { localAdministrator } from '../../broker/caller.ts';
import { whyDeal } from '../../broker/why/deals.ts';
import type { WantedReservations } from '../../protocol/agent/reservations.ts';
import { givenDeals, of, said, until } from '../broker/deals/given.ts';
import { facts } from '../broker/given-work.ts';
import { seen } from './seen.ts';

const hourMs = 3_600_000;
const powers = { ...facts.powers, queueMs: hourMs, queue: 'q-1', reserve: true };

describe('why a deal waits for a batch system', () => {
  it('is that it is to reserve the slots first, and that it did not', async () => {
    await using given = await givenDeals({ 'offers-share': 100 });
    const agent = await given.agent();
    await agent.say({ ...facts, powers });
    const wanted = (): WantedReservations | undefined =>
      agent.heard
        .filter((word): word is WantedReservations => word.type === 'reservations')
        .find((list) => list.wanted.length > 0);
    await until(() => given.work.jobs.dispatch.lent('node-0')?.keepsTime === true);
    const start = new Date(Math.ceil(Date.now() / hourMs) * hourMs + hourMs).toISOString();
    const ask = ['Application: echo', 'Cpus: 2', 'Count: 2', 'Walltime: 10 min', `Start: ${start}`];
    const [offered] = await given.say(said('Ask', 'Id: ask-1', ...ask));
    const offer = of(offered, 'Id') ?? '';
    await given.say(said('Accept', 'Id: acc-1', `Offer: ${offer}`));
    const why = async () => {
      const deal = await given.work.deals.get(localAdministrator, offer);
      return whyDeal(offer, deal, Date.now());
    };
    const { state, causes } = await why();
    expect(state).to.equal('accepting');
    seen('deal-accepting', causes[0]);
    await until(() => wanted() !== undefined);
    const refused = [{ id: offer, reason: 'the partition is full' }];
    await agent.say({ type: 'reserved', version: wanted()?.version ?? 0, kept: [], left: [], refused });
    await until(async () => (await why()).state === 'refused');
    const full = `the Offer ${offer} was accepted, and the batch system did not reserve it: node-0 does not keep it: the partition is full`;
    seen('deal-refused', (await why()).causes[0], full);
  });
});
