import { expect } from 'chai';
import { dealAsk } from '../../../cli/deals/asking.ts';
import { dryRun, Progress, type WorkOrder, workUnderDeal } from '../../../cli/deals/under.ts';
import { Refusal } from '../../../platform/failure.ts';
import type { JobView } from '../../../protocol/jobs/job.ts';
import { refusalOf } from '../../support/documents.ts';
import { GivenBroker, givenContext, heat } from './given-brokers.ts';

const never = new AbortController().signal;
const job = { id: 'job-1' } as JobView;

/** Work that notes what is done; `before` comes before each step of it. */
function givenWork(before: () => void = () => {}) {
  const done: string[] = [];
  const order: WorkOrder = {
    wanted: dealAsk(heat, { tasks: 3 }),
    application: undefined,
    async submit({ config }, under, signal) {
      before();
      done.push(`submit ${JSON.stringify(under)} at ${config.client['broker-url']}`);
      signal.throwIfAborted();
      return job;
    },
    async follow(_context, { id }, signal) {
      before();
      done.push(`follow ${id}`);
      signal.throwIfAborted();
    },
  };
  return { order, done };
}

describe('work by an Ask', () => {
  it('goes to the broker of the best Offer, under the agreement, and ends with the Bill; the others hold nothing', async () => {
    const [dear, cheap] = [new GivenBroker(1, '3 EUR'), new GivenBroker(2, '1 EUR')];
    const { context, printed, notes } = givenContext([dear, cheap]);
    const { order, done } = givenWork();
    await workUnderDeal(context, order, new Progress(), never);
    const [offer] = [...cheap.deals.keys()];
    expect(done).to.deep.equal([
      `submit {"agreement":"agr-${offer}","application":"heat1.0","tasks":3} at ${cheap.url}`,
      'follow job-1',
    ]);
    expect([...dear.deals.values(), ...cheap.deals.values()].map(({ state }) => state)).to.deep.equal([
      'rejected',
      'completed',
    ]);
    expect(printed).to.deep.equal([]);
    expect(notes).to.deep.equal([
      `agreement agr-${offer} with ${cheap.address}, for 1 EUR at most`,
      'job job-1 is queued',
      `bill-agr-${offer} of agr-${offer}`,
      '  1 job at 1 EUR/job -> 1 EUR',
      '  total 1 EUR of at most 1 EUR',
    ]);
  });

  it('waits for what a batch system is to reserve', async () => {
    const broker = new GivenBroker(1);
    broker.looksToReserve = 2;
    const { context, notes } = givenContext([broker]);
    const { order, done } = givenWork();
    await workUnderDeal(context, order, new Progress(), never);
    expect(notes[0]).to.match(/has its batch system reserve what Offer off-127\.0\.0\.1:7601-1 promises/);
    expect(done).to.have.length(2);
    expect(broker.holds).to.deep.equal([]);
  });

  it('ends what a batch system is to reserve yet, where it is stopped then', async () => {
    const broker = new GivenBroker(1);
    broker.looksToReserve = 1_000;
    const stop = new AbortController();
    const stopOnceAccepted = () => {
      if ([...broker.deals.values()].some(({ state }) => state === 'accepting'))
        stop.abort(new Error('Ctrl-C'));
    };
    const { context, notes } = givenContext([broker], { before: stopOnceAccepted });
    const ended = workUnderDeal(context, givenWork().order, new Progress(), stop.signal);
    expect(await ended.catch(() => 'stopped')).to.equal('stopped');
    expect(broker.holds).to.deep.equal([]);
    expect(
      [...broker.deals.values()].map(({ state }) => state),
      notes.join('\n'),
    ).to.deep.equal(['terminated']);
  });

  it('leaves no Offer where the Accept is declined, and says why', async () => {
    const brokers = [new GivenBroker(1, '1 EUR'), new GivenBroker(2, '2 EUR')];
    brokers[0]!.declinesAccept = 'funds 0.50 EUR are there';
    const { context } = givenContext(brokers);
    const { order, done } = givenWork();
    const error: unknown = await workUnderDeal(context, order, new Progress(), never).catch((said) => said);
    expect(error).to.include({ code: 'declined', detail: 'declined: funds 0.50 EUR are there' });
    expect([done, brokers.flatMap(({ holds }) => holds)]).to.deep.equal([[], []]);
  });

  it('terminates the agreement where the answer to its Accept was lost', async () => {
    const broker = new GivenBroker(1, '1 EUR');
    broker.losesAgreement = 'and is there again';
    const { context } = givenContext([broker]);
    const { order, done } = givenWork();
    await refusalOf(workUnderDeal(context, order, new Progress(), never));
    expect(done).to.deep.equal([]);
    expect([...broker.deals.values()].map(({ state }) => state)).to.deep.equal(['terminated']);
  });

  it('says where to look for an agreement whose broker is away since it was sent the Accept', async () => {
    const broker = new GivenBroker(1, '1 EUR');
    broker.losesAgreement = 'and is away';
    const { context, notes } = givenContext([broker]);
    await refusalOf(workUnderDeal(context, givenWork().order, new Progress(), never));
    const [offer] = [...broker.deals.keys()];
    expect(notes.at(-1)).to.match(
      new RegExp(`Offer ${offer} of .* may be agreed; see ogm offer show ${offer}`),
    );
  });

  it('terminates the agreement where the job cannot be submitted', async () => {
    const broker = new GivenBroker(1);
    const { context } = givenContext([broker]);
    const { order } = givenWork();
    const submit = () => Promise.reject(new Error('a file is gone'));
    const work = workUnderDeal(context, { ...order, submit }, new Progress(), never);
    expect(await work.catch(({ message }: Error) => message)).to.equal('a file is gone');
    expect([...broker.deals.values()].map(({ state }) => state)).to.deep.equal(['terminated']);
  });

  it('says what each broker said where there is no Offer', async () => {
    const brokers = [new GivenBroker(1), new GivenBroker(2)];
    brokers[0]!.declines = 'capacity start 14:20 at the earliest';
    brokers[1]!.declines = 'policy not for you';
    const { context } = givenContext(brokers);
    const refused = await refusalOf(workUnderDeal(context, givenWork().order, new Progress(), never));
    expect(refused).to.be.instanceOf(Refusal);
    expect(refused).to.include({ code: 'no-match' });
    expect(refused.detail).to.equal(
      'no broker makes an Offer that answers the Ask\n127.0.0.1:7601: capacity start 14:20 at the earliest\n127.0.0.1:7602: policy not for you',
    );
  });

  it('says that trying again may help where one of them was not reached', async () => {
    const brokers = [new GivenBroker(1), new GivenBroker(2)];
    brokers[0]!.declines = 'policy not for you';
    brokers[1]!.isAway = true;
    const { context, printed } = givenContext(brokers, { json: true });
    const refused = await refusalOf(workUnderDeal(context, givenWork().order, new Progress(), never));
    expect(refused).to.include({ code: 'unavailable' });
    expect(refused.detail).to.match(
      /^no Offer answers the Ask, and not all .*\n.*:7601: policy.*\n.*:7602: /,
    );
    expect(printed).to.deep.equal([]);
  });

  for (const looksToReserve of [0, 2])
    it(`that is stopped at any step leaves nothing, or says what and how it ends${looksToReserve === 0 ? '' : ', also with a batch system'}`, async () => {
      let steps = Number.POSITIVE_INFINITY;
      for (let stopAt = 1; stopAt <= steps; stopAt += 1) {
        const stop = new AbortController();
        let step = 0;
        const before = () => {
          step += 1;
          if (step === stopAt) stop.abort(new Error('Ctrl-C'));
        };
        const brokers = [new GivenBroker(1, '2 EUR'), new GivenBroker(2, '1 EUR')];
        brokers[1]!.looksToReserve = looksToReserve;
        const { context, notes } = givenContext(brokers, { before });
        const progress = new Progress();
        let hasFailed = false;
        await workUnderDeal(context, givenWork(before).order, progress, stop.signal).catch(() => {
          hasFailed = true;
        });
        if (!stop.signal.aborted) steps = step;
        const told = [...notes, progress.stopped.detail, progress.stopped.next].join('\n');
        for (const id of brokers.flatMap(({ holds }) => holds)) expect(told, `step ${stopAt}`).to.contain(id);
        if (!hasFailed)
          expect(
            brokers.flatMap(({ holds }) => holds),
            `step ${stopAt}`,
          ).to.deep.equal([]);
      }
      expect(steps).to.be.greaterThan(8);
    });
});

