import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import type { Reserved, WantedReservations } from '../../../protocol/agent/reservations.ts';
import { jobRequest } from '../../../protocol/jobs/job.ts';
import type { ScriptedAgent } from '../agents/scripted-agent.ts';
import { type GivenDeals, givenDeals, of, said, until } from '../deals/given.ts';
import { facts } from '../given-work.ts';

const hourMs = 3_600_000;
const powers = { ...facts.powers, queueMs: hourMs, queue: 'q-1', reserve: true };

describe('a promised Start where a batch system has to keep room', () => {
  let given: GivenDeals;
  let agent: ScriptedAgent;
  let start: string;

  beforeEach(async () => {
    given = await givenDeals({ 'offers-share': 100 });
    agent = await given.agent();
    await agent.say({ ...facts, powers });
    await until(() => lists().length > 0);
    start = new Date(Math.ceil(Date.now() / hourMs) * hourMs + hourMs).toISOString();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const lists = () => agent.heard.filter((word): word is WantedReservations => word.type === 'reservations');
  const answer = (of: WantedReservations, say: Partial<Reserved>) =>
    agent.say({ type: 'reserved', version: of.version, kept: [], refused: [], left: [], ...say });
  const deal = (id: string) => given.work.deals.get(localAdministrator, id);
  const stateOf = async (id: string) => (await deal(id)).state;

  /** The list in which an Offer that was just accepted is wanted. */
  async function accepting(
    when = `Start: ${start}`,
  ): Promise<{ readonly offer: string; readonly list: WantedReservations }> {
    const [offered] = await given.say(
      said('Ask', 'Id: ask-1', 'Application: echo', 'Cpus: 2', 'Count: 2', 'Walltime: 10 min', when),
    );
    expect(of(offered, 'Start'), offered).to.not.equal(undefined);
    const offer = of(offered, 'Id') ?? '';
    const [accepted] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${offer}`));
    expect([of(accepted, 'Action'), of(accepted, 'State')]).to.deep.equal(['Ack', 'accepting']);
    await until(() => lists().some(({ wanted }) => wanted.length > 0));
    return { offer, list: lists().find(({ wanted }) => wanted.length > 0)! };
  }

  it('is an agreement once that keeps it, by the name of the Offer, and its tasks run there until it is over', async () => {
    const { offer, list } = await accepting();
    expect(list.wanted[0]).to.deep.include({ id: offer, slots: 4, startMs: Date.parse(start) });
    await answer(list, { kept: [{ id: offer, handle: 'ogm-1' }] });
    await until(async () => (await stateOf(offer)) === 'active');
    const { agreement, reservation } = await deal(offer);
    expect(reservation).to.equal(offer);
    const claims = given.work.room.claims.of('node-0');
    expect(claims.map((one) => [one.agreement, one.slots])).to.deep.equal([[agreement, 2]]);
    await given.say(said('Complete', 'Id: com-1', `Agreement: ${agreement}`));
    await until(() => lists().at(-1)?.wanted.length === 0);
    expect(await stateOf(offer)).to.equal('completed');
    expect(given.work.room.claims.of('node-0')).to.deep.equal([]);
  });

  it('is declined where that does not keep it, and nothing stays held', async () => {
    const { offer, list } = await accepting();
    await answer(list, { refused: [{ id: offer, reason: 'the partition is full' }] });
    await until(async () => (await stateOf(offer)) === 'refused');
    expect((await deal(offer)).reason).to.deep.equal({
      word: 'capacity',
      text: 'node-0 does not keep it: the partition is full',
    });
    await until(() => given.work.room.claims.of('node-0').length === 0);
  });

  it('is for the tasks of its agreement: who lends the node runs nothing of their own in it', async () => {
    const { offer, list } = await accepting();
    await answer(list, { kept: [{ id: offer, handle: 'ogm-1' }] });
    await until(async () => (await stateOf(offer)) === 'active');
    const request = jobRequest.parse({ application: 'echo', reservation: offer });
    const refused = await given.work.jobs.submit('local', request).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'reservation-refused' });
  });

  it('is waited for where it begins at once: that its moment has come is no reason to give it up', async () => {
    const { offer, list } = await accepting(`Deadline: ${start}`);
    expect((await deal(offer)).startsAt).to.be.at.most(Date.now());
    await answer(list, {});
    await given.work.deals.reserving.stop();
    await given.work.deals.reserving.start();
    expect(await stateOf(offer)).to.equal('accepting');
    await answer(list, { kept: [{ id: offer, handle: 'ogm-1' }] });
    await until(async () => (await stateOf(offer)) === 'active');
  });

  it('is let go where the deal is no more, also after a kill', async () => {
    const { offer, list } = await accepting();
    await answer(list, { kept: [{ id: offer, handle: 'ogm-1' }] });
    await until(async () => (await stateOf(offer)) === 'active');
    const before = lists().length;
    await given.store.write((sql) => sql.run('UPDATE reservations SET deal = 4711'));
    await given.work.deals.reserving.stop();
    await given.work.deals.reserving.start();
    await until(() => lists().length > before);
    expect(lists().at(-1)?.wanted).to.deep.equal([]);
  });

  it('is not asked of it where no moment was wanted', async () => {
    const [offered] = await given.say(said('Ask', 'Id: ask-2', 'Application: echo', 'Walltime: 10 min'));
    expect(of(offered, 'Start'), offered).to.equal(undefined);
    const [accepted] = await given.say(said('Accept', 'Id: acc-2', `Offer: ${of(offered, 'Id')}`));
    expect(of(accepted, 'Action')).to.equal('Agreement');
  });

  it('is nothing that a queue without that power can promise', async () => {
    await agent.say({ ...facts, powers: { ...powers, reserve: false } });
    await until(() => given.work.jobs.dispatch.lent('node-0')?.keepsTime === false);
    const [declined] = await given.say(
      said('Ask', 'Id: ask-3', 'Application: echo', 'Walltime: 10 min', `Start: ${start}`, 'Critical: Start'),
    );
    expect(of(declined, 'Action')).to.equal('Decline');
    const [offered] = await given.say(
      said('Ask', 'Id: ask-4', 'Application: echo', 'Walltime: 10 min', `Start: ${start}`),
    );
    expect(of(offered, 'Start'), offered).to.equal(undefined);
  });
});
