import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import { refusalOf } from '../../support/documents.ts';
import { of } from '../deals/given.ts';
import { askOf, brief, endedOf } from '../jobs/support.ts';
import { faultsOf, givenAgreements, ran, user } from './given.ts';

describe('a job under an agreement', () => {
  it('runs in what is reserved, takes what the terms say, and is paid for by what it used', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Cpus: 2', 'Walltime: 100 s', 'Tasks: 2', 'Budget: 1.00 EUR');
    const { estimate, held } = await given.deal(agreement);
    expect([estimate, held]).to.deep.equal(['0.45', '0.45']);
    expect(await given.balance('ann')).to.equal('9.55');
    const { id } = await given.submit({ agreement, tasks: 2 });
    expect(await given.job(id)).to.include({ agreement });
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
    expect(agent.heard.find(({ type }) => type === 'assign')).to.include({ cpus: 2, timeLimitMs: 100_000 });
    expect(brief(await agent.mayStart(`${id}.1`))).to.deep.equal([`start ${id}.1 #1`]);
    await given.clock.advance(60_000);
    await agent.say(ran(`${id}.1`, 50_000));
    expect((await given.deal(agreement)).charged).to.equal('0.15');
    expect(await given.balance('bob')).to.equal('0.10');
    expect(await given.read(faultsOf)).to.deep.equal([]);
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
  });

  it('is refused where it names only resources on which the agreement has no slot', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 2');
    await given.agent({}, 'other');
    const refused = await refusalOf(given.submit({ agreement, resources: ['other'] }));
    expect([refused.code, refused.detail]).to.deep.equal([
      'job-refused',
      `agreement ${agreement} has its slots on node, and the job names only other`,
    ]);
    const both = await refusalOf(given.submit({ agreement, reservation: 'r1' }));
    expect(both.code).to.equal('job-refused');
    const { id } = await given.submit({ agreement, resources: ['other', 'node'] });
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
  });

  it('has as many tasks at once as the agreement has slots', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Count: 2', 'Walltime: 100 s', 'Tasks: 4');
    const { id } = await given.submit({ agreement, tasks: 3 });
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
    await agent.mayStart(`${id}.1`);
    await given.clock.advance(1_000);
    await agent.say(ran(`${id}.1`, 1_000));
    expect(agent.assigned.at(-1)).to.equal(`${id}.3 #1`);
  });

  it('starts no task before the agreement does', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const start = given.clock.now() + 3_600_000;
    const agreement = await given.agree('Walltime: 100 s', `Start: ${new Date(start).toISOString()}`);
    const { id } = await given.submit({ agreement });
    expect(agent.assigned).to.deep.equal([]);
    expect((await given.job(id)).reason).to.include(`agreement ${agreement} begins at`);
    await given.clock.advance(3_599_000);
    await given.settle();
    expect(agent.assigned).to.deep.equal([]);
    await given.clock.advance(1_000);
    await given.settle();
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
  });

  it('starts no task that could pass its Until, also where a node has it already', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 3');
    const { untilAt } = await given.deal(agreement);
    const { id } = await given.submit({ agreement, tasks: 2, repeatable: true });
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
    await given.clock.advance((untilAt ?? 0) - given.clock.now() - 99_000);
    expect(brief(await agent.mayStart(`${id}.1`))).to.deep.equal([`drop ${id}.1 #1`]);
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
    expect((await given.job(id)).reason).to.include(`agreement ${agreement} ends at`);
  });

  it('may start so late only that it still ends in time', async () => {
    await using given = await givenAgreements({ 'start-slack': 30_000 });
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 3');
    const { untilAt } = await given.deal(agreement);
    const { id } = await given.submit({ agreement });
    await given.clock.advance((untilAt ?? 0) - given.clock.now() - 105_000);
    const [start] = await agent.mayStart(`${id}.1`);
    expect(start).to.include({ type: 'start', latestStartMs: 5_000 });
  });

  it('may wait in a queue only until it could not end in time any more, comes back then, and is told why it waits', async () => {
    const waitsLong = { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true, queueMs: 1e9 };
    await using given = await givenAgreements();
    const agent = await given.agent({ powers: waitsLong });
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 3');
    const leftMs = ((await given.deal(agreement)).untilAt ?? 0) - given.clock.now();
    const { id } = await given.submit({ agreement });
    const [start] = await agent.mayStart(`${id}.1`);
    expect(start).to.include({ type: 'start', latestStartMs: leftMs - 100_000 });
    await given.clock.advance(leftMs - 99_000);
    await agent.say(endedOf(`${id}.1`, 1, { kind: 'too-late', code: null }));
    expect(agent.assigned, 'it is sent nowhere again').to.deep.equal([`${id}.1 #1`]);
    expect((await given.job(id)).reason).to.include(`agreement ${agreement} ends at`);
    await given.clock.advance(99_000);
    await given.settle();
    expect((await given.task(id)).state).to.equal('cancelled');
    expect((await given.task(id)).reason).to.include(`agreement ${agreement}`);
    expect((await given.deal(agreement)).charged).to.equal('0.00');
  });

  it('ends no earlier by an Amend than what was let start by its former Until, which may wait in a queue', async () => {
    const waitsLong = { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true, queueMs: 1e9 };
    await using given = await givenAgreements();
    const agent = await given.agent({ powers: waitsLong });
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 3');
    const { untilAt } = await given.deal(agreement);
    const { id } = await given.submit({ agreement, tasks: 2 });
    const sooner = (s: number) => `Until: ${new Date((untilAt ?? 0) - s * 1_000).toISOString()}`;
    const amend = (s: number, who = user('ann')) =>
      given.say('Amend', [`Agreement: ${agreement}`, sooner(s)], who);
    expect(await amend(200), 'a node has it, which asks yet').to.include('Action: Accept');
    expect(await amend(300, localAdministrator)).to.include('Action: Ack');
    const [start] = await agent.mayStart(`${id}.1`);
    expect(start).to.include({ latestStartMs: (untilAt ?? 0) - 200_000 - 100_000 - given.clock.now() });
    expect(await given.say('Accept', [`Agreement: ${agreement}`])).to.match(
      /^Reason: policy Until; what was let start may run until /m,
    );
    expect((await given.deal(agreement)).amendment, 'it is open still').to.deep.include({ by: 'broker' });
    expect(await given.say('Reject', [`Agreement: ${agreement}`])).to.include('Action: Ack');
    expect(await amend(201)).to.match(/^Reason: policy Until; /m);
    expect((await given.deal(agreement)).untilAt).to.equal((untilAt ?? 0) - 200_000);
    await agent.say(ran(`${id}.1`, 1_000));
    expect(await amend(300)).to.include('Action: Accept');
    const [next] = await agent.mayStart(`${id}.2`);
    expect(next).to.include({ latestStartMs: (untilAt ?? 0) - 300_000 - 100_000 - given.clock.now() });
  });

  it('starts a task only if its Walltime fits under the Estimate beside what is charged and what runs', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Count: 2', 'Walltime: 100 s', 'Tasks: 2');
    const { id } = await given.submit({ agreement, tasks: 5 });
    const end = async (number: number, ms: number) => {
      await agent.mayStart(`${id}.${number}`);
      await given.clock.advance(ms);
      await agent.say(ran(`${id}.${number}`, ms));
    };
    // 0.05 EUR for the job and 0.001 EUR a second: two of 100 s are all that there is.
    await end(1, 60_000);
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
    expect((await given.job(id)).reason).to.include(
      `agreement ${agreement} costs 0.25 EUR at most, and with what was charged and what runs one task more could cost more`,
    );
    await end(2, 30_000);
    expect(agent.assigned.at(-1)).to.equal(`${id}.3 #1`);
    await end(3, 100_000);
    expect(agent.assigned.at(-1)).to.equal(`${id}.3 #1`);
    expect((await given.deal(agreement)).charged).to.equal('0.24');
  });

  it('that runs longer than its Walltime is ended, and its owner is told that no more is paid for', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s');
    const { id } = await given.submit({ agreement });
    await agent.mayStart(`${id}.1`);
    await given.clock.advance(110_000);
    await agent.say(ran(`${id}.1`, 109_000, { kind: 'timed-out', code: null }));
    expect((await given.task(id)).reason).to.equal(
      `its program ran longer than its Walltime, and was ended; agreement ${agreement} pays for no more`,
    );
    expect((await given.deal(agreement)).charged).to.equal('0.15');
    expect((await given.job(id)).state).to.equal('FAILED');
  });

  it('goes on after the broker was ended and began anew, and nothing is paid for twice', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree('Walltime: 100 s', 'Tasks: 2', 'Count: 2');
    const { id } = await given.submit({ agreement, tasks: 2 });
    for (const number of [1, 2]) await agent.mayStart(`${id}.${number}`);
    await given.clock.advance(20_000);
    await agent.say(ran(`${id}.1`, 10_000));
    await given.restart();
    const back = await given.agent();
    await back.begin({ powers: isolating, mostHeld: 4 }, [started(`${id}.2`)], 'bob');
    for (const _again of [1, 2]) for (const number of [1, 2]) await back.say(ran(`${id}.${number}`, 10_000));
    expect((await given.deal(agreement)).charged).to.equal('0.07');
    expect(await given.balance('bob')).to.equal('0.02');
    expect(await given.read(faultsOf)).to.deep.equal([]);
  });
});

