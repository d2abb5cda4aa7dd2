import { expect } from 'chai';
import type { Sql } from '../../platform/store/store.ts';
import { type GivenWork, givenAgreements, ran } from '../broker/agreements/given.ts';
import { judgeMoney } from './money.ts';

/** An agreement with a task that was paid for. */
async function givenPaid() {
  const given = await givenAgreements();
  const agent = await given.agent();
  const agreement = await given.agree('Cpus: 2', 'Walltime: 100 s', 'Tasks: 2');
  const { id } = await given.submit({ agreement });
  await agent.mayStart(`${id}.1`);
  await given.clock.advance(60_000);
  await agent.say(ran(`${id}.1`, 30_000));
  return { given, agreement, id };
}

const judged = (given: GivenWork) =>
  given.read((sql: Sql) => judgeMoney(<R extends object>(text: string) => sql.all<R>(text)));

describe('the verdict on money', () => {
  it('finds nothing where each attempt was paid for once, and what is held is held for something', async () => {
    const { given, agreement } = await givenPaid();
    await using _given = given;
    expect(await judged(given)).to.deep.equal([]);
    await given.end('Complete', agreement);
    expect(await judged(given)).to.deep.equal([]);
  });

  it('finds what was paid otherwise than it was used', async () => {
    const { given, agreement, id } = await givenPaid();
    await using _given = given;
    await given.write((sql) => sql.run("UPDATE tasks SET result = replace(result, '35000', '25000')"));
    expect((await judged(given)).join('\n')).to.include(
      `0.11 was paid under ${agreement}, and it costs 0.09`,
    );
    await given.write((sql) => sql.run("UPDATE tasks SET result = replace(result, 'exited', 'evicted')"));
    expect((await judged(given)).join('\n')).to.include(
      `${id}.1 #1 was paid for under ${agreement}, and is no attempt`,
    );
  });

  it('finds escrows, holds, reservations and attempts of what is over', async () => {
    const { given, agreement } = await givenPaid();
    await using _given = given;
    await given.write((sql) => {
      sql.run('DROP TRIGGER deals_move');
      sql.run("UPDATE deals SET state = 'completed', ends_as = 'completed'");
      sql.run(
        `INSERT INTO agreement_attempts (job, number, attempt, agreement, cpus, gpus, memory)
         VALUES (1, 9, 1, '${agreement}', 1, 0, 0)`,
      );
      sql.run(
        `INSERT INTO reservations (id, resource, slots, start_at, end_at, state, deal)
         SELECT 'off-x', name, 1, 0, 1, 'kept', deal FROM deals, resources LIMIT 1`,
      );
    });
    const wrong = (await judged(given)).join('\n');
    expect(wrong).to.include(`there is money in escrow for ${agreement}`);
    expect(wrong).to.include('there is a reservation for');
    expect(wrong).to.include('a batch system is to keep off-x, which is completed');
    expect(wrong).to.include(`task 9 of job 1 counts under ${agreement}`);
  });

  it('finds money that came from nowhere', async () => {
    const { given } = await givenPaid();
    await using _given = given;
    await given.write((sql) => sql.run("UPDATE accounts SET whole = whole + 1 WHERE owner = 'bob'"));
    expect(await judged(given)).to.deep.equal(['the accounts of EUR do not sum to zero']);
  });
});
