import { expect } from 'chai';
import { localAdministrator, type UserCaller } from '../../broker/caller.ts';
import type { BrokerSettings } from '../../broker/settings.ts';
import { printReply } from '../../language-door/reply.ts';
import { becauseReason } from '../../protocol/why/declines.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import type { SituationName } from '../../protocol/why/situations.ts';
import { user } from '../broker/agreements/given.ts';
import { documentOf, of, said as written } from '../broker/deals/given.ts';
import { type House, type HouseAgent, openHouse, until } from './house.ts';
import { seen } from './seen.ts';

const hourMs = 3_600_000;

/** A second of a core costs 1 EUR. */
const priced: Partial<BrokerSettings> = {
  currencies: ['EUR'],
  price: ['3600 EUR/cpu-h'],
  'offers-share': 100,
};

/** A house with a machine of bob's that ann may use, who has 1,000 EUR. */
interface Trade {
  readonly house: House;
  /** His agent. */
  readonly agent: HouseAgent;
  /** What is answered to a document of ann's, or of somebody else. */
  say(action: string, headers: readonly string[], who?: UserCaller): Promise<string>;
  /** The Id of the Offer to an Ask of hers. */
  offered(...ask: readonly string[]): Promise<string>;
  /** The Id of an agreement of hers. */
  agree(...ask: readonly string[]): Promise<string>;
  /** A document of hers is declined, by the word of a situation. */
  declined(situation: SituationName, action: string, headers: readonly string[]): Promise<Cause>;
}

async function openTrade(house: House): Promise<Trade> {
  const { work } = house;
  const agent = await house.agent(
    'node',
    { 'accept-unisolated': true, cpus: 2, memory: '2 GiB', 'held-tasks': 0 },
    { owner: 'bob', isOther: true },
  );
  await house.user('ann');
  await work.ledger.grant(localAdministrator, 'ann', 'EUR', { amount: '1000', request: 'r-1' });
  await work.sharing.share(user('bob'), 'node', ['ann']);
  let said = 0;
  const trade: Trade = {
    ...{ house, agent },
    async say(action, headers, who = user('ann')) {
      said += 1;
      const text = ['SLA-version: 1.0', `Action: ${action}`, `Id: said-${said}`, ...headers, ''].join('\n');
      const [reply] = await work.deals.receive(documentOf(text), who);
      return reply === undefined ? '' : printReply(reply);
    },
    async offered(...ask) {
      let offer = '';
      // The agent may have yet to come back after a leap.
      await until(
        async () => {
          offer = await trade.say('Ask', ['Application: sleep', 'Lender: bob', ...ask]);
          return /^Action: Offer$/m.test(offer);
        },
        'there is an Offer',
        () => offer,
      );
      return of(offer, 'Id') ?? '';
    },
    async agree(...ask) {
      const agreement = await trade.say('Accept', [`Offer: ${await trade.offered(...ask)}`]);
      expect(agreement).to.match(/^Action: Agreement$/m);
      return of(agreement, 'Id') ?? '';
    },
    async declined(situation, action, headers) {
      const reply = await trade.say(action, headers);
      const cause = reasonOf(reply);
      seen(situation, cause);
      return cause;
    },
  };
  return trade;
}

/** Why a document was declined, by its Reason. */
function reasonOf(reply: string): Cause {
  expect(reply).to.match(/^Action: Decline$/m);
  return becauseReason(of(reply, 'Reason') ?? '');
}

describe('why there is no deal, of a broker and of an agent as people start them', () => {
  it('is the policy, the capacity or the price of the broker, or the account', async () => {
    await using house = await openHouse({ ...priced, 'deal-offers-each': 1 });
    const { declined, offered, say } = await openTrade(house);
    const ask = ['Application: sleep', 'Lender: bob'];
    await declined('declined-capacity', 'Ask', [...ask, 'Cpus: 64', 'Walltime: 1 s']);
    const open = await offered('Walltime: 1 s');
    await declined('declined-policy', 'Ask', [...ask, 'Walltime: 1 s']);
    await house.shows('deal-open', open, undefined, 'ann');
    await say('Reject', [`Offer: ${open}`]);
    await declined('declined-price', 'Ask', [...ask, 'Walltime: 2 s', 'Budget: 1 EUR']);
    const dear = await offered('Walltime: 1 h');
    await declined('declined-funds', 'Accept', [`Offer: ${dear}`]);
  });

  it('is an hour that is too soon, or a document about what is over or is not there', async () => {
    await using house = await openHouse(priced);
    const { declined, offered, say, agree } = await openTrade(house);
    await agree('Cpus: 2', 'Walltime: 1 min');
    const start = new Date(house.clock.now() + 30_000).toISOString();
    const late = await declined('declined-capacity', 'Ask', [
      'Application: sleep',
      'Lender: bob',
      'Cpus: 2',
      'Walltime: 1 min',
      `Start: ${start}`,
      'Critical: Start',
    ]);
    expect(late.cause).to.match(/start \S+Z at the earliest/);
    const id = await offered('Walltime: 1 s');
    await say('Reject', [`Offer: ${id}`]);
    await declined('declined-too-late', 'Accept', [`Offer: ${id}`]);
    await declined('declined-not-found', 'Accept', ['Offer: nothing']);
    const sameId = (cpus: number) =>
      documentOf(written('Ask', 'Id: mine', 'Application: sleep', 'Lender: bob', `Cpus: ${cpus}`));
    await house.work.deals.receive(sameId(1), user('ann'));
    const [reused] = await house.work.deals.receive(sameId(2), user('ann'));
    seen('declined-id-reused', reasonOf(printReply(reused!)));
    const [nameless] = await house.work.deals.receive(
      documentOf(written('Ask', 'Application: sleep')),
      user('ann'),
    );
    seen('declined-invalid', reasonOf(printReply(nameless!)));
  });
});

