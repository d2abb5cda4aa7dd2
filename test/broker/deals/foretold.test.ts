import { expect } from 'chai';
import { documentOf, givenDeals, of, said, userNamed } from './given.ts';

const why = (id: string, ...headers: readonly string[]) =>
  said('Why', `Id: ${id}`, 'Application: echo', ...headers);

const priced = { price: ['0.03 CREDIT/cpu-h + 0.05 CREDIT/job'] };

describe('what a broker says beforehand', () => {
  it('is what it would offer, and when; nothing is held by it', async () => {
    await using given = await givenDeals(priced);
    await given.agent();
    const asked = why('w-1', 'Cpus: 4', 'Walltime: 1 h', 'Budget: 1 CREDIT');
    const [because] = await given.say(asked);
    expect(of(because, 'Action')).to.equal('Because');
    expect(of(because, 'In-reply-to')).to.equal('w-1');
    expect(of(because, 'Matched')).to.equal('1 of 1');
    expect(of(because, 'Clause')).to.match(/^Application: echo -> 1 yes, 0 no/);
    expect(of(because, 'Estimate')).to.equal('0.17 CREDIT');
    expect(of(because, 'Start')).to.match(/^20\d\d-/);
    expect(of(because, 'Reason')).to.equal(undefined);
    expect((await given.work.deals.list({ whose: undefined })).deals).to.deep.equal([]);
    const [offer] = await given.say(asked.replace('Action: Why', 'Action: Ask').replace('w-1', 'a-1'));
    expect(of(offer, 'Estimate'), 'as it is offered then').to.equal('0.17 CREDIT');
    const [later] = await given.say(asked.replace('w-1', 'w-2'));
    const start = Date.parse(of(later, 'Start') ?? '');
    expect(start, 'what the open Offer holds is not offered').to.be.greaterThan(
      Date.parse(of(offer, 'Start') ?? '') + 3_600_000 - 1,
    );
  });

  it('is why nothing would be offered, and what would help', async () => {
    await using given = await givenDeals(priced);
    await given.agent();
    const [dear] = await given.say(why('w-1', 'Cpus: 4', 'Walltime: 1 h', 'Budget: 0.10 CREDIT'));
    expect(of(dear, 'Reason')).to.match(/^price /);
    expect(of(dear, 'Suggest')).to.match(/^Budget: 0\.17 CREDIT -> 1 match/);
    expect(of(dear, 'Estimate')).to.equal(undefined);
    const [large] = await given.say(why('w-2', 'Cpus: 64', 'Walltime: 1 h'));
    expect(of(large, 'Reason')).to.match(/^capacity /);
    const [past] = await given.say(
      why('w-3', 'Walltime: 1 h', `Deadline: ${new Date(Date.now() + 60_000).toISOString()}`),
    );
    expect(of(past, 'Reason')).to.match(/^capacity Deadline; the tasks take until /);
  });

  it('is said to those who have an account, of what they may use', async () => {
    await using given = await givenDeals({ ...priced, 'deal-deny': ['bob'] });
    await given.agent();
    const [nobody] = await given.broker
      .receive(documentOf(why('w-1')), undefined)
      .then((replies) => replies.map((reply) => ('headers' in reply ? reply.headers : [])));
    expect(nobody?.find(({ name }) => name === 'Reason')?.value).to.match(/^policy /);
    const [stranger] = await given.say(why('w-2'), userNamed('ann'));
    expect(of(stranger, 'Matched'), 'nothing is shared with her').to.equal('0 of 0');
    expect(of(stranger, 'Reason')).to.match(/^capacity /);
  });
});

describe('a price that goes with load', () => {
  it('counts what is held and reserved, in Offers as in Tells', async () => {
    await using given = await givenDeals({ price: ['1 CREDIT/cpu-h'], 'price-curve': ['0=100', '100=300'] });
    await given.agent();
    const price = async (id: string) => {
      const [because] = await given.say(why(id, 'Cpus: 1', 'Walltime: 1 h'));
      return of(because, 'Price');
    };
    const [node] = [...given.work.jobs.dispatch.nodes.all];
    const share = () => given.work.jobs.dispatch.lent(node?.resource ?? '')?.share;
    expect([await price('w-1'), share()]).to.deep.equal(['1.00 CREDIT/cpu-h', 0]);
    await given.say(said('Ask', 'Id: a-1', 'Application: echo', 'Cpus: 2', 'Walltime: 1 h'));
    expect([await price('w-2'), share()]).to.deep.equal(['2.00 CREDIT/cpu-h', 0.5]);
  });
});
