import { expect } from 'chai';
import fc from 'fast-check';
import { type FullNode, freeBy, isPassedBy, nodeToKeep } from '../../../broker/jobs/reservation.ts';
import { askOf, type GivenJobs, givenJobs } from './support.ts';

const cpus = (count: number) => new Map([['cpus', count]]);

const full: fc.Arbitrary<FullNode> = fc
  .record({
    resource: fc.constantFrom('n1', 'n2', 'n3'),
    total: fc.integer({ min: 1, max: 8 }),
    wanted: fc.integer({ min: 1, max: 8 }),
    taken: fc.array(
      fc.record({ cpus: fc.integer({ min: 1, max: 4 }), endsBy: fc.option(fc.nat(100), { nil: undefined }) }),
      { maxLength: 6 },
    ),
  })
  .map(({ resource, total, wanted, taken }) => ({
    resource,
    total: cpus(total),
    amounts: cpus(wanted),
    taken: taken.map((one) => ({ amounts: cpus(one.cpus), endsBy: one.endsBy })),
  }));

/** Whether there is room once all is gone that `isGone` says. */
function hasRoom({ total, amounts, taken }: FullNode, isGone: (index: number) => boolean): boolean {
  const left = taken.filter((_, index) => !isGone(index)).map((one) => one.amounts.get('cpus') ?? 0);
  return left.reduce((sum, one) => sum + one, amounts.get('cpus') ?? 0) <= (total.get('cpus') ?? 0);
}

describe('a node that smaller tasks would keep full', () => {
  it('is free when enough of what runs there has ended, and is one where the end of one task is not enough', () => {
    fc.assert(
      fc.property(full, (node) => {
        const { taken } = node;
        const at = (time: number) =>
          hasRoom(node, (index) => (taken[index]?.endsBy ?? Number.POSITIVE_INFINITY) <= time);
        const first = [0, ...taken.flatMap(({ endsBy }) => endsBy ?? []).toSorted((a, b) => a - b)].find(at);
        // What ends at a time unknown is gone in the end too, but nobody knows when.
        expect(freeBy(node)).to.equal(first ?? Number.POSITIVE_INFINITY);
        const enough = taken.some((_, gone) => hasRoom(node, (index) => index === gone));
        expect(isPassedBy(node)).to.equal(taken.length > 0 && !enough);
      }),
    );
  });

  it('is kept where it is free first, and none is where a task gets its turn anyway', () => {
    fc.assert(
      fc.property(fc.array(full, { maxLength: 4 }), (nodes) => {
        const kept = nodeToKeep(nodes);
        if (nodes.length === 0 || !nodes.every(isPassedBy)) expect(kept).to.equal(undefined);
        else expect(kept?.freeBy).to.equal(Math.min(...nodes.map(freeBy)));
      }),
    );
  });
});

/** Runs what comes, and says what it runs, in order. */
async function startAll(
  { settle }: GivenJobs,
  agent: Awaited<ReturnType<GivenJobs['agent']>>,
  running: string[],
) {
  for (const name of agent.assigned) {
    const task = name.split(' ')[0] ?? '';
    if (agent.heard.some((one) => one.type === 'start' && one.task === task)) continue;
    await agent.mayStart(task);
    running.push(task);
  }
  await settle();
}

describe('a task that needs a whole node', () => {
  const minute = 60_000;

  it('is not passed by for ever: after a while a node gets nothing more until it has room', async () => {
    const sizes = fc.array(fc.tuple(fc.constantFrom('1', '2'), fc.nat()), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (stream) => {
        await using given = await givenJobs({ 'large-patience': 5 * minute });
        const agent = await given.agent('n1', { mostHeld: 0 });
        const running: string[] = [];
        await given.submit({ tasks: 4 });
        await startAll(given, agent, running);
        const large = await given.submit({ ask: askOf('Cpus: 4') });
        let ends = 0;
        for (const [size, which] of stream) {
          await given.submit({ ask: askOf(`Cpus: ${size}`) });
          await startAll(given, agent, running);
          if (running.includes(`${large.id}.1`)) break;
          await given.clock.advance(minute);
          const [gone = ''] = running.splice(which % running.length, 1);
          await agent.end(gone);
          await startAll(given, agent, running);
          ends += 1;
        }
        expect(running, 'it runs alone').to.deep.equal([`${large.id}.1`]);
        expect(ends).to.be.within(5, 5 + 1 + 4 + 1);
      }),
      { numRuns: 8 },
    );
  });

  it('lets what has ended before it begin on the node that is kept for it, and nothing else', async () => {
    await using given = await givenJobs({ 'large-patience': minute });
    const agent = await given.agent('n1', { mostHeld: 0 });
    const running: string[] = [];
    await given.submit({ tasks: 2, ask: askOf('Cpus: 1', 'Walltime: 1 h') });
    const third = await given.submit({ ask: askOf('Cpus: 1', 'Walltime: 1 h') });
    await startAll(given, agent, running);
    const large = await given.submit({ ask: askOf('Cpus: 4', 'Walltime: 2 h') });
    await given.clock.advance(2 * minute);
    await agent.end(`${third.id}.1`); // and it is looked at again
    expect((await given.job(large.id)).reason).to.equal(
      '1 node fits; n1 is kept for it until what runs there has ended',
    );
    const endless = await given.submit();
    const long = await given.submit({ ask: askOf('Cpus: 1', 'Walltime: 59 min') });
    const short = await given.submit({ ask: askOf('Cpus: 1', 'Walltime: 50 min') });
    for (const [job, state] of [
      [endless, 'matching'],
      [long, 'matching'],
      [short, 'held'],
    ] as const)
      expect((await given.task(job.id)).state, job.id).to.equal(state);
    await given.jobs.cancel('local', large.id);
    await given.settle();
    expect((await given.task(endless.id)).state, 'as soon as nobody waits for it').to.equal('held');
  });
});