describe('why a deal waits or has ended, of a broker and of an agent as people start them', () => {
  it('is that an Offer was countered, rejected, taken back, or has lapsed', async () => {
    await using house = await openHouse(priced);
    const { offered, say } = await openTrade(house);
    const countered = await offered('Walltime: 2 s');
    await say('Counter', [`Offer: ${countered}`, 'Walltime: 1 s']);
    await house.shows('deal-countered', countered, undefined, 'ann');
    const rejected = await offered('Walltime: 1 s');
    await say('Reject', [`Offer: ${rejected}`]);
    await house.shows('deal-rejected', rejected, undefined, 'ann');
    const withdrawn = await offered('Walltime: 1 s');
    await say('Cancel', [`Offer: ${withdrawn}`, 'Reason: policy the machine is wanted'], localAdministrator);
    await house.shows('deal-withdrawn', withdrawn, undefined, 'ann');
    const lapsed = await offered('Walltime: 1 s');
    await house.clock.leap(hourMs);
    await house.shows('deal-lapsed', lapsed, undefined, 'ann');
  });

  it('is that an agreement has not begun, is amended, ends, or is over; and its jobs wait for that', async () => {
    await using house = await openHouse(priced);
    const { say, agree } = await openTrade(house);
    const start = new Date(Math.ceil(house.clock.now() / 1000) * 1000 + hourMs)
      .toISOString()
      .replace('.000Z', 'Z');
    const later = await agree('Walltime: 1 min', `Start: ${start}`);
    await house.shows('agreement-starts', later, undefined, 'ann');
    const under = await house.submit({ agreement: later }, [], 'ann');
    await house.shows('under-not-begun', under.id, undefined, 'ann');
    const agreement = await agree('Walltime: 100 s', 'Tasks: 2');
    await house.shows('agreement-active', agreement, undefined, 'ann');
    await say(
      'Amend',
      [`Agreement: ${agreement}`, 'Price: 7200 EUR/cpu-h', 'Estimate: 400 EUR'],
      localAdministrator,
    );
    await house.shows('agreement-amends', agreement, undefined, 'ann');
    const { id } = await house.submit({ agreement, arguments: ['600'] }, [], 'ann');
    await house.shows('task-runs', id, undefined, 'ann');
    await say('Complete', [`Agreement: ${agreement}`]);
    await house.shows('agreement-ending', agreement, undefined, 'ann');
    await house.work.jobs.cancel('ann', id, 0);
    await house.shows(
      'agreement-over',
      agreement,
      `the agreement ${agreement} is completed: its user completed it`,
      'ann',
    );
  });

  it('is for jobs that their agreement is used up, or too short, or lacks its node; for others that it has what is free', async () => {
    await using house = await openHouse({ ...priced, 'deal-margin': 600_000 });
    const { agree, agent } = await openTrade(house);
    const small = await agree('Walltime: 1 s', 'Tasks: 1');
    const first = await house.submit({ agreement: small, arguments: ['600'] }, [], 'ann');
    await house.shows('task-time', first.id, undefined, 'ann');
    const second = await house.submit({ agreement: small, arguments: ['600'] }, [], 'ann');
    await house.shows('under-estimate', second.id, undefined, 'ann');
    await house.shows('agreement-used-up', small, undefined, 'ann');
    const short = await agree('Walltime: 3 min', 'Tasks: 5');
    await agent.drain();
    const late = await house.submit({ agreement: short }, ['Walltime: 3 min'], 'ann');
    await house.shows('nodes-unwilling', late.id, undefined, 'ann');
    // Of 25 minutes; what is left goes by as time does while the agent comes back.
    await house.clock.leap(22.5 * 60_000);
    await agent.resume();
    await house.shows('under-too-short', late.id, undefined, 'ann');
    await house.clock.leap(hourMs);
    await house.shows('agreement-over', short, /its Until, \S+Z, has passed$/, 'ann');
    const all = await agree('Cpus: 2', 'Walltime: 2 min');
    const own = await house.submit({}, [], 'bob');
    const kept = '1 node fits; what is free there is kept, for agreements or for a task that needs more';
    await house.shows('nodes-reserved', own.id, kept, 'bob');
    await agent.stop();
    await house.clock.leap(40_000);
    await house.shows('agreement-short', all, undefined, 'ann');
  });
});
