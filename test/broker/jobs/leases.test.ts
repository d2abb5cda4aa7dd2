import { expect } from 'chai';
import { type Granted, Leases } from '../../../broker/jobs/leases.ts';
import { ManualClock } from '../../support/clock.ts';
import { askOf, givenJobs } from './support.ts';

describe('leases', () => {
  it('are called for when they are over, together, and not where they were given back', async () => {
    const clock = new ManualClock(0);
    const called: number[][] = [];
    const leases = new Leases(clock, (over) => called.push(over.map(({ number }) => number)));
    const lease = (number: number, until: number): Granted => ({
      job: 1,
      number,
      attempt: 1,
      resource: 'n',
      until,
    });
    leases.add(lease(1, 30));
    leases.add(lease(2, 10));
    leases.add(lease(3, 10));
    leases.add(lease(4, 20));
    leases.remove({ job: 1, number: 4, attempt: 1 });
    leases.remove({ job: 1, number: 1, attempt: 2 });
    await clock.advance(25);
    expect(called).to.deep.equal([[2, 3]]);
    await clock.advance(5);
    expect(called).to.deep.equal([[2, 3], [1]]);
  });

  it('that were given back do not pile up in memory', () => {
    const leases = new Leases(new ManualClock(0), () => {});
    for (let number = 1; number <= 10_000; number += 1) {
      leases.add({ job: 1, number, attempt: 1, resource: 'n', until: 1_000_000 });
      leases.remove({ job: 1, number, attempt: 1 });
    }
    expect(leases.size).to.be.at.most(1_001);
  });
});

describe('what an owner has used', () => {
  it('is what its tasks took of processors, as long as they ran, and is kept', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ ask: askOf('Cpus: 2') });
    await agent.mayStart(`${id}.1`);
    await given.clock.advance(10_000);
    await agent.end(`${id}.1`);
    await given.restart();
    const row = await given.service.store.read((sql) => sql.get('SELECT used FROM owners'));
    expect(row).to.deep.equal({ used: 20 });
  });
});
