import { expect } from 'chai';
import type { ExitView } from '../../../protocol/jobs/job.ts';
import { endedOf } from '../jobs/support.ts';
import { faultsOf, type GivenWork, givenAgreements, ran } from './given.ts';

/** An agreement with one task that was let start a minute ago. */
async function givenStarted(price: string, settings = {}) {
  const given = await givenAgreements({ price: [price], ...settings });
  const agent = await given.agent();
  const agreement = await given.agree('Cpus: 2', 'Walltime: 100 s', 'Tasks: 3');
  const { id } = await given.submit({ agreement });
  await agent.mayStart(`${id}.1`);
  await given.clock.advance(60_000);
  return { given, agent, agreement, id, task: `${id}.1` };
}

async function chargedIn(given: GivenWork, agreement: string) {
  const { charged } = await given.deal(agreement);
  expect(await given.read(faultsOf)).to.deep.equal([]);
  return charged;
}

describe('an attempt under an agreement', () => {
  const price = '3.60 EUR/cpu-h + 0.01 EUR/task + 0.50 EUR/job + 1 EUR';

  it('costs by the time from exec to exit, as a task, and with the first the job and the plain amount', async () => {
    const { given, agent, agreement, task, id } = await givenStarted(price);
    await using _given = given;
    await agent.say(ran(task, 30_000));
    // 2 cpus for 30 s at 0.001 EUR a second.
    expect(await chargedIn(given, agreement)).to.equal('1.57');
    expect([await given.balance('bob'), await brokerHas(given)]).to.deep.equal(['0.07', '1.50']);
    const { id: more } = await given.submit({ agreement });
    await agent.mayStart(`${more}.1`);
    await given.clock.advance(60_000);
    await agent.say(ran(`${more}.1`, 1));
    expect(await chargedIn(given, agreement)).to.equal('1.580002');
    expect(await brokerHas(given)).to.equal('1.50');
    const statement = await given.work.ledger.statement('bob', 'EUR', 0, 100);
    expect(statement.entries.map(({ amount, cause }) => [amount, cause])).to.deep.equal([
      ['0.07', `${id}.1 #1`],
      ['0.010002', `${more}.1 #1`],
    ]);
  });

  it('costs no more than its Walltime, nor than what passed here since it was let start', async () => {
    for (const [told, passed, cost] of [
      [500_000, 60_000, '0.20'],
      [90_000, 0, '0.12'],
      [-5, 0, '0.00'],
    ] as const) {
      const { given, agent, agreement, task } = await givenStarted('3.60 EUR/cpu-h');
      await using _given = given;
      await given.clock.advance(passed);
      await agent.say(ran(task, told));
      expect(await chargedIn(given, agreement)).to.equal(cost);
    }
  });

  it('costs what it was where it ended by itself, by a limit or by its owner’s cancel, and nothing else does', async () => {
    const isCharged: Readonly<Record<ExitView['kind'], boolean>> = {
      exited: true,
      signalled: true,
      'timed-out': true,
      'over-memory': true,
      'over-processes': true,
      'over-output': true,
      cancelled: false,
      evicted: false,
      'too-late': false,
      'not-started': false,
      lost: false,
    };
    for (const [kind, charges] of Object.entries(isCharged)) {
      const { given, agent, agreement, task } = await givenStarted(price);
      await using _given = given;
      await agent.say(ran(task, 30_000, { kind: kind as ExitView['kind'], code: 1 }));
      expect(await chargedIn(given, agreement), kind).to.equal(charges ? '1.57' : '0.00');
    }
  });

  it('costs what it was until its owner cancelled it', async () => {
    const { given, agent, agreement, task, id } = await givenStarted(price);
    await using _given = given;
    await given.jobs.cancel('ann', id);
    await given.settle();
    await agent.say(ran(task, 30_000, { kind: 'cancelled', code: null }));
    expect(await chargedIn(given, agreement)).to.equal('1.57');
  });

  it('costs nothing where it never began, or was lost, also where its end is told after all', async () => {
    // Of an agreement that is over by then nothing is left to pay with; of the other there is.
    for (const [margin, state] of [
      [600_000, 'completed'],
      [86_400_000, 'active'],
    ] as const) {
      const { given, agent, agreement, id, task } = await givenStarted(price, { 'deal-margin': margin });
      await using _given = given;
      await agent.vanish();
      await given.clock.advance(1_000_000);
      await given.settle();
      const back = await given.agent();
      await back.begin({ mostHeld: 4 }, [{ task, attempt: 1, stage: 'ended' }], 'bob');
      await back.say(ran(task, 30_000));
      expect((await given.deal(agreement)).state).to.equal(state);
      expect((await given.task(id)).state).to.equal(state === 'active' ? 'done' : 'cancelled');
      expect(await chargedIn(given, agreement), state).to.equal('0.00');
      expect(await given.balance('bob'), state).to.equal(undefined);
    }
  });

  it('is paid for once, however often its node tells of it', async () => {
    const { given, agent, agreement, task } = await givenStarted(price);
    await using _given = given;
    for (const _time of [1, 2, 3]) await agent.say(ran(task, 30_000), ran(task, 60_000));
    expect(await chargedIn(given, agreement)).to.equal('1.57');
  });

  it('goes to the broker as one sum where nobody ever owned its node', async () => {
    const { given, agent, agreement, task } = await givenStarted(price);
    await using _given = given;
    await given.write((sql) => sql.run("DELETE FROM resource_names WHERE name = 'node'"));
    await agent.say(ran(task, 30_000));
    expect(await chargedIn(given, agreement)).to.equal('1.57');
    expect(await brokerHas(given)).to.equal('1.57');
  });

  it('that its node ran before it might costs nothing', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s');
    const { id } = await given.submit({ agreement });
    await agent.say(endedOf(`${id}.1`, 1, { startedAt: 1, endedAt: 60_001 }));
    expect(await chargedIn(given, agreement)).to.equal('0.00');
  });
});

describe('the owner of a machine', () => {
  it('sees what it earned, and nothing of whose work that was', async () => {
    const { given, agent, task } = await givenStarted('3.60 EUR/cpu-h');
    await using _given = given;
    await agent.say(ran(task, 30_000));
    const seen = JSON.stringify([
      await given.work.ledger.accounts('bob'),
      await given.work.ledger.statement('bob', 'EUR', 0, 100),
    ]);
    expect(seen).to.include('0.06');
    expect(seen.replace(task, 'the Id of its task')).not.to.match(/ann|agr-|off-/);
  });
});

async function brokerHas(given: GivenWork): Promise<string | undefined> {
  const row = await given.read((sql) =>
    sql.get<{ whole: number; nano: number }>("SELECT whole, nano FROM accounts WHERE kind = 'broker'"),
  );
  return row === undefined ? undefined : (row.whole + row.nano / 1e9).toFixed(2);
}
