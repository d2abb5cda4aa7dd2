import { expect } from 'chai';
import { type GivenWork, givenAgreements, ran } from './given.ts';

const never = { wait: 0, signal: new AbortController().signal };

/** What ann is told of charges, and in which order beside how her agreement stands. */
async function told(given: GivenWork, id: string): Promise<string[]> {
  const { events } = await given.work.deals.log.page('ann', { id, after: 0 }, never);
  return events
    .filter(({ kind, state }) => kind === 'charge' || state === 'completed')
    .map(({ kind, text }) => (kind === 'charge' ? `${text}` : kind));
}

/** An agreement with so many tasks that run since a minute. */
async function givenRunning(tasks: number) {
  const given = await givenAgreements({ price: ['3.60 EUR/cpu-h'] });
  const agent = await given.agent();
  const agreement = await given.agree('Walltime: 100 s', `Count: ${tasks}`, `Tasks: ${tasks}`);
  const { id } = await given.submit({ agreement, tasks });
  for (let task = 1; task <= tasks; task += 1) await agent.mayStart(`${id}.${task}`);
  await given.clock.advance(60_000);
  const end = async (task: number) => {
    await agent.say(ran(`${id}.${task}`, 10_000));
    await given.settle();
  };
  return { given, agreement, id, end };
}

describe('who follows an agreement', () => {
  it('is told of a charge at once, and of those of the next second together, with what is charged in all', async () => {
    const { given, agreement, id, end } = await givenRunning(4);
    await using _given = given;
    for (const task of [1, 2, 3]) await end(task);
    const first = `${id}.1 #1 ran for 10000 ms: 0.01 EUR so far`;
    expect(await told(given, agreement)).to.deep.equal([first]);
    await given.clock.advance(1_000);
    await given.settle();
    const more = '2 attempts more ran for 20000 ms: 0.03 EUR so far';
    expect(await told(given, agreement)).to.deep.equal([first, more]);
    await given.clock.advance(1_000);
    await end(4);
    const last = `${id}.4 #1 ran for 10000 ms: 0.04 EUR so far`;
    expect(await told(given, agreement)).to.deep.equal([first, more, last]);
  });

  it('is told of what it was not told yet also where the clock was set back meanwhile', async () => {
    const { given, agreement, id, end } = await givenRunning(4);
    await using _given = given;
    for (const task of [1, 2]) await end(task);
    given.clock.set(-3_600_000);
    await given.clock.advance(10_000);
    await given.settle();
    const first = `${id}.1 #1 ran for 10000 ms: 0.01 EUR so far`;
    const second = '1 attempt more ran for 10000 ms: 0.02 EUR so far';
    expect(await told(given, agreement)).to.deep.equal([first, second]);
  });

  it('is told of what it was not told yet also where the broker was ended and began anew', async () => {
    const { given, agreement, id, end } = await givenRunning(4);
    await using _given = given;
    for (const task of [1, 2]) await end(task);
    await given.restart();
    await given.clock.advance(1_000);
    await given.settle();
    const first = `${id}.1 #1 ran for 10000 ms: 0.01 EUR so far`;
    const second = '1 attempt more ran for 10000 ms: 0.02 EUR so far';
    expect(await told(given, agreement)).to.deep.equal([first, second]);
  });

  it('hears the last charges before that it is over', async () => {
    const { given, agreement, id, end } = await givenRunning(2);
    await using _given = given;
    await given.end('Complete', agreement);
    for (const task of [1, 2]) await end(task);
    expect(await told(given, agreement)).to.deep.equal([
      `${id}.1 #1 ran for 10000 ms: 0.01 EUR so far`,
      '1 attempt more ran for 10000 ms: 0.02 EUR so far',
      'state',
      'bill',
    ]);
  });
});