describe('an agreement that a job names', () => {
  it('is one of its owner, and active', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const agreement = await given.agree('Walltime: 100 s');
    expect(await refusalOf(given.submit({ agreement: 'agr-0' }))).to.include({ code: 'not-found' });
    expect(await refusalOf(given.submit({ agreement }, 'bob'))).to.include({
      code: 'not-found',
      detail: `there is no agreement ${agreement} of yours`,
    });
    const offer =
      of(await given.say('Ask', ['Application: app', 'Lender: bob', 'Walltime: 1 s']), 'Id') ?? '';
    expect(await refusalOf(given.submit({ agreement: offer }))).to.include({ code: 'not-found' });
    await given.end('Complete', agreement);
    expect(await refusalOf(given.submit({ agreement }))).to.include({
      code: 'agreement-over',
      detail: `agreement ${agreement} is completed`,
    });
  });

  it('takes no work that its terms do not promise, and says what a job leaves unsaid', async () => {
    await using given = await givenAgreements();
    const agent = await given.agent();
    const agreement = await given.agree(
      'Cpus: 2',
      'Memory: 2 GiB',
      'Walltime: 100 s',
      'Os: Linux',
      'Tasks: 9',
    );
    const refused = async (application: string, ...headers: readonly string[]) => {
      const { code, detail } = await refusalOf(
        given.submit({ agreement, application, ask: askOf(...headers) }),
      );
      return `${code}: ${detail}`;
    };
    const promises = `job-refused: agreement ${agreement} does not promise `;
    expect(await refused('other', 'Cpus: 2')).to.equal(
      `${promises}Application: "other"; it says Application: app`,
    );
    expect(await refused('app', 'Cpus: 3')).to.equal(`${promises}Cpus: 3; it says Cpus: 2`);
    expect(await refused('app', 'Memory: 4 GiB')).to.equal(`${promises}Memory: 4 GiB; it says Memory: 2 GiB`);
    expect(await refused('app', 'Os: Plan9')).to.equal(`${promises}Os: Plan9; it says Os: Linux`);
    expect(await refused('app', 'Gpus: 1')).to.equal(`${promises}Gpus: 1`);
    expect(await refused('app', 'Walltime: 101 s')).to.equal(
      `job-refused: under agreement ${agreement} a task runs 100 s at most`,
    );
    const { id } = await given.submit({ agreement, ask: askOf('Cpus: 1', 'Walltime: 50 s', 'Os: Linux') });
    expect(agent.heard.find(({ type }) => type === 'assign')).to.include({
      ...{ task: `${id}.1`, cpus: 2, memoryBytes: 2 * 2 ** 30, timeLimitMs: 50_000 },
    });
  });

  it('is let end before a job for which there is no time any more', async () => {
    await using given = await givenAgreements();
    await given.agent();
    const agreement = await given.agree('Walltime: 100 s');
    const { untilAt } = await given.deal(agreement);
    await given.clock.advance((untilAt ?? 0) - given.clock.now() - 99_000);
    expect(await refusalOf(given.submit({ agreement }))).to.include({ code: 'agreement-over' });
  });
});

const isolating = { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true };

function started(task: string) {
  return { task, attempt: 1, stage: 'started' } as const;
}
