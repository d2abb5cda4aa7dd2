import { expect } from 'chai';
import { localAdministrator } from '../../broker/caller.ts';
import { whyDeal } from '../../broker/why/deals.ts';
import { printReply } from '../../language-door/reply.ts';
import { becauseReason } from '../../protocol/why/declines.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { type GivenWork, givenAgreements, ran, user } from '../broker/agreements/given.ts';
import { documentOf, of, said } from '../broker/deals/given.ts';
import { askOf } from '../broker/jobs/support.ts';
import { seen } from './seen.ts';

const anyTime = ['Application: app', 'Lender: bob'];
const ask = [...anyTime, 'Walltime: 10 min'];
const hourMs = 3_600_000;

/** Why the deal of an Id stands as it does. */
async function why(given: GivenWork, id: string | undefined): Promise<Cause | undefined> {
  const deal = await given.work.deals.get(user('ann'), id ?? '');
  return whyDeal(id ?? '', deal, given.clock.now()).causes[0];
}

/** Why a document was declined, by its Reason. */
function declined(reply: string): Cause {
  expect(reply).to.match(/^Action: Decline$/m);
  return becauseReason(of(reply, 'Reason') ?? '');
}

/** The Id of an Offer that answers an Ask. */
async function offered(given: GivenWork, ...more: readonly string[]): Promise<string> {
  const offer = await given.say('Ask', [...ask, ...more]);
  expect(offer).to.match(/^Action: Offer$/m);
  return of(offer, 'Id') ?? '';
}

async function whyJob(given: GivenWork, id: string): Promise<Cause | undefined> {
  return (await given.work.why.job('ann', id)).causes[0];
}

describe('why there is no deal', () => {
  it('is the policy, the capacity or the price of the broker, or the account', async () => {
    await using given = await givenAgreements({ 'deal-offers-each': 1 });
    await given.agent();
    seen('declined-capacity', declined(await given.say('Ask', [...ask, 'Cpus: 64'])));
    const open = await offered(given);
    seen('declined-policy', declined(await given.say('Ask', ask)));
    await given.say('Reject', [`Offer: ${open}`]);
    const cheap = await given.say('Ask', [...ask, 'Budget: 0.01 EUR']);
    seen('declined-price', declined(cheap));
    const dear = await given.say('Ask', [...anyTime, 'Cpus: 4', 'Walltime: 10 h']);
    const broke = declined(await given.say('Accept', [`Offer: ${of(dear, 'Id')}`]));
    seen('declined-funds', broke);
    expect(broke.cause).to.match(/10(?:\.00)? EUR|144/);
  });

  it('names the hour that would do, where all is reserved until then', async () => {
    await using given = await givenAgreements();
    await given.agent();
    await given.agree('Cpus: 4', 'Walltime: 10 min');
    const start = new Date(given.clock.now() + 60_000).toISOString();
    const late = declined(await given.say('Ask', [...ask, 'Cpus: 4', `Start: ${start}`, 'Critical: Start']));
    seen('declined-capacity', late);
    expect(late.cause).to.match(/start \S+Z at the earliest/);
  });

  it('is a document that is too late, about nothing, twice under one Id, or without one', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const id = await offered(given);
    await given.say('Reject', [`Offer: ${id}`]);
    seen('declined-too-late', declined(await given.say('Accept', [`Offer: ${id}`])));
    seen('declined-not-found', declined(await given.say('Accept', ['Offer: nothing'])));
    const sameId = (cpus: number) => documentOf(said('Ask', 'Id: mine', ...ask, `Cpus: ${cpus}`));
    await given.work.deals.receive(sameId(1), user('ann'));
    const [reused] = await given.work.deals.receive(sameId(2), user('ann'));
    seen('declined-id-reused', declined(printReply(reused!)));
    const [nameless] = await given.work.deals.receive(documentOf(said('Ask', ...ask)), user('ann'));
    seen('declined-invalid', declined(printReply(nameless!)));
  });
});

