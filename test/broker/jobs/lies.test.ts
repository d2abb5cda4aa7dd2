import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '../../../platform/failure.ts';
import { type AgentMessage, agentMessage } from '../../../protocol/agent/messages.ts';
import { brief, endedOf, factsOf, givenJobs } from './support.ts';

/** What is of another node, of nobody, or of a time to come. */
const which = fc.record({
  task: fc.constantFrom(
    'job1.1',
    'job1.2',
    'job1.3',
    'job1.999999999',
    'job9.1',
    'job1.0',
    'job1',
    '',
    '../job1.1',
  ),
  attempt: fc.constantFrom(1, 2, 3, Number.MAX_SAFE_INTEGER),
});
const file = { path: 'out.txt', blob: 'f'.repeat(64), executable: false, bytes: Number.MAX_SAFE_INTEGER };

const lies: fc.Arbitrary<AgentMessage> = fc.oneof(
  which.map(({ task, attempt }) => endedOf(task, attempt, { code: 7 })),
  which.map(({ task, attempt }) => endedOf(task, attempt, { startedAt: 8.64e15, endedAt: -8.64e15 })),
  fc
    .record({ which, askedAtMs: fc.constantFrom(0, -1e300, 1e300) })
    .map(({ which: one, askedAtMs }) => ({ type: 'may-start' as const, ...one, askedAtMs })),
  which.map((one) => ({ type: 'stage' as const, ...one, stage: 'staging-out' as const })),
  fc.record({ which, elsewhere: fc.boolean() }).map(({ which: one, elsewhere }) => ({
    ...{ type: 'refuse' as const, ...one },
    ...{ code: 'busy', reason: 'it lies', elsewhere },
  })),
  which.map((one) => ({ type: 'results' as const, ...one, from: 0, outputs: [file] })),
  which.map((one) => ({ type: 'says' as const, ...one, kind: 'message' as const, text: 'a lie' })),
  fc.array(which, { maxLength: 3 }).map((all) => ({
    type: 'inventory' as const,
    tasks: all.map((one) => ({ ...one, stage: 'started' as const })),
  })),
  fc
    .constantFrom(-1, 0, 1e300)
    .map((cpuLoad) => ({ type: 'load' as const, cpuLoad, freeDiskBytes: -cpuLoad })),
  fc
    .constantFrom<Record<string, string>>(
      { Application: 'app', Cpus: '1000000000000000', Memory: '9000000 TiB' },
      { Application: 'app', Cpus: '-4', Disk: '1e999' },
      { Application: 'app', Cpus: 'not a number', 'Host\nId': 'n1' },
    )
    .map((says) => factsOf({ says, draining: true, mostTasks: Number.MAX_SAFE_INTEGER })),
);

describe('a node that lies to its broker', () => {
  it('changes nothing of what another node has been given, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lies, { minLength: 1, maxLength: 12 }), async (all) => {
        await using given = await givenJobs();
        const honest = await given.agent('n1');
        const { id } = await given.submit({ tasks: 3 });
        await honest.mayStart(`${id}.1`);
        await honest.mayStart(`${id}.2`);
        const liar = await given.agent('n2', { draining: true });
        const heard = honest.heard.length;
        const before = await given.states(id);
        for (const lie of all) {
          // The line lets nothing else in.
          const said = agentMessage.safeParse(lie);
          if (!said.success) continue;
          const refused = await liar.say(said.data).catch((error: unknown) => error);
          if (!(refused instanceof Error)) continue;
          // Its session is over, and it begins another.
          expect(refused).to.be.instanceOf(Refusal);
          await liar.begin({ draining: true }, []);
        }
        expect(await given.states(id)).to.equal(before);
        expect(honest.heard.slice(heard), 'it is told nothing').to.deep.equal([]);
        expect(brief(liar.heard).filter((told) => /^(assign|start) /.test(told))).to.deep.equal([]);
        await honest.mayStart(`${id}.3`);
        for (const task of [1, 2, 3]) await honest.end(`${id}.${task}`, 1);
        expect(await given.job(id)).to.include({ state: 'FINISHED' });
        for (const task of [1, 2, 3])
          expect(await given.task(id, task)).to.deep.include({
            ...{ state: 'done', attempt: 1, resource: 'n1', outputs: [] },
          });
      }),
      { numRuns: 20 },
    );
  });

  it('gets no more than fits what it says, and keeps no task that it says it has room for and does not begin', async () => {
    await using given = await givenJobs();
    const says = { Application: 'app', Cpus: '1000000', Memory: '9000 TiB', Disk: '9000 TiB' };
    const liar = await given.agent('n2', { says, mostTasks: 3, mostHeld: 0 });
    const { id } = await given.submit({ tasks: 10 });
    expect(liar.assigned).to.have.length(3);
    const honest = await given.agent('n1');
    expect(honest.assigned).to.have.length(4);
    await liar.vanish();
    await given.settle();
    for (const task of honest.assigned) {
      const [name = '', attempt = ''] = task.split(' #');
      await honest.mayStart(name, Number(attempt));
      await honest.end(name, Number(attempt));
    }
    for (let rounds = 0; rounds < 10 && (await given.job(id)).state !== 'FINISHED'; rounds += 1)
      for (const task of honest.assigned) {
        const [name = '', attempt = ''] = task.split(' #');
        await honest.mayStart(name, Number(attempt));
        await honest.end(name, Number(attempt));
      }
    expect(await given.job(id)).to.include({ state: 'FINISHED' });
  });
});
