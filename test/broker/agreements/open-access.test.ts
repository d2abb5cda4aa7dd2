import { expect } from 'chai';
import { refusalOf } from '../../support/documents.ts';
import { askOf } from '../jobs/support.ts';
import { givenBroker, oldEntry, said } from '../support.ts';
import { faultsOf, givenAgreements, ran } from './given.ts';

describe('a user without open access', () => {
  it('is told to bring an Ask, or to name an agreement', async () => {
    await using given = await givenAgreements();
    await given.agent();
    expect(await refusalOf(given.submit())).to.include({ code: 'no-agreement', status: 402 });
  });

  it('has the broker make an agreement by the Ask of a job, which ends with it', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const ask = askOf('Lender: bob', 'Cpus: 2', 'Walltime: 100 s', 'Budget: 0.45 EUR');
    const { id, agreement } = await given.submit({ ask, tasks: 2 });
    expect((await given.deal(agreement ?? '')).estimate).to.equal('0.45');
    expect(await given.balance('ann')).to.equal('9.55');
    for (const number of [1, 2]) {
      expect(agent.assigned.at(-1)).to.equal(`${id}.${number} #1`);
      await agent.mayStart(`${id}.${number}`);
      await given.clock.advance(10_000);
      await agent.say(ran(`${id}.${number}`, 10_000));
    }
    expect((await given.job(id)).state).to.equal('FINISHED');
    expect(await given.deal(agreement ?? '')).to.include({ state: 'completed', charged: '0.09' });
    expect(await given.balance('ann')).to.equal('9.91');
    expect(await given.read(faultsOf)).to.deep.equal([]);
  });

  it('has it on the resources that the job names, though the best Offer is of others', async () => {
    await using given = await givenAgreements();
    const [first, second, third] = [
      await given.agent({}, 'one'),
      await given.agent({}, 'two'),
      await given.agent({}, 'three'),
    ];
    const ask = askOf('Walltime: 100 s', 'Cpus: 4');
    const agents = new Map([['one', first] as const, ['two', second] as const, ['three', third] as const]);
    for (const [name, agent] of agents) {
      const { id, agreement } = await given.submit({ ask, resources: [name] });
      expect(agent.assigned, name).to.deep.equal([`${id}.1 #1`]);
      expect((await given.deal(agreement ?? '')).slots).to.deep.equal([{ resource: name, slots: 1 }]);
    }
    const none = await refusalOf(given.submit({ ask: askOf('Cpus: 64'), resources: ['one', 'two'] }));
    expect(none).to.include({ code: 'no-agreement' });
    expect(none.detail).to.match(/Cpus: 64/);
    expect(await refusalOf(given.submit({ ask, resources: ['nowhere'] }))).to.include({
      code: 'no-agreement',
    });
  });

  it('is told why there is no Offer, and nothing is left of it', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const refused = async (...headers: readonly string[]) =>
      (await refusalOf(given.submit({ ask: askOf('Lender: bob', 'Walltime: 100 s', ...headers) }))).detail;
    expect(await refused('Cpus: 2', 'Budget: 0.10 EUR')).to.match(/Budget: 0.10 EUR/);
    expect(await refused('Cpus: 64')).to.match(/Cpus: 64/);
    expect(await refused('Cpus: 4', 'Walltime: 24 h')).to.match(/Walltime/);
    expect(await given.read((sql) => sql.all('SELECT * FROM jobs'))).to.deep.equal([]);
    expect(await given.read((sql) => sql.all("SELECT * FROM deals WHERE state <> 'declined'"))).to.deep.equal(
      [],
    );
  });

  it('cannot agree to more than they have', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const ask = askOf('Lender: bob', 'Cpus: 4', 'Walltime: 2 h');
    const { code, detail } = await refusalOf(given.submit({ ask }));
    expect(code).to.equal('no-agreement');
    expect(detail).to.match(/^funds 10.00 EUR are there, and 28.85 are wanted/);
    expect(await given.balance('ann')).to.equal('10.00');
    expect(await given.read(faultsOf)).to.deep.equal([]);
  });

  it('has nodes reserved for a job that waits for another, at any price unless its Ask says one, until that has run out', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const first = await given.submit({ ask: askOf('Lender: bob', 'Walltime: 1 h') });
    const after = [{ job: first.id, when: 'ok' as const }];
    const behind = (...ask: readonly string[]) =>
      given.submit({ ask: askOf('Lender: bob', 'Walltime: 100 s', ...ask), after });
    const soon = await behind();
    const startsAt = given.clock.now() + 2 * 3_600_000;
    const later = await behind(`Start: ${new Date(startsAt).toISOString()}`);
    expect((await given.deal(soon.agreement ?? '')).held).to.equal('0.15');
    expect((await given.deal(later.agreement ?? '')).startsAt).to.equal(startsAt);
    await agent.mayStart(`${first.id}.1`);
    await given.clock.advance(3_500_000);
    await agent.say(ran(`${first.id}.1`, 3_500_000));
    await given.settle();
    expect((await given.job(soon.id)).state).to.equal('CANCELLED');
    expect((await given.deal(soon.agreement ?? '')).charged).to.equal('0.00');
    expect((await given.job(later.id)).state).to.equal('QUEUED');
    expect(await given.read(faultsOf)).to.deep.equal([]);
  });

  it('gets the first job again under the same word, and no second agreement', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const ask = askOf('Lender: bob', 'Walltime: 100 s');
    const first = await given.submit({ ask, request: 'r-1' });
    const again = await given.submit({ ask, request: 'r-1' });
    expect([again.id, again.agreement]).to.deep.equal([first.id, first.agreement]);
    expect(await given.balance('ann')).to.equal('9.85');
  });
});

