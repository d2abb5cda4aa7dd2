import { expect } from 'chai';
import { Charging } from '../../../broker/deals/charging.ts';
import type { JobRow } from '../../../broker/jobs/rows.ts';
import { Starting } from '../../../broker/jobs/starting.ts';
import { refusalOf } from '../../support/documents.ts';
import { givenAgreements } from './given.ts';

describe('the verb in which nodes get tasks of an agreement', () => {
  it('looks once more whether each may start, beside those that it has given out before', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const agreement = await given.agree('Count: 2', 'Walltime: 100 s', 'Tasks: 2');
    const { id } = await given.submit({ agreement, tasks: 5, hold: true });
    const agreements = new Charging({
      ...{ bank: given.work.ledger, deals: () => given.work.deals, clock: given.clock },
    });
    /** As if nodes had been chosen for these tasks by what was known before. */
    const begin = (...numbers: readonly number[]) =>
      given.write((sql) => {
        const row = sql.get<{ job: number }>('SELECT job FROM jobs WHERE id = @id', { id });
        const starting = new Starting(sql, agreements, given.clock.now());
        for (const number of numbers)
          starting.begin({ ...row, limitMs: 100_000, agreement } as JobRow, number, 1);
      });
    const begun = () => given.read((sql) => sql.all('SELECT number FROM agreement_attempts').length);
    expect(await refusalOf(begin(1, 2, 3))).to.include({ code: 'not-now' });
    expect(await begun(), 'all or none').to.equal(0);
    await begin(1);
    expect(await refusalOf(begin(2, 3))).to.include({ code: 'not-now' });
    await begin(2);
    expect(await refusalOf(begin(3))).to.include({ code: 'not-now' });
    await given.write((sql) => sql.run('DELETE FROM agreement_attempts'));
    await given.end('Complete', agreement);
    expect((await refusalOf(begin(1))).detail).to.contain('completed');
    expect(await begun()).to.equal(0);
  });
});
