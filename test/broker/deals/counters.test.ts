import { expect } from 'chai';
import { givenDeals, of, said, userNamed } from './given.ts';

const ask = (id: string, ...headers: readonly string[]) =>
  said('Ask', `Id: ${id}`, 'Application: echo', 'Walltime: 10 min', ...headers);
const counter = (id: string, offer: string | undefined, ...headers: readonly string[]) =>
  said('Counter', `Id: ${id}`, `Offer: ${offer}`, ...headers);
const priced = { price: ['0.60 CREDIT/cpu-h'], 'counter-floor': 80, 'counter-margin': 10 };

describe('a Counter', () => {
  it('is answered by a new Offer with what it changes, in the place of the one before', async () => {
    await using given = await givenDeals();
    await given.agent();
    const [first] = await given.say(ask('ask-1', 'Cpus: 3'));
    const [second] = await given.say(counter('co-1', of(first, 'Id'), 'Cpus: 4', 'Walltime: 20 min'));
    expect(of(second, 'In-reply-to')).to.equal('co-1');
    expect([of(second, 'Cpus'), of(second, 'Walltime'), of(second, 'Application')]).to.deep.equal([
      ...['4', '20 min', 'echo'],
    ]);
    expect(await given.say(counter('co-1', of(first, 'Id'), 'Cpus: 4', 'Walltime: 20 min'))).to.deep.equal([
      second,
    ]);
    const { deals } = await given.work.deals.list({ whose: 'local' });
    expect(deals.map(({ state }) => state)).to.deep.equal(['open', 'countered']);
    const [agreement] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${of(second, 'Id')}`));
    expect(of(agreement, 'State')).to.equal('active');
  });

  it('of a Decline that is not final asks for something else', async () => {
    await using given = await givenDeals();
    await given.agent();
    const [decline] = await given.say(ask('ask-1', 'Cpus: 64'));
    const again = said('Counter', 'Id: co-1', `In-reply-to: ${of(decline, 'Id')}`, 'Cpus: 4');
    const [offer] = await given.say(again);
    expect([of(offer, 'Action'), of(offer, 'Cpus')]).to.deep.equal(['Offer', '4']);
  });

  it('of a price is taken within the margin, and refused below the floor', async () => {
    await using given = await givenDeals(priced);
    await given.agent();
    const [offer] = await given.say(ask('ask-1'));
    expect(of(offer, 'Price')).to.equal('0.60 CREDIT/cpu-h');
    const [low] = await given.say(counter('co-1', of(offer, 'Id'), 'Price: 0.10 CREDIT/cpu-h'));
    expect(of(low, 'Reason')).to.match(/^price /);
    const [fair] = await given.say(
      said('Counter', 'Id: co-2', `In-reply-to: ${of(low, 'Id')}`, 'Price: 0.55 CREDIT/cpu-h'),
    );
    expect(of(fair, 'Action'), fair).to.be.oneOf(['Offer', 'Decline']);
    const [taken] = await given.say(counter('co-3', of(offer, 'Id'), 'Price: 0.57 CREDIT/cpu-h'));
    expect(of(taken, 'Price'), taken).to.equal('0.57 CREDIT/cpu-h');
    expect(of(taken, 'Estimate')).to.equal('0.095 CREDIT');
    const [foreign] = await given.say(counter('co-4', of(taken, 'Id'), 'Price: 1 EUR/cpu-h'));
    expect(of(foreign, 'Reason')).to.match(/^price nothing is sold for EUR/);
  });

  it('of a price that the Ask itself does not allow brings no Offer, and none for nothing', async () => {
    await using given = await givenDeals(priced);
    await given.agent();
    for (const [index, limit] of [
      'Budget: 0 CREDIT',
      'Budget: 9 EUR',
      'Price: <= 0.01 CREDIT/cpu-h',
    ].entries()) {
      const [decline] = await given.say(ask(`ask-${index}`, limit));
      const again = counter(`co-${index}`, of(decline, 'Id'), 'Price: 0.60 CREDIT/cpu-h');
      const [reply] = await given.say(again);
      expect(of(reply, 'Reason'), reply).to.match(/^price .* does not allow 0.60 CREDIT/);
    }
    const { deals } = await given.work.deals.list({ whose: 'local', state: 'open' });
    expect(deals).to.deep.equal([]);
  });

  it('comes as often as is set for one Ask, whichever of its Offers it counters', async () => {
    await using given = await givenDeals({ 'counter-rounds': 3, 'offers-share': 100 });
    await given.agent();
    const [first] = await given.say(ask('ask-1'));
    const [second] = await given.say(counter('co-1', of(first, 'Id'), 'Cpus: 2'));
    await given.say(counter('co-2', of(first, 'Id'), 'Cpus: 0.5'));
    await given.say(counter('co-3', of(first, 'Id'), 'Cpus: 0.2'));
    for (const [id, offer] of [
      ['co-4', first],
      ['co-5', second],
    ] as const) {
      const [reply] = await given.say(counter(id, of(offer, 'Id'), 'Cpus: 1'));
      expect(of(reply, 'Reason')).to.equal('policy this Ask was countered 3 times already');
      expect(of(reply, 'Final')).to.equal('true');
    }
    // What was refused has let nothing go.
    const { state } = await given.work.deals.get(userNamed('local'), of(second, 'Id') ?? '');
    expect(state).to.equal('open');
  });

  it('of somebody else’s Offer is not found, and what makes no sense changes nothing', async () => {
    await using given = await givenDeals();
    await given.agent();
    const [offer] = await given.say(ask('ask-1'));
    const [strangers] = await given.say(counter('co-1', of(offer, 'Id'), 'Cpus: 2'), userNamed('ann'));
    expect(of(strangers, 'Reason')).to.match(/^not-found/);
    const [owners] = await given.say(counter('co-2', of(offer, 'Id'), 'Owner: ann'));
    expect(of(owners, 'Reason')).to.match(/^policy Owner/);
    expect((await given.work.deals.get(userNamed('local'), of(offer, 'Id') ?? '')).state).to.equal('open');
  });
});