describe('why a deal waits or has ended', () => {
  it('is that an Offer is open, was countered, rejected, taken back, or has lapsed', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const open = await offered(given);
    seen('deal-open', await why(given, open));
    await given.say('Counter', [`Offer: ${open}`, 'Walltime: 5 min']);
    seen('deal-countered', await why(given, open));
    const rejected = await offered(given);
    await given.say('Reject', [`Offer: ${rejected}`]);
    seen('deal-rejected', await why(given, rejected));
    const withdrawn = await offered(given);
    await given.say(
      'Cancel',
      [`Offer: ${withdrawn}`, 'Reason: policy the machine is wanted'],
      localAdministrator,
    );
    seen('deal-withdrawn', await why(given, withdrawn));
    const lapsed = await offered(given);
    await given.clock.advance(hourMs);
    await given.settle();
    seen('deal-lapsed', await why(given, lapsed));
  });

  it('is that an agreement has not begun, is being amended, lacks a node, ends, or is over', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const start = new Date(given.clock.now() + hourMs).toISOString().replace('.000Z', 'Z');
    const later = await given.agree('Walltime: 10 min', `Start: ${start}`);
    seen('agreement-starts', await why(given, later));
    const under = await given.submit({ agreement: later });
    seen('under-not-begun', await whyJob(given, under.id));
    const agreement = await given.agree('Walltime: 10 min', 'Tasks: 2');
    seen('agreement-active', await why(given, agreement));
    const amend = [`Agreement: ${agreement}`, 'Price: 9.00 EUR/cpu-h', 'Estimate: 3.00 EUR'];
    await given.say('Amend', amend, localAdministrator);
    seen('agreement-amends', await why(given, agreement));
    const { id } = await given.submit({ agreement, tasks: 1 });
    await agent.mayStart(`${id}.1`);
    await agent.vanish();
    await given.clock.advance(40_000);
    await given.settle();
    seen('agreement-short', await why(given, agreement));
    await given.end('Complete', agreement);
    seen('agreement-ending', await why(given, agreement));
    await given.clock.advance(2 * hourMs);
    await given.settle();
    seen('agreement-over', await why(given, agreement));
  });

  it('is that its user completed it, or that its Until has passed, where no reason was given', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const [done, left] = [await given.agree('Walltime: 10 min'), await given.agree('Walltime: 10 min')];
    await given.end('Complete', done);
    const completed = `the agreement ${done} is completed: its user completed it`;
    seen('agreement-over', await why(given, done), completed);
    await given.clock.advance(hourMs);
    await given.settle();
    const over = await why(given, left);
    seen('agreement-over', over);
    expect(over?.cause).to.match(/ is completed: its Until, \S+Z, has passed$/);
  });

  it('is answered also where the reason that somebody gave fills a header', async () => {
    await using given = await givenAgreements();
    await given.agent();
    // 14 bytes, an odd one, and pairs of surrogates: 8,191 of the 8,192 that a header may have, with the end of its line.
    for (const filler of ['x'.repeat(8_176), `x${'😀'.repeat(2_043)}`]) {
      const agreement = await given.agree('Walltime: 100 s');
      const ended = await given.say('Terminate', [`Agreement: ${agreement}`, `Reason: policy ${filler}`]);
      expect(ended).to.match(/^State: terminated$/m);
      const because = await given.say('Why', [`Agreement: ${agreement}`]);
      expect(because).to.match(/^Note: the agreement \S+ is terminated: x.*…; see what is owed/m);
      expect(await given.say('Report', [`Agreement: ${agreement}`])).to.match(/^Note: policy x.*…$/m);
    }
  });

  it('is for its jobs that it is used up, too short, or over; for others that it has what is free', async () => {
    await using given = await givenAgreements({ 'open-access': ['*'] });
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 1');
    const first = await given.submit({ agreement });
    await agent.mayStart(`${first.id}.1`);
    const second = await given.submit({ agreement });
    seen('under-estimate', await whyJob(given, second.id));
    await given.clock.advance(100_000);
    await agent.say(ran(`${first.id}.1`, 100_000));
    await given.settle();
    seen('agreement-used-up', await why(given, agreement));
    const short = await given.agree('Walltime: 10 min', 'Tasks: 5');
    const late = await given.submit({ agreement: short, ask: askOf('Walltime: 10 min') });
    await given.clock.advance(3_300_000);
    await agent.mayStart(`${late.id}.1`);
    seen('under-too-short', await whyJob(given, late.id));
    await given.clock.advance(hourMs);
    await given.settle();
    await given.agree('Cpus: 4', 'Walltime: 10 min');
    const own = await given.submit({}, 'bob');
    const kept = '1 node fits; what is free there is kept, for agreements or for a task that needs more';
    seen('nodes-reserved', (await given.work.why.job('bob', own.id)).causes[0], kept);
  });
});
