import { expect } from 'chai';
import fc from 'fast-check';
import type { JobEvent, JobView } from '../../../protocol/jobs/job.ts';
import { jobMoves, type Move, taskMoves } from '../../../protocol/jobs/states.ts';
import { SimulatedAgent } from './simulated-agent.ts';
import { askOf, type GivenJobs, givenJobs, owner } from './support.ts';

const at = fc.nat(9);
const agent = fc.constantFrom(0, 1);
const ends = fc.constantFrom(
  { kind: 'exited', code: 0 } as const,
  { kind: 'exited', code: 0 } as const,
  { kind: 'exited', code: 1 } as const,
  { kind: 'lost', code: null } as const,
  { kind: 'lost', code: null } as const,
  { kind: 'too-late', code: null } as const,
  { kind: 'timed-out', code: 9 } as const,
);

/** What owners do about a job; the more often it stands here, the more often they do. */
const commands = ['queue', 'queue', 'cancel', 'retry', 'retry', 'retry', 'abandon', 'delete'] as const;

/** Something that happens to jobs, by their owners, their nodes, or the world. */
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      tasks: fc.integer({ min: 1, max: 5 }),
      cpus: fc.constantFrom(1, 1, 1, 2, 9),
      repeatable: fc.boolean(),
      limited: fc.boolean(),
      hold: fc.constantFrom(false, false, false, true),
      priority: fc.integer({ min: 0, max: 1 }),
      atOnce: fc.constantFrom(undefined, undefined, 1, 2),
      after: fc.constantFrom(undefined, undefined, 'ok' as const, 'ended' as const),
      at,
    }),
  },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('ask' as const), agent, at }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('end' as const), agent, at, exit: ends }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('refuse' as const), agent, at, elsewhere: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('come or go' as const), agent }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 15) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(...commands),
      at,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

/** What is said to have happened, and what was seen of it. */
interface World {
  readonly given: GivenJobs;
  readonly agents: readonly SimulatedAgent[];
  readonly repeatable: Set<string>;
  /** Tasks that their owners had tried again. */
  readonly retried: Map<string, number>;
  readonly late: Map<string, number>;
  /** Of jobs that wait for another, for which, and for what end of it. */
  readonly after: Map<string, { readonly job: string; readonly when: 'ok' | 'ended' }>;
  /** How jobs have ended, also those that are gone. */
  readonly ended: Map<string, string>;
}

async function happen(world: World, one: Happening): Promise<void> {
  const { given, agents, repeatable, retried } = world;
  const { jobs } = given;
  const all = (await jobs.jobs(owner, {})).jobs;
  const job = 'at' in one ? all[one.at % Math.max(1, all.length)] : undefined;
  switch (one.kind) {
    case 'submit': {
      const ask = askOf(`Cpus: ${one.cpus}`, ...(one.limited ? ['Walltime: 5 min'] : []));
      const { tasks, hold, priority } = one;
      const after = one.after && job && { job: job.id, when: one.after };
      const { id } = await given.submit({
        ...{ tasks, hold, priority, ask, repeatable: one.repeatable },
        ...(one.atOnce && { atOnce: one.atOnce }),
        ...(after && { after: [after] }),
      });
      if (after) world.after.set(id, after);
      if (one.repeatable) repeatable.add(id);
      return;
    }
    case 'ask':
      await agents[one.agent]?.ask(one.at);
      return agents[one.agent]?.ask(one.at);
    case 'end':
      return agents[one.agent]?.end(one.at, one.exit);
    case 'refuse':
      return agents[one.agent]?.refuse(one.at, one.elsewhere);
    case 'come or go': {
      const there = agents[one.agent];
      return there?.isThere === true ? there.go() : there?.come();
    }
    case 'wait':
      await given.clock.advance(one.minutes * 60_000);
      return given.settle();
    case 'restart': {
      const before = (await jobs.jobs(owner, {})).jobs.map(lasting);
      await given.restart();
      for (const each of agents) each.cut();
      expect((await given.jobs.jobs(owner, {})).jobs.map(lasting)).to.deep.equal(before);
      return;
    }
    case 'retry':
    case 'abandon': {
      const withLost = all.filter(({ counts }) => counts.lost > 0);
      const job = withLost[one.at % Math.max(1, withLost.length)];
      if (job === undefined) return;
      const [lost] = (await jobs.tasks(owner, job.id, { state: 'lost' })).tasks;
      if (lost === undefined) return;
      await jobs[one.kind](owner, job.id, lost.number);
      const name = `${job.id}.${lost.number}`;
      if (one.kind === 'retry') retried.set(name, (retried.get(name) ?? 0) + 1);
      return given.settle();
    }
    default:
      if (job === undefined || (one.kind === 'delete' && job.endedAt === null)) return;
      if (one.kind === 'queue') await jobs.queue(owner, job.id);
      else if (one.kind === 'cancel') await jobs.cancel(owner, job.id);
      else {
        await jobs.delete(owner, job.id);
        await jobs.sweep(given.clock.now());
      }
      return given.settle();
  }
}

/** What of a view must be the same after the broker was begun anew. */
function lasting({ reason: _reason, ...view }: JobView) {
  return view;
}

