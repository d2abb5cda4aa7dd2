import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore, type ServiceStore } from '../../support/service-store.ts';
import { giveUsers, openTrade, orphans, said, type Trade, userNamed } from './trade.ts';

const ann = userNamed('ann');
const minuteMs = 60_000;

/** Deals that open again and again over one store. */
class Given implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly #service: ServiceStore;
  #trade: Trade | undefined;
  #sent = 0;

  constructor(service: ServiceStore) {
    this.#service = service;
  }

  static async open(): Promise<Given> {
    const given = new Given(await openServiceStore('broker'));
    await giveUsers(given.store, ['ann'], '1000');
    await given.start();
    return given;
  }

  get store() {
    return this.#service.store;
  }

  async start(): Promise<void> {
    const settings = { 'deal-offers-each': 1_000, 'offers-share': 100 };
    this.#trade = await openTrade({
      store: this.store,
      clock: this.clock,
      nodes: { 'node-0': 1_000 },
      settings,
    });
  }

  async stop(): Promise<void> {
    await this.#trade?.stop();
    await this.#service.reopen();
  }

  say(action: string, ...lines: string[]) {
    this.#sent += 1;
    const text = ['SLA-version: 1.0', `Action: ${action}`, `Id: d-${this.#sent}`, ...lines].join('\n');
    return this.#trade!.say(ann, text);
  }

  async offer(): Promise<string> {
    const offer = await this.say('Ask', 'Application: gcc4.0.2', 'Walltime: 10 min');
    return said(offer, 'Id') ?? '';
  }

  /** The next thing that happens, once it does. */
  async next(): Promise<string | undefined> {
    const { log } = this.#trade!.deals;
    const patience = { wait: 60, signal: new AbortController().signal };
    const { events } = await log.page('ann', { after: await log.head() }, patience);
    return events[0]?.state;
  }

  /** Time passes, and with it all that comes of that. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5_000) {
      await this.clock.advance(Math.min(left, 5_000));
      await this.count('open');
    }
  }

  /** How many deals stand so, once all that waits for the store is done. */
  async count(state: string): Promise<number> {
    for (let looks = 0; looks < 20; looks += 1) await turn();
    const all = await this.store.read((sql) =>
      sql.all('SELECT deal FROM deals WHERE state = @state', { state }),
    );
    return all.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    expect(await this.store.read(orphans)).to.deep.equal([]);
    await this.#trade?.stop();
    await this.#service[Symbol.asyncDispose]();
  }
}

describe('what lapses by the clock', () => {
  it('lapses at its moment and not before, and what it held is free', async () => {
    await using given = await Given.open();
    await given.offer();
    await given.clock.advance(minuteMs);
    await given.offer();
    await given.clock.advance(minuteMs - 1);
    expect(await given.count('open')).to.equal(2);
    await given.clock.advance(1);
    expect(await given.count('lapsed')).to.equal(1);
    await given.clock.advance(minuteMs);
    expect(await given.count('lapsed')).to.equal(2);
  });

  it('is told at its moment to who waits for what happens', async () => {
    await using given = await Given.open();
    await given.offer();
    await given.clock.advance(2 * minuteMs - 1);
    const next = given.next();
    expect(await given.count('open')).to.equal(1);
    await given.clock.advance(1);
    expect(await next).to.equal('lapsed');
  });

  it('lapses at the next start where nobody was there, also with hundreds of others, and is told once each', async () => {
    await using given = await Given.open();
    for (let made = 0; made < 130; made += 1) await given.offer();
    await given.stop();
    await given.clock.advance(10 * minuteMs);
    await given.start();
    expect(await given.count('lapsed')).to.equal(130);
    const told = await given.store.read((sql) =>
      sql.get<{ n: number }>(`SELECT count(*) AS n FROM deal_events WHERE state = 'lapsed'`),
    );
    expect(told?.n).to.equal(130);
  });

  it('lapses though another beside it cannot be read, which is tried again', async () => {
    await using given = await Given.open();
    await given.offer();
    await given.store.write((sql) => sql.run("UPDATE deals SET ask = 'no list'"));
    await given.pass(minuteMs);
    await given.offer();
    await given.pass(2 * minuteMs + 10_000);
    expect([await given.count('lapsed'), await given.count('open')]).to.deep.equal([1, 1]);
    await given.store.write((sql) => sql.run("UPDATE deals SET ask = '[]'"));
    await given.pass(10_000);
    expect(await given.count('lapsed')).to.equal(2);
  });

  it('goes by the time of day: soon after that is set forward, and not before it where it was set back', async () => {
    await using given = await Given.open();
    await given.offer();
    given.clock.set(3 * minuteMs);
    await given.clock.advance(10_000);
    expect(await given.count('lapsed'), 'set forward').to.equal(1);
    await given.offer();
    given.clock.set(-minuteMs);
    await given.clock.advance(2 * minuteMs);
    expect(await given.count('open'), 'set back').to.equal(1);
    await given.clock.advance(minuteMs);
    expect(await given.count('open')).to.equal(0);
  });

  it('is declined as too late from its moment on, whether or not somebody has looked', async () => {
    await using given = await Given.open();
    const offer = await given.offer();
    given.clock.set(2 * minuteMs);
    const reply = await given.say('Accept', `Offer: ${offer}`);
    expect([said(reply, 'Reason')?.split(' ')[0], said(reply, 'State')]).to.deep.equal([
      'too-late',
      'lapsed',
    ]);
  });

  it('ends an open Amend at its time, and an agreement at its Until with the Bill', async () => {
    await using given = await Given.open();
    const accepted = await given.say('Accept', `Offer: ${await given.offer()}`);
    const agreement = `Agreement: ${said(accepted, 'Id')}`;
    await given.say('Amend', agreement, 'Walltime: 12 min', 'Estimate: 0.056 EUR', 'Expires: 3 min');
    const amends = () =>
      given.store.read((sql) =>
        sql.all<{ state: string }>('SELECT state FROM amendments').map(({ state }) => state),
      );
    await given.clock.advance(3 * minuteMs - 1);
    expect([await given.count('active'), await amends()]).to.deep.equal([1, ['proposed']]);
    await given.clock.advance(1);
    expect([await given.count('active'), await amends()]).to.deep.equal([1, ['lapsed']]);
    await given.clock.advance(12 * minuteMs);
    expect(await given.count('completed')).to.equal(1);
    const bill = await given.say('Bill', agreement);
    expect([bill.action, said(bill, 'Total'), said(bill, 'State')]).to.deep.equal([
      'Bill',
      '0.00 EUR',
      'completed',
    ]);
  });
});
