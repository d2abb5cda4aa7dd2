import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import { whyDeal } from '../../../broker/why/deals.ts';
import type { Reserved, WantedReservations } from '../../../protocol/agent/reservations.ts';
import type { ScriptedAgent } from '../agents/scripted-agent.ts';
import { facts } from '../given-work.ts';
import { type GivenDeals, givenDeals, of, said, until, userNamed } from './given.ts';

const hourMs = 3_600_000;
const powers = { ...facts.powers, isolates: true, queueMs: hourMs, queue: 'q-1', reserve: true };
const ann = userNamed('ann');

describe('a deal of which a batch system keeps the room', () => {
  let given: GivenDeals;
  let agent: ScriptedAgent;

  beforeEach(async () => {
    const priced = { currencies: ['EUR'], price: ['0.60 EUR/cpu-h'] };
    given = await givenDeals({ 'offers-share': 100, ...priced });
    agent = await given.agent();
    await agent.say({ ...facts, powers });
    await given.share('node-0', 'ann');
    await given.work.ledger.grant(localAdministrator, 'ann', 'EUR', { amount: '5', request: 'g-1' });
    await until(() => lists().length > 0);
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const lists = () => agent.heard.filter((word): word is WantedReservations => word.type === 'reservations');
  const wants = (id: string) =>
    lists()
      .at(-1)
      ?.wanted.some((one) => one.id === id) === true;
  const answer = (say: Partial<Reserved>) => {
    const version = lists().at(-1)?.version ?? 0;
    return agent.say({ type: 'reserved', version, kept: [], refused: [], left: [], ...say });
  };
  const deal = (id: string) => given.work.deals.get(ann, id);
  const balance = async () => (await given.work.ledger.accounts('ann'))[0]?.balance;
  /** What its user is told of a deal, and what the broker says of that on the Watch. */
  const told = async (id: string) => {
    const never = { wait: 0, signal: new AbortController().signal };
    const { events } = await given.work.deals.log.page('ann', { id, after: 0 }, never);
    return events.map(({ kind, state, text, document = [] }) => {
      const action = document.find(({ name }) => name === 'Action')?.value;
      return [kind, state, action, text].filter((word) => word).join(' ');
    });
  };
  /** As a minute later: whatever is looked at again and again. */
  const looked = async () => {
    await given.work.deals.reserving.stop();
    await given.work.deals.reserving.start();
  };

  /** The Id of an Offer that was accepted, and waits for the batch system. */
  async function accepting(): Promise<string> {
    const start = new Date(Math.ceil(Date.now() / hourMs) * hourMs + hourMs).toISOString();
    const what = ['Application: echo', 'Lender: local', 'Cpus: 2', 'Count: 2', 'Walltime: 15 min'];
    const [offered] = await given.say(said('Ask', 'Id: ask-1', ...what, `Start: ${start}`), ann);
    const offer = of(offered, 'Id') ?? '';
    const [accepted] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${offer}`), ann);
    expect(of(accepted, 'State'), offered).to.equal('accepting');
    await until(() => wants(offer));
    expect(await balance()).to.equal('4.40');
    return offer;
  }

  async function agreed(): Promise<string> {
    const offer = await accepting();
    await answer({ kept: [{ id: offer, handle: 'ogm-1' }] });
    await until(async () => (await deal(offer)).state === 'active');
    expect((await told(offer)).at(-1)).to.equal('state active Agreement');
    return offer;
  }

  it('is ended for nothing by who accepted it, before that has answered', async () => {
    const offer = await accepting();
    const { agreement } = await deal(offer);
    const why = 'Reason: policy it takes too long';
    const [ended] = await given.say(said('Terminate', 'Id: ter-1', `Agreement: ${agreement}`, why), ann);
    expect([of(ended, 'Action'), of(ended, 'State')]).to.deep.equal(['Ack', 'terminated']);
    expect(await balance()).to.equal('5.00');
    await until(() => !wants(offer));
    expect(given.work.room.claims.of('node-0')).to.deep.equal([]);
    // What it says then of the list before changes nothing.
    await answer({ kept: [{ id: offer, handle: 'ogm-1' }] });
    await looked();
    expect(await deal(offer)).to.deep.include({ state: 'terminated', charged: '0.00', reservation: null });
    const [late] = await given.say(said('Complete', 'Id: com-1', `Agreement: ${agreement}`), ann);
    expect(of(late, 'Reason')).to.match(/^too-late /);
  });

  it('is no agreement where it does not keep it: the money is back, and its user is told', async () => {
    const offer = await accepting();
    await answer({ refused: [{ id: offer, reason: 'the partition is full' }] });
    await until(async () => (await deal(offer)).state === 'refused');
    expect(await balance()).to.equal('5.00');
    expect((await told(offer)).at(-1)).to.equal(
      'state refused Decline node-0 does not keep it: the partition is full',
    );
  });

  it('is short where it does not keep it any more, and whole once it does again', async () => {
    const offer = await agreed();
    // It has gone, and has been asked for again in vain.
    await answer({ refused: [{ id: offer, reason: 'Requested nodes are busy' }] });
    await until(async () => (await deal(offer)).short);
    const text = 'the batch system behind node-0 does not keep it any more: Requested nodes are busy';
    expect((await told(offer)).at(-1)).to.equal(`short active ${text}`);
    const { agreement, state, reason } = await deal(offer);
    expect({ state, reason }).to.deep.equal({ state: 'active', reason: { word: 'capacity', text } });
    const [cause] = whyDeal(agreement ?? '', await deal(offer), Date.now()).causes;
    expect(cause?.cause).to.equal(
      `the agreement ${agreement} is short, of its 2 slots not all are there: ${text}`,
    );
    await until(() => !wants(offer));
    const before = (await told(offer)).length;
    await looked();
    await until(() => wants(offer));
    await answer({ refused: [{ id: offer, reason: 'Requested nodes are busy' }] });
    await until(() => !wants(offer));
    expect(await told(offer), 'the same is said once').to.have.length(before);
    await looked();
    await until(() => wants(offer));
    expect((await deal(offer)).short, 'until it is kept').to.equal(true);
    await answer({ kept: [{ id: offer, handle: 'ogm-2' }] });
    await until(async () => !(await deal(offer)).short);
    expect((await deal(offer)).reason).to.equal(null);
    expect((await told(offer)).at(-1)).to.match(/^whole active/);
  });

  it('has its tasks wait in no reservation that has gone, while it is asked for again', async () => {
    const offer = await agreed();
    const state = () =>
      given.store.read((sql) => sql.get<{ state: string }>('SELECT state FROM reservations')?.state);
    expect(await state()).to.equal('kept');
    await answer({});
    await until(async () => (await state()) === 'asked');
    expect(wants(offer)).to.equal(true);
    expect((await deal(offer)).short).to.equal(false);
    await answer({ kept: [{ id: offer, handle: 'ogm-2' }] });
    await until(async () => (await state()) === 'kept');
  });
});