describe('a user with open access', () => {
  it('is not charged for what ran under nothing where it runs again once that is taken away', async () => {
    const open = ['ann'];
    await using given = await givenAgreements({ 'open-access': open });
    await given.agent();
    const { id } = await given.submit({ ask: askOf('Lender: bob', 'Walltime: 100 s'), hold: true });
    await given.jobs.cancel('ann', id);
    open.pop();
    expect(await refusalOf(given.jobs.again('ann', id, 'not-done'))).to.include({ code: 'no-agreement' });
    expect(await given.balance('ann')).to.equal('10.00');
    open.push('ann');
    expect((await given.jobs.again('ann', id, 'not-done')).agreement).to.equal(null);
  });

  it('needs no agreement, pays nothing, and runs in what is neither held nor reserved', async () => {
    await using given = await givenAgreements({ 'open-access': ['ann'] });
    const agent = await given.agent();
    await given.agree('Cpus: 3', 'Walltime: 100 s', 'Budget: 1.00 EUR');
    const small = await given.submit({ resources: ['node'], ask: askOf('Cpus: 1', 'Walltime: 100 s') });
    const large = await given.submit({ resources: ['node'], ask: askOf('Cpus: 2', 'Walltime: 100 s') });
    expect(agent.assigned).to.deep.equal([`${small.id}.1 #1`]);
    expect([small.agreement, large.agreement]).to.deep.equal([null, null]);
    await agent.mayStart(`${small.id}.1`);
    await given.clock.advance(1_000);
    await agent.say(ran(`${small.id}.1`, 1_000));
    expect(await given.balance('bob')).to.equal(undefined);
  });
});

describe('a broker', () => {
  const old = ['SLA-version: 0.1', 'Action: Ask', 'Application: gcc', '', ''].join('\n');
  const node = oldEntry('gcc', { host: '10.0.0.1:7686' });

  it('that gives nobody open access sends nobody to a Host', async () => {
    const open = givenBroker([node]);
    expect((await said(open.broker, old))[0]).to.include('Host: 10.0.0.1:7686');
    const shut = givenBroker([node], { 'open-access': [] });
    const [tell] = await said(shut.broker, old);
    expect(tell).to.include('Application: gcc');
    expect(tell).not.to.include('Host:');
  });
});
