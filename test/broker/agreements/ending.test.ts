import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import { refusalOf } from '../../support/documents.ts';
import { of } from '../deals/given.ts';
import { askOf, brief } from '../jobs/support.ts';
import { faultsOf, type GivenWork, givenAgreements, ran } from './given.ts';

/** An agreement of two slots with one task that runs, one that its node holds and one that waits. */
async function givenBusy({ repeatable = true } = {}) {
  const given = await givenAgreements();
  const agent = await given.agent();
  const agreement = await given.agree('Count: 2', 'Walltime: 100 s', 'Tasks: 4');
  const { id } = await given.submit({ agreement, tasks: 3, repeatable });
  await agent.mayStart(`${id}.1`);
  await given.clock.advance(60_000);
  expect(
    await given.jobs.tasks('ann', id, {}).then(({ tasks }) => tasks.map(({ state }) => state)),
  ).to.deep.equal(['started', 'held', 'matching']);
  agent.heard.length = 0;
  return { given, agent, agreement, id };
}

async function states(given: GivenWork, id: string): Promise<string> {
  const { tasks } = await given.jobs.tasks('ann', id, {});
  return `${(await given.job(id)).state}: ${tasks.map(({ state }) => state).join(' ')}`;
}

/** How it stands with the money of an agreement of 0.45 EUR. */
async function money(given: GivenWork, agreement: string) {
  const { state, charged, held } = await given.deal(agreement);
  expect(await given.read(faultsOf)).to.deep.equal([]);
  return { state, charged: charged ?? '0.00', held, ann: await given.balance('ann') };
}

describe('an agreement that ends', () => {
  it('by its user is charged for what ran until it was cancelled; what waited is cancelled at once', async () => {
    const { given, agent, agreement, id } = await givenBusy();
    await using _given = given;
    expect(of(await given.end('Terminate', agreement), 'State')).to.equal('ending');
    expect(brief(agent.heard).toSorted()).to.deep.equal([`cancel ${id}.1 #1`, `forget ${id}.2 #1`]);
    expect(await states(given, id)).to.equal('RUNNING: started cancelled cancelled');
    expect((await given.task(id, 2)).reason).to.equal(`agreement ${agreement} has ended`);
    await agent.say(ran(`${id}.1`, 40_000, { kind: 'cancelled', code: null }));
    expect(await states(given, id)).to.equal('CANCELLED: cancelled cancelled cancelled');
    expect(await money(given, agreement)).to.deep.equal({
      ...{ state: 'terminated', charged: '0.09', held: null, ann: '9.91' },
    });
    const bill = await given.say('Bill', [`Agreement: ${agreement}`]);
    expect([of(bill, 'Total'), of(bill, 'State')]).to.deep.equal(['0.09 EUR', 'terminated']);
  });

  it('by the broker costs nothing for what the broker stops, and what ended by itself', async () => {
    const { given, agent, agreement, id } = await givenBusy();
    await using _given = given;
    await agent.mayStart(`${id}.2`);
    await given.clock.advance(10_000);
    await given.end('Terminate', agreement, localAdministrator);
    expect(brief(agent.heard).filter((one) => one.startsWith('cancel'))).to.have.length(2);
    await agent.say(ran(`${id}.1`, 40_000, { kind: 'cancelled', code: null }));
    expect((await money(given, agreement)).charged).to.equal('0.00');
    await agent.say(ran(`${id}.2`, 10_000));
    expect(await money(given, agreement)).to.deep.equal({
      ...{ state: 'terminated', charged: '0.06', held: null, ann: '9.94' },
    });
  });

  it('as complete lets run out what runs, and starts nothing again', async () => {
    const { given, agent, agreement, id } = await givenBusy();
    await using _given = given;
    await given.end('Complete', agreement);
    expect(brief(agent.heard)).to.deep.equal([`forget ${id}.2 #1`]);
    expect(await states(given, id)).to.equal('RUNNING: started cancelled cancelled');
    await agent.say(ran(`${id}.1`, 50_000, { kind: 'evicted', code: null }));
    expect(await states(given, id)).to.equal('CANCELLED: cancelled cancelled cancelled');
    expect((await given.task(id)).reason).to.include(`agreement ${agreement} has ended`);
    expect(await money(given, agreement)).to.deep.equal({
      ...{ state: 'completed', charged: '0.00', held: null, ann: '10.00' },
    });
  });

  it('when its Until passes does the same', async () => {
    await using given = await givenAgreements({ 'deal-margin': 60_000 });
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 2', 'Count: 2');
    const { id } = await given.submit({ agreement, tasks: 3 });
    await given.clock.advance(55_000);
    await agent.mayStart(`${id}.1`);
    await given.clock.advance(99_000);
    expect((await given.deal(agreement)).state).to.equal('active');
    await given.clock.advance(6_000);
    await given.settle();
    expect((await given.deal(agreement)).state).to.equal('ending');
    expect(await states(given, id)).to.equal('RUNNING: started cancelled cancelled');
    expect(brief(agent.heard)).not.to.include(`cancel ${id}.1 #1`);
    await agent.say(ran(`${id}.1`, 90_000));
    expect((await given.task(id)).state).to.equal('done');
    expect(await money(given, agreement)).to.deep.equal({
      ...{ state: 'completed', charged: '0.14', held: null, ann: '9.86' },
    });
  });

  it('is over when the lease of what runs is, where its node says nothing any more', async () => {
    const { given, agent, agreement } = await givenBusy({ repeatable: false });
    await using _given = given;
    await agent.vanish();
    await given.end('Complete', agreement);
    expect((await given.deal(agreement)).state).to.equal('ending');
    await given.clock.advance(1_000_000);
    await given.settle();
    expect(await money(given, agreement)).to.deep.equal({
      ...{ state: 'completed', charged: '0.00', held: null, ann: '10.00' },
    });
  });

  it('tells a node that comes back that what runs there is cancelled, also after the broker began anew', async () => {
    const { given, agreement, id } = await givenBusy();
    await using _given = given;
    await given.end('Terminate', agreement);
    await given.restart();
    const back = await given.agent();
    await back.begin({ mostHeld: 4 }, [{ task: `${id}.1`, attempt: 1, stage: 'started' }], 'bob');
    expect(brief(back.heard)).to.deep.equal([`cancel ${id}.1 #1`]);
    await back.say(ran(`${id}.1`, 50_000, { kind: 'cancelled', code: null }));
    expect((await money(given, agreement)).state).to.equal('terminated');
  });

  it('cancels jobs that were never queued, and takes no more', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const agreement = await given.agree('Walltime: 100 s');
    const { id } = await given.submit({ agreement, hold: true });
    await given.end('Complete', agreement);
    expect((await given.job(id)).state).to.equal('CANCELLED');
    expect((await given.deal(agreement)).state).to.equal('completed');
  });

  it('made for one job takes no other, which would end with that', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const ask = askOf('Lender: bob', 'Walltime: 100 s', 'Budget: 1.00 EUR');
    const { id, agreement } = await given.submit({ ask });
    expect(agreement).to.be.a('string');
    const refused = await refusalOf(given.submit({ agreement: agreement ?? '' }));
    expect(refused).to.include({
      code: 'job-refused',
      detail: `agreement ${agreement} was made for job ${id} alone`,
    });
    await agent.mayStart(`${id}.1`);
    await agent.say(ran(`${id}.1`, 0));
    expect((await given.deal(agreement ?? '')).state).to.equal('completed');
  });
});
