import { expect } from 'chai';
import { localAdministrator, type UserCaller } from '../../../broker/caller.ts';
import type { Document1 } from '../../../grammar/index.ts';
import { amendmentMoves } from '../../../protocol/deals/states.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { faultsOfMoney, giveUsers, openTrade, orphans, said, userNamed } from './trade.ts';

const ann = userNamed('ann');

/** An agreement of ann's: 2 of 8 cpus for one task of 2 h, at 0.17 EUR at most, of the 5 that she has. */
async function given(more: readonly string[] = []) {
  const service = await openServiceStore('broker');
  const { store } = service;
  const clock = new ManualClock();
  await giveUsers(store, ['ann']);
  const trade = await openTrade({ store, clock, nodes: { 'node-0': 8 } });
  let sent = 0;
  const say = (user: UserCaller, action: string, ...lines: string[]) => {
    sent += 1;
    return trade.say(user, ['SLA-version: 1.0', `Action: ${action}`, `Id: d-${sent}`, ...lines].join('\n'));
  };
  const offer = await say(ann, 'Ask', 'Application: gcc4.0.2', 'Cpus: 2', 'Walltime: 2 h', ...more);
  const agreement = said(await say(ann, 'Accept', `Offer: ${said(offer, 'Id')}`), 'Id') ?? '';
  return {
    ...{ store, clock, trade, agreement },
    /** Says something of the agreement. */
    of: (user: UserCaller, action: string, ...lines: string[]) =>
      say(user, action, `Agreement: ${agreement}`, ...lines),
    view: () => trade.deals.get(ann, agreement),
    run: (text: string) => store.write((sql) => sql.run(text, { agreement })),
    /** What ann has, and what of hers is in escrow. */
    async money() {
      const [account] = await trade.ledger.accounts('ann');
      return [account?.balance, account?.held];
    },
    async [Symbol.asyncDispose]() {
      expect(await store.read((sql) => [...faultsOfMoney(sql), ...orphans(sql)])).to.deep.equal([]);
      await trade.stop();
      await service[Symbol.asyncDispose]();
    },
  };
}

const reason = (document: Document1) => said(document, 'Reason') ?? document.action;
const held = 'SELECT slots, amounts, until_at AS until FROM holds';

