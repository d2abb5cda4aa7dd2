import { join } from 'node:path';
import { expect } from 'chai';
import { ServiceFailure } from '../../../client/index.ts';
import { keyPairIn } from '../../../platform/identity/key-pair.ts';
import { facts } from '../given-work.ts';
import { entryOf } from '../support.ts';
import { documentOf, type GivenDeals, givenDeals, of, said, until, userNamed } from './given.ts';

const ask = (id: string, ...headers: readonly string[]) =>
  said('Ask', `Id: ${id}`, 'Application: echo', 'Walltime: 10 min', ...headers);
const reason = (reply: string | undefined) => of(reply, 'Reason') ?? reply;
const inMinutes = (minutes: number) => {
  const at = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + minutes * 60_000);
  return at.toISOString().replace(':00.000Z', 'Z');
};

/** The reason of the Decline of an Ask. */
async function refused(given: GivenDeals, id: string, ...headers: readonly string[]): Promise<string> {
  const [reply] = await given.say(ask(id, ...headers));
  expect(of(reply, 'Action'), reply).to.equal('Decline');
  return reason(reply) ?? '';
}

describe('an Ask to a broker that deals', () => {
  it('is answered though infogather cannot be asked: by an Offer, or a Decline that says why', async () => {
    await using given = await givenDeals();
    const detail = 'http://127.0.0.1:8480 cannot be reached (ECONNREFUSED)';
    given.world.entries = new ServiceFailure({ code: 'unavailable', status: 503, detail });
    expect(await refused(given, 'ask-1')).to.equal('capacity no node of this broker is alive just now');
    await given.agent();
    expect(of((await given.say(ask('ask-2')))[0], 'Action')).to.equal('Offer');
    expect(await refused(given, 'ask-3', 'Cpus: 5')).to.match(
      /^capacity the one node that is alive does not match: Cpus: 5 -> 0 yes, 1 no/,
    );
  });

  it('is answered by the Tell with Host of a node that infogather alone knows, where no other matches', async () => {
    await using given = await givenDeals();
    given.world.entries = [entryOf('n1/gcc')];
    await given.agent();
    const [tell] = await given.say(said('Ask', 'Id: ask-1', 'Application: gcc4.0.2'));
    expect(of(tell, 'Host')).to.equal('193.10.66.20:8483');
    // Of both the one with which there can be a deal is offered.
    const [offer] = await given.say(said('Ask', 'Id: ask-2', 'Cpus: 4', 'Walltime: 1 min'));
    expect(of(offer, 'Action')).to.equal('Offer');
  });

  it('is answered each time: two hundred at once, and one that comes again after a restart as before', async () => {
    await using given = await givenDeals({ 'deal-offers-each': 10_000, 'offers-share': 100 });
    await given.agent();
    const ids = Array.from({ length: 200 }, (_, index) => `ask-${index}`);
    const replies = await Promise.all(ids.map((id) => given.say(ask(id))));
    expect(replies.every((all) => all.length === 1)).to.equal(true);
    const offers = replies.flat().filter((reply) => of(reply, 'Action') === 'Offer');
    expect(offers, 'as many as there are cpus').to.have.length.above(3);
    const others = replies.flat().filter((reply) => of(reply, 'Action') !== 'Offer');
    for (const reply of others) expect(of(reply, 'Action')).to.equal('Decline');
    await given.restart();
    expect(await given.say(ask('ask-0'))).to.deep.equal(replies[0]);
    expect(await given.say(ask('ask-199'))).to.deep.equal(replies[199]);
    expect(reason((await given.say(ask('ask-x')))[0])).to.match(/^capacity/);
  });

  it('is answered in currencies that the broker runs alone, whatever the owner of a node asks', async () => {
    await using given = await givenDeals({ currencies: ['EUR'] });
    const agent = await given.agent();
    const asks = async (...Price: string[]) => {
      const powers = { ...facts.powers, isolates: true };
      await agent.say({ ...facts, powers, says: { ...facts.says, Price } });
      await until(() => {
        const [node] = given.work.jobs.dispatch.nodes.all;
        return JSON.stringify(node?.facts?.says.Price) === JSON.stringify(Price);
      });
    };
    await asks('1 USD/job');
    expect(await refused(given, 'ask-1')).to.match(/^capacity /);
    expect(await refused(given, 'ask-2', 'Budget: 5 USD')).to.match(/^capacity /);
    await asks('1 USD/job', '2 EUR/job');
    const [offer] = await given.say(ask('ask-3', 'Budget: 5 USD', 'Budget: 5 EUR'));
    expect(of(offer, 'Price')).to.equal('2 EUR/job');
  });

  it('says who asks: nobody else than the account that speaks', async () => {
    await using given = await givenDeals();
    await given.agent();
    expect(await refused(given, 'ask-1', 'Owner: ann')).to.equal('policy Owner; you speak for local here');
    expect(await refused(given, 'ask-2', 'Vo: atlas')).to.match(/^policy Vo;/);
    expect(of((await given.say(ask('ask-3', 'Owner: local')))[0], 'Action')).to.equal('Offer');
    const [nobody] = await given.broker
      .receive(documentOf(ask('ask-4')))
      .then((replies) => replies.map((reply) => JSON.stringify(reply)));
    expect(nobody).to.contain('policy this broker deals with those who have an account');
    const [reader] = await given.say(ask('ask-5'), userNamed('ann', ['read']));
    expect(reason(reader)).to.equal('policy this wants a token with the scope submit, and yours has read');
  });

  it('finds what is shared with who asks, and of what others lend what they name', async () => {
    await using given = await givenDeals();
    await given.agent();
    await given.agent(undefined, undefined, 'bobs');
    const ann = userNamed('ann');
    expect(reason((await given.say(ask('ask-1'), ann))[0])).to.equal(
      'capacity no node of this broker is alive just now',
    );
    await given.share('node-0', 'ann');
    const [offer] = await given.say(ask('ask-2'), ann);
    expect(of(offer, 'Action'), 'of the administrator').to.equal('Offer');
    expect(reason((await given.say(ask('ask-3', 'Resource: bobs'), ann))[0])).to.match(/^capacity/);
    const [named] = await given.say(ask('ask-4', 'Resource: bobs'));
    expect(of(named, 'Resource')).to.equal('bobs');
    const [view] = (await given.work.deals.list({ whose: 'local' })).deals;
    expect(view?.slots).to.deep.equal([{ resource: 'bobs', slots: 1 }]);
    const [either] = await given.say(ask('ask-5', 'Resource: bobs | "nowhere"'));
    expect(of(either, 'Resource')).to.equal('bobs');
  });

  for (const says of ['Requires: their.Resource == "node-1"', 'Rank: if(their.Resource == "node-1", 1, 0)'])
    it(`is of the one among nodes that say the same which an expression is for: ${says}`, async () => {
      await using given = await givenDeals({ 'offers-share': 100 });
      for (let nodes = 0; nodes < 3; nodes += 1) await given.agent();
      const [offer] = await given.say(ask('ask-1', says));
      expect(of(offer, 'Action'), offer).to.equal('Offer');
      const { slots } = await given.work.deals.get(userNamed('local'), of(offer, 'Id') ?? '');
      expect(slots).to.deep.equal([{ resource: 'node-1', slots: 1 }]);
    });

  it('has what it needs held from its Start to its end: what is held is offered to nobody else', async () => {
    await using given = await givenDeals({ 'offers-share': 100 });
    await given.agent();
    const start = inMinutes(60);
    const [first] = await given.say(ask('ask-1', 'Cpus: 3', `Start: ${start}`));
    expect(of(first, 'Start')).to.equal(start);
    const late = await refused(given, 'ask-2', 'Cpus: 3', `Start: ${start}`);
    expect(late).to.match(/^capacity start \S+Z at the earliest: 1 node fits, reserved until then$/);
    // What is left is.
    expect(of((await given.say(ask('ask-3', 'Cpus: 1', `Start: ${start}`)))[0], 'Start')).to.equal(start);
    // Without a Start it is offered as soon as there is room, and by a Deadline where it ends before.
    expect(of((await given.say(ask('ask-4', 'Cpus: 3')))[0], 'Action')).to.equal('Offer');
    const soon = await refused(given, 'ask-5', 'Cpus: 3', `Deadline: ${inMinutes(12)}`);
    expect(soon).to.match(/^capacity start/);
    await given.say(said('Reject', 'Id: rej-1', `Offer: ${of(first, 'Id')}`));
    expect(of((await given.say(ask('ask-6', 'Cpus: 3', `Start: ${start}`)))[0], 'Start')).to.equal(start);
    expect(await refused(given, 'ask-7', `Start: ${inMinutes(60 * 24 * 40)}`)).to.match(
      /^capacity Start; nothing is promised more than 30 days ahead$/,
    );
  });

  it('promises by when all has ended, which is how long it lasts', async () => {
    await using given = await givenDeals();
    await given.agent();
    const [offer] = await given.say(ask('ask-1', 'Count: 2', 'Tasks: 5', `Deadline: ${inMinutes(600)}`));
    const [start, deadline] = ['Start', 'Deadline'].map((name) => Date.parse(of(offer, name) ?? ''));
    // Three tasks one after another, and the margin.
    expect((deadline ?? 0) - (start ?? 0)).to.equal((3 * 10 + 5) * 60_000);
    expect(of(offer, 'Count')).to.equal('2');
  });

  it('names the Tell of the node that is offered, where that is told', async () => {
    await using given = await givenDeals({ 'offers-share': 100, 'deal-offers-each': 1_000 });
    await given.agent();
    const { publicKey } = await keyPairIn(join(given.folder, 'agent-0'));
    given.world.entries = [entryOf('n1/echo', { application: 'echo', agentKey: publicKey })];
    await given.broker.start();
    let asked = 0;
    await until(async () => {
      asked += 1;
      const [offer] = await given.say(ask(`ask-${asked}`, 'Cpus: 0.01'));
      if (of(offer, 'Tell') === undefined)
        await given.say(said('Reject', `Id: r-${asked}`, `Offer: ${of(offer, 'Id')}`));
      return of(offer, 'Tell') === 'n1@193.10.66.141:7685';
    });
    await given.broker.stop();
  });

  it('with Count is carried by several nodes together', async () => {
    await using given = await givenDeals();
    await given.agent();
    await given.agent();
    const [offer] = await given.say(ask('ask-1', 'Count: 3', 'Cpus: 2'));
    expect(of(offer, 'Action'), offer).to.equal('Offer');
    const { slots } = await given.work.deals.get(userNamed('local'), of(offer, 'Id') ?? '');
    expect(slots).to.have.deep.members([
      { resource: 'node-0', slots: 2 },
      { resource: 'node-1', slots: 1 },
    ]);
    expect(await refused(given, 'ask-2', 'Count: 5', 'Cpus: 2')).to.match(
      /^capacity 2 nodes fit, with 4 of 5/,
    );
  });

  it('is declined where its owner has too many Offers open, or they hold too much', async () => {
    await using given = await givenDeals({ 'deal-offers-each': 2 });
    await given.agent();
    expect(of((await given.say(ask('ask-1', 'Cpus: 1')))[0], 'Action')).to.equal('Offer');
    expect(await refused(given, 'ask-2', 'Cpus: 2')).to.match(
      /^policy your open Offers would hold 75 % .*: accept or reject one, or wait/,
    );
    const [second] = await given.say(ask('ask-3', 'Cpus: 1'));
    expect(of(second, 'Action')).to.equal('Offer');
    expect(await refused(given, 'ask-4', 'Cpus: 0.01')).to.match(/^policy you have 2 open Offers/);
    await given.say(said('Reject', 'Id: rej-1', `Offer: ${of(second, 'Id')}`));
    expect(of((await given.say(ask('ask-5', 'Cpus: 0.01')))[0], 'Action')).to.equal('Offer');
  });

  it('is declined where too many documents of its owner are kept', async () => {
    await using given = await givenDeals({ 'deal-documents-each': 2 });
    await given.agent();
    const [first] = await given.say(ask('ask-1'));
    await given.say(said('Reject', 'Id: rej-1', `Offer: ${of(first, 'Id')}`));
    expect(await refused(given, 'ask-2')).to.match(/^policy 2 documents of your deals are kept already/);
    expect(await given.say(ask('ask-1')), 'what was said is known').to.deep.equal([first]);
    // Housekeeping makes room, after a day.
    await given.work.deals.sweep(Date.now() + 86_400_001);
    expect(of((await given.say(ask('ask-3')))[0], 'Action')).to.equal('Offer');
  });

  it('is no less to be ended where too many documents of its owner are kept', async () => {
    await using given = await givenDeals({ 'deal-documents-each': 2 });
    await given.agent();
    const [offer] = await given.say(ask('ask-1'));
    const [agreement] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${of(offer, 'Id')}`));
    expect(await refused(given, 'ask-2')).to.match(/^policy 2 documents/);
    const end = said('Terminate', 'Id: end-1', `Agreement: ${of(agreement, 'Id')}`, 'Reason: policy enough');
    const [ended] = await given.say(end);
    expect([of(ended, 'Action'), of(ended, 'State')]).to.deep.equal(['Ack', 'terminated']);
    expect(await given.say(end), 'and is answered as before').to.deep.equal([ended]);
  });

  it('that nobody could keep is declined, whatever it is', async () => {
    await using given = await givenDeals({ price: ['999999 CREDIT/task'] });
    await given.agent();
    const long = /^capacity Walltime, Tasks; nothing is promised more than 30 days ahead$/;
    expect(await refused(given, 'ask-1', 'Tasks: 9007199254740991')).to.match(/^(?:invalid|capacity) /);
    expect(await refused(given, 'ask-0', 'Tasks: 100000')).to.match(long);
    expect(reason((await given.say(said('Ask', 'Id: ask-2', 'Walltime: 9000000 d')))[0])).to.match(long);
    const endless = said('Ask', 'Id: ask-3', 'Walltime: 0 s', 'Tasks: 9007199254740991');
    expect(reason((await given.say(endless))[0])).to.match(/^(?:invalid|capacity) /);
    expect(await refused(given, 'ask-4', 'Count: 1000000000')).to.match(
      /^policy Count; this broker offers at most 10000 slots at once$/,
    );
    // As many headers as an Ask may have: its answer may have more.
    const many = Array.from({ length: 59 }, (_, index) => `Not-${index}: unsaid`);
    const [reply] = await given.say(ask('ask-5', ...many));
    expect(of(reply, 'Action')).to.be.oneOf(['Offer', 'Decline']);
  });

  it('is declined where a Guarantee is critical and no owner gives one, and offered without it where it is not', async () => {
    await using given = await givenDeals();
    await given.agent();
    const guarantee = 'Guarantee: 99 % up';
    for (const critical of ['Guarantee', 'guarantee'])
      expect(await refused(given, `ask-${critical}`, guarantee, `Critical: ${critical}`)).to.equal(
        'not-understood Guarantee',
      );
    const [offer] = await given.say(ask('ask-1', guarantee));
    expect([of(offer, 'Action'), of(offer, 'Guarantee')]).to.deep.equal(['Offer', undefined]);
  });

  it('is told that its Deadline is over, or that its tasks take longer than that', async () => {
    await using given = await givenDeals();
    await given.agent();
    expect(await refused(given, 'ask-1', 'Deadline: 1999-01-01')).to.equal(
      'invalid Deadline; 1999-01-01T00:00Z is over',
    );
    const soon = await refused(given, 'ask-2', `Deadline: ${inMinutes(5)}`);
    expect(soon).to.match(/^capacity Deadline; the tasks take until \S+Z$/);
  });

  it('takes of cpus no less in a slot than the broker sells, so that a price by them cannot be dodged', async () => {
    await using given = await givenDeals({ price: ['1 CREDIT/cpu-h'] });
    await given.agent();
    for (const cpus of ['0', '0.0000000001', '0.009'])
      expect(await refused(given, `ask-${cpus}`, `Cpus: ${cpus}`)).to.equal(
        'policy Cpus; a slot takes 0.01 at least here',
      );
    expect(of((await given.say(ask('ask-1', 'Cpus: 0.01')))[0], 'Action')).to.equal('Offer');
  });

  it('is told which of its clauses the terms do not answer, not those that they do', async () => {
    await using given = await givenDeals();
    await given.agent();
    const few = await refused(given, 'ask-1', 'Requires: Their.Cpus > 2');
    expect(few).to.match(/^capacity no Offer answers all that the Ask wants: Requires: .*-> 0 yes/);
  });

  it('of a price by time says how long a task may run', async () => {
    await using given = await givenDeals({ price: ['1 CREDIT/h'] });
    await given.agent();
    const [reply] = await given.say(said('Ask', 'Id: ask-1', 'Application: echo'));
    expect(reason(reply)).to.match(/^price Walltime;/);
    const [poor] = await given.say(ask('ask-2', 'Budget: 0.01 CREDIT'));
    expect(reason(poor)).to.match(/^price .*Budget/);
  });
});
