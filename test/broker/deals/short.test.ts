import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import { facts } from '../given-work.ts';
import { givenDeals, of, said, until } from './given.ts';

describe('an agreement one of whose nodes takes no tasks any more', () => {
  it('is short of it, and no longer once it is amended to what the others have', async () => {
    await using given = await givenDeals({ 'offers-share': 100 });
    await given.agent();
    const other = await given.agent();
    const ask = ['Id: ask-1', 'Application: echo', 'Cpus: 4', 'Count: 2', 'Walltime: 10 min'];
    const [offered] = await given.say(said('Ask', ...ask));
    const [agreed] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${of(offered, 'Id')}`));
    const agreement = of(agreed, 'Id') ?? '';
    const isShort = async () => (await given.work.deals.get(localAdministrator, agreement)).short;
    await other.say({ ...facts, powers: { ...facts.powers, isolates: true }, draining: true });
    await until(isShort);
    const [accepted] = await given.say(said('Amend', 'Id: am-1', `Agreement: ${agreement}`, 'Count: 1'));
    expect(of(accepted, 'Action'), accepted).to.equal('Accept');
    expect(await isShort()).to.equal(false);
  });
});