describe('a dry run', () => {
  it('shows the Offers that would come, the best first, and holds nothing', async () => {
    const brokers = [new GivenBroker(1, '3 EUR'), new GivenBroker(2, '1 EUR'), new GivenBroker(3)];
    brokers[2]!.declines = 'policy not today';
    const { context, printed } = givenContext(brokers);
    await dryRun(context, dealAsk(heat), never);
    expect(printed.map((line) => line.replaceAll(/ {2,}/g, '  '))).to.deep.equal([
      'BROKER  OFFER  ESTIMATE',
      '127.0.0.1:7602  off-127.0.0.1:7602-1  1 EUR  the best',
      '127.0.0.1:7601  off-127.0.0.1:7601-1  3 EUR  it costs more',
      '127.0.0.1:7603  -  -  policy not today',
    ]);
    expect(brokers.flatMap(({ holds }) => holds)).to.deep.equal([]);
  });

  it('says the same as JSON, a line for each broker', async () => {
    const brokers = [new GivenBroker(1, '3 EUR'), new GivenBroker(2, '1 EUR')];
    const { context, printed } = givenContext(brokers, { json: true });
    await dryRun(context, dealAsk(heat), never);
    const lines = printed.map((line) => JSON.parse(line) as { outcome: string; offer: { Estimate: string } });
    expect(lines.map(({ outcome, offer }) => [outcome, offer.Estimate])).to.deep.equal([
      ['best', '1 EUR'],
      ['offer', '3 EUR'],
    ]);
  });
});