async function check({ given, agents, after, ended }: World): Promise<void> {
  const { jobs } = given;
  for (const { id, state, endedAt } of (await jobs.jobs(owner, {})).jobs)
    if (endedAt !== null) ended.set(id, state);
  for (const each of agents) expect(each.taken, `processors of ${each.resource}`).to.be.at.most(each.cpus);
  for (const job of (await jobs.jobs(owner, {})).jobs) {
    const { tasks } = await jobs.tasks(owner, job.id, {});
    const counted: Record<string, number> = {};
    for (const { state } of tasks) counted[state] = (counted[state] ?? 0) + 1;
    const counts = Object.fromEntries(Object.entries(job.counts).filter(([, count]) => count > 0));
    expect(counts, `counts of ${job.id}`).to.deep.equal(counted);
    const { held = 0, started = 0, 'staging-in': coming = 0, 'staging-out': going = 0 } = job.counts;
    const onNodes = held + started + coming + going;
    expect(onNodes, `tasks of ${job.id} at once`).to.be.at.most(job.atOnce ?? job.tasks);
    if (job.reason?.includes('as many as it may have at once'))
      expect(onNodes, `tasks of ${job.id} that the others wait for`).to.equal(job.atOnce);
    const before = after.get(job.id);
    const end = before && ended.get(before.job);
    const isMet = before === undefined || (before.when === 'ended' ? end !== undefined : end === 'FINISHED');
    if (tasks.some(({ attempt }) => attempt > 0)) expect(isMet, `${job.id} has begun`).to.equal(true);
    if (end !== undefined && !isMet && job.state !== 'NEW')
      expect(['FAILED', 'CANCELLED'], `${job.id} never begins`).to.include(job.state);
    if (end !== undefined) expect(job.reason ?? '', `${job.id} has heard`).not.to.contain('it waits for job');
    expect(job.endedAt !== null).to.equal(['FINISHED', 'FAILED', 'CANCELLED'].includes(job.state));
  }
}

/** The events of each job and task are a way through the tables, from attempt to attempt, and end where it stands. */
async function checkHistory({ given: { jobs } }: World): Promise<void> {
  for (const job of (await jobs.jobs(owner, {})).jobs) {
    const { tasks } = await jobs.tasks(owner, job.id, {});
    const { events } = await jobs.events(owner, { job: job.id, after: 0 }, { wait: 0, signal: never });
    expect(events.at(-1)?.cursor ?? 0, `cursor of ${job.id}`).to.equal(job.cursor);
    follow(
      events.filter(({ task }) => task === null),
      jobMoves,
    );
    for (const { number, state, attempt } of tasks) {
      const ofTask = events.filter(({ task }) => task === number);
      follow([{ state: 'matching' }, ...ofTask], taskMoves);
      if (ofTask.length > 0)
        expect([ofTask.at(-1)?.state, ofTask.at(-1)?.attempt]).to.deep.equal([state, attempt]);
      const attempts = ofTask.map((event) => event.attempt ?? 0);
      expect(attempts).to.deep.equal(attempts.toSorted((a, b) => a - b));
    }
  }
}

const never = new AbortController().signal;

/** Each state may be gone to from the one before. */
function follow(events: readonly Pick<JobEvent, 'state'>[], moves: readonly Move<string>[]): void {
  for (const [index, { state }] of events.entries()) {
    const before = events[index - 1]?.state;
    if (before === undefined) continue;
    const isLegal = moves.some(({ from, to }) => from === before && to === state);
    expect(isLegal, `${before} -> ${state}`).to.equal(true);
  }
}

/** No task ran twice but one that may, that its owner had tried again, or of which the attempt before did not run. */
function ranOnce({ agents, repeatable, retried, late }: World): void {
  const times = new Map<string, number>();
  for (const name of agents.flatMap(({ ran }) => ran)) {
    const [task = ''] = name.split(' ');
    times.set(task, (times.get(task) ?? 0) + 1);
  }
  const attempts = agents.flatMap(({ ran }) => ran);
  expect(new Set(attempts).size, 'each attempt runs once').to.equal(attempts.length);
  for (const [task, count] of times) {
    if (repeatable.has(task.slice(0, task.lastIndexOf('.')))) continue;
    const most = 1 + (retried.get(task) ?? 0) + (late.get(task) ?? 0);
    expect(count, `how often ${task} ran`).to.be.at.most(most);
  }
}

describe('jobs, whatever happens', () => {
  it('add up, never go back, run once, take no more than there is, and are the same after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 40, maxLength: 80, size: 'max' }), async (all) => {
        await using given = await givenJobs({ 'most-attempts': 4 });
        const agents = [new SimulatedAgent(given, 'n0', 4), new SimulatedAgent(given, 'n1', 2)];
        const late = new Map<string, number>();
        const world: World = {
          ...{ given, agents, late },
          repeatable: new Set(),
          ...{ retried: new Map(), after: new Map(), ended: new Map() },
        };
        for (const each of agents) {
          each.onLate = (task) => late.set(task, (late.get(task) ?? 0) + 1);
          await each.come();
        }
        for (const one of all) {
          await happen(world, one);
          await check(world);
        }
        await checkHistory(world);
        ranOnce(world);
      }),
      { numRuns: 20 },
    );
  });
});