describe('an Amend', () => {
  it('moves as the table says, and the store refuses all else', async () => {
    await using deal = await given();
    const rows = await deal.store.read((sql) =>
      sql.all<{ before: string; verb: string; after: string }>('SELECT * FROM amendment_moves'),
    );
    expect(rows.map(({ before, verb, after }) => `${before} ${verb} ${after}`)).to.have.members(
      amendmentMoves.map(({ from, verb, to }) => `${from} ${verb} ${to}`),
    );
    await deal.of(ann, 'Amend', 'Walltime: 3 h', 'Estimate: 0.23 EUR');
    const refused = (text: string) => deal.store.write((sql) => sql.run(text)).catch(String);
    const moves = 'an Amend does not move so';
    expect(await refused(`UPDATE amendments SET state = 'agreed', verb = 'Reject'`)).to.contain(moves);
    expect(await refused(`UPDATE amendments SET state = 'agreed'`)).to.contain(moves);
    const more = `INSERT INTO amendments (deal, id, by, state, changes, terms, created_at, expires_at)
      SELECT deal, 'am-2', by, 'proposed', '[]', '[]', 0, 9 FROM amendments`;
    expect(await refused(more), 'one is open at a time').to.contain('UNIQUE');
    expect(await refused(more.replace('proposed', 'agreed'))).to.contain('begins as a proposal');
  });

  it('is agreed at once where it is no worse for the broker, and the difference of the Estimate comes back', async () => {
    await using deal = await given();
    expect(await deal.money()).to.deep.equal(['4.83', '0.17']);
    const accept = await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.11 EUR');
    expect([accept.action, said(accept, 'In-reply-to'), said(accept, 'Estimate')]).to.deep.equal([
      ...['Accept', 'd-3', '0.11 EUR'],
    ]);
    expect(await deal.money()).to.deep.equal(['4.89', '0.11']);
    const { estimate, amendment, terms, untilAt, startsAt } = await deal.view();
    expect([estimate, amendment, untilAt]).to.deep.equal(['0.11', null, startsAt! + 65 * 60_000]);
    const said1 = (name: string) => terms.filter((term) => term.name === name).map(({ value }) => value);
    expect([said1('Walltime'), said1('Estimate'), said1('Cpus')]).to.deep.equal([
      ['1 h'],
      ['0.11 EUR'],
      ['2'],
    ]);
  });

  it('waits for the other side else: its Accept moves what is reserved and the money with it', async () => {
    await using deal = await given();
    const ack = await deal.of(ann, 'Amend', 'Cpus: 4', 'Walltime: 3 h', 'Estimate: 0.41 EUR');
    expect([ack.action, said(ack, 'State')]).to.deep.equal(['Ack', 'active']);
    expect((await deal.view()).amendment).to.deep.include({ by: 'user', estimate: '0.41' });
    expect(await deal.money(), 'the old terms hold').to.deep.equal(['4.83', '0.17']);
    expect(reason(await deal.of(ann, 'Accept')), 'it is her own').to.match(/^too-late /);
    const agreed = await deal.of(localAdministrator, 'Accept');
    expect([agreed.action, said(agreed, 'Cpus'), said(agreed, 'Estimate')]).to.deep.equal([
      ...['Agreement', '4', '0.41 EUR'],
    ]);
    expect(await deal.money()).to.deep.equal(['4.59', '0.41']);
    const { startsAt } = await deal.view();
    expect(await deal.store.read((sql) => sql.all(held))).to.deep.equal([
      { slots: 1, amounts: '[["cpus",4]]', until: startsAt! + 185 * 60_000 },
    ]);
  });

  it('of the broker comes to the user, who agrees or not; another can be open only then', async () => {
    await using deal = await given();
    const waiting = deal.trade.deals.log.page(
      'ann',
      { after: 2 },
      { wait: 60, signal: AbortSignal.timeout(60_000) },
    );
    await deal.of(localAdministrator, 'Amend', 'Walltime: 90 min', 'Estimate: 0.14 EUR');
    const [event] = (await waiting).events;
    expect(event?.document?.map(({ name, value }) => `${name}: ${value}`)).to.include.members([
      ...['Action: Amend', 'Id: d-3', 'Walltime: 90 min', 'Estimate: 0.14 EUR'],
    ]);
    expect(reason(await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.11 EUR'))).to.match(
      /^too-late .*d-3/,
    );
    expect(reason(await deal.of(ann, 'Accept', 'In-reply-to: d-2')), 'it is not the one meant').to.match(
      /^too-late .*d-3/,
    );
    expect((await deal.of(ann, 'Reject', 'In-reply-to: d-3')).action).to.equal('Ack');
    expect((await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.11 EUR')).action).to.equal('Accept');
  });

  it('says the new Estimate where it changes that, to the last digit', async () => {
    await using deal = await given();
    const comesTo = 'price it comes to another Estimate: say Estimate: 0.11 EUR';
    expect(reason(await deal.of(ann, 'Amend', 'Walltime: 1 h'))).to.equal(comesTo);
    expect(reason(await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.1 EUR'))).to.equal(comesTo);
    expect(reason(await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.11 CREDIT'))).to.equal(comesTo);
    const worse = 'price it comes to another Estimate: say Estimate: 0.17 EUR';
    expect(reason(await deal.of(ann, 'Amend', 'Deadline: 2001-09-20T00:00Z', 'Estimate: 9 EUR'))).to.equal(
      worse,
    );
  });

  it('never brings the Estimate below what is charged, or may yet be by what runs', async () => {
    await using deal = await given(['Tasks: 4']);
    await deal.run(`INSERT INTO agreement_attempts (job, number, attempt, agreement, limit_ms, cpus, gpus, memory)
      VALUES (1, 1, 1, @agreement, 7200000, 2, 0, 0)`);
    const refused = await deal.of(ann, 'Amend', 'Tasks: 1', 'Cpus: 1', 'Estimate: 0.11 EUR');
    expect(reason(refused)).to.equal('price 0.17 EUR is charged, or may yet be by what runs');
    expect((await deal.of(ann, 'Amend', 'Tasks: 1', 'Estimate: 0.17 EUR')).action).to.equal('Accept');
    expect(await deal.money()).to.deep.equal(['4.83', '0.17']);
  });

  it('changes the Price only before anything has run', async () => {
    await using deal = await given();
    const price = ['Price: 0.04 EUR/cpu-h + 0.05 EUR/job', 'Estimate: 0.21 EUR'];
    expect((await deal.of(ann, 'Amend', ...price)).action, 'she may pay more').to.equal('Accept');
    await deal.run(`INSERT INTO agreement_attempts (job, number, attempt, agreement, limit_ms, cpus, gpus, memory)
      VALUES (1, 1, 1, @agreement, 7200000, 2, 0, 0)`);
    const more = ['Price: 0.05 EUR/cpu-h + 0.05 EUR/job', 'Estimate: 0.25 EUR'];
    expect(reason(await deal.of(ann, 'Amend', ...more))).to.match(/^policy Price: work has begun/);
  });

  it('leaves all as it was where there is no money or no room for it', async () => {
    await using deal = await given();
    await deal.of(ann, 'Amend', 'Tasks: 100', 'Estimate: 12.05 EUR');
    expect(reason(await deal.of(localAdministrator, 'Accept'))).to.match(/^funds /);
    await deal.of(localAdministrator, 'Reject');
    await deal.of(ann, 'Amend', 'Cpus: 9', 'Estimate: 0.59 EUR');
    expect(reason(await deal.of(localAdministrator, 'Accept'))).to.match(/^capacity /);
    expect((await deal.view()).amendment, 'it is open still').to.deep.include({ id: 'd-6' });
    expect(await deal.money()).to.deep.equal(['4.83', '0.17']);
    expect((await deal.store.read((sql) => sql.all(held)))[0]).to.include({ amounts: '[["cpus",2]]' });
  });

  it('is of what is taken, how long and for how much: what the node is stays as it was agreed', async () => {
    await using deal = await given(['Arch: x86_64']);
    expect(reason(await deal.of(ann, 'Amend', 'Arch: aarch64'))).to.match(/^policy Arch stays/);
    expect(reason(await deal.of(ann, 'Amend', 'Site: here'))).to.match(/^policy Site stays/);
    expect(reason(await deal.of(ann, 'Amend', 'Cpus: 2'))).to.equal('invalid it changes nothing');
    expect(reason(await deal.of(ann, 'Amend', 'Until: 2001-01-01T00:00Z'))).to.match(/^invalid Until/);
    const { startsAt } = await deal.view();
    const soon = new Date(startsAt! + 30 * 60_000).toISOString();
    expect((await deal.of(ann, 'Amend', `Until: ${soon}`)).action).to.equal('Accept');
    expect((await deal.view()).untilAt).to.equal(startsAt! + 30 * 60_000);
    await deal.clock.advance(60_000);
    expect(reason(await deal.of(ann, 'Amend', `Start: ${soon}`))).to.match(/^invalid Start/);
  });

  it('leaves a slot as many cpus as the broker sells at the least', async () => {
    await using deal = await given();
    const less = await deal.of(ann, 'Amend', 'Cpus: 0.001', 'Estimate: 0.06 EUR');
    expect(reason(less)).to.equal('policy Cpus; a slot takes 0.01 at least here');
    expect((await deal.view()).amendment).to.equal(null);
  });

  it('of another Start is agreed to only before the agreement has begun', async () => {
    const start = (clock: ManualClock, minutes: number) =>
      `Start: ${new Date(clock.now() + minutes * 60_000).toISOString()}`;
    await using deal = await given([start(new ManualClock(), 5)]);
    const { startsAt } = await deal.view();
    await deal.of(ann, 'Amend', start(deal.clock, 240));
    await deal.clock.advance(6 * 60_000);
    expect(reason(await deal.of(localAdministrator, 'Accept'))).to.match(/^too-late Start: what has begun/);
    expect((await deal.view()).startsAt).to.equal(startsAt);
    await deal.of(localAdministrator, 'Reject');
  });

  it('promises nothing beyond the horizon, nor a moment that no document can say', async () => {
    await using deal = await given();
    for (const far of ['Walltime: 100000000000 h', 'Tasks: 900000000000000', 'Until: 2099-01-01T00:00Z'])
      expect(reason(await deal.of(ann, 'Amend', far)), far).to.match(/^capacity Until; nothing is promised/);
    const dear = await deal.of(ann, 'Amend', 'Tasks: 8', 'Price: 999999999999999 EUR/cpu-h');
    expect(reason(dear)).to.match(/^price/);
    expect((await deal.view()).amendment).to.equal(null);
  });

  it('is of nodes that are there, and counts for its user’s quota with all that it takes then', async () => {
    await using deal = await given();
    await deal.run('UPDATE deals SET short = 1 WHERE agreement = @agreement');
    await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.11 EUR');
    expect((await deal.view()).short).to.equal(false);
    const hours = await deal.store.read((sql) => sql.get('SELECT cpu_hours AS hours FROM deals'));
    expect(hours).to.deep.equal({ hours: 2 });
  });

  it('changes nothing of what a batch system keeps for the agreement', async () => {
    await using deal = await given();
    await deal.run('UPDATE deals SET reservation = offer WHERE agreement = @agreement');
    expect(reason(await deal.of(ann, 'Amend', 'Walltime: 1 h', 'Estimate: 0.11 EUR'))).to.match(
      /^capacity a batch system/,
    );
    expect(
      (await deal.of(ann, 'Amend', 'Price: 1 EUR/cpu-h + 0.05 EUR/job', 'Estimate: 4.05 EUR')).action,
    ).to.equal('Accept');
  });

  it('is nobody’s business but theirs', async () => {
    await using deal = await given();
    const stranger = userNamed('bob');
    expect(reason(await deal.of(stranger, 'Amend', 'Walltime: 1 h'))).to.match(/^not-found /);
    expect(reason(await deal.of(stranger, 'Accept'))).to.match(/^not-found /);
  });
});
