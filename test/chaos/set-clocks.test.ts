import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { localOwner } from '../../broker/jobs/owner.ts';
import type { JobEvent, JobView } from '../../protocol/jobs/job.ts';
import { followMoves } from '../support/moves.ts';
import { type Random, randomOf } from './plan.ts';
import { SetClocks } from './set-clocks.ts';

/** What is done in these runs, and in which order. */
const seeds = [20_261_121, 7, 1_000_003];

/** Faults (a count) of one run, and how long until the next one, in milliseconds. */
const faultsEach = 40;
const longestPauseMs = 60;

const minuteMs = 60_000;
const never = new AbortController().signal;

/** A node of 4 processors runs some of them beside each other; the second Ask has a lease that ends. */
const asks = ['Cpus: 1', 'Cpus: 1\nWalltime: 1 min'].map(
  (said) => `SLA-version: 1.0\nAction: Ask\nId: wish\n${said}\n\n`,
);

/** Sets clocks forward and back by up to half an hour, cuts the line, and begins both sides anew. */
async function harm(world: SetClocks, random: Random): Promise<void> {
  for (let fault = 0; fault < faultsEach; fault += 1) {
    await sleep(longestPauseMs * random());
    const [what, whose, how] = [random(), random(), random()];
    const byMs = Math.round((2 * how - 1) * 30 * minuteMs);
    if (what < 0.6) world.clocks[whose < 0.5 ? 'broker' : 'agent'].set(byMs);
    else if (what < 0.8) {
      world.cut();
      // Sometimes for so long that the broker gives the node up.
      await sleep(800 * how ** 3);
      world.join();
    } else if (what < 0.9) await world.restartBroker();
    else await world.crashAgent();
  }
}

/** All jobs, once nothing goes on any more. */
async function rested(world: SetClocks): Promise<readonly JobView[]> {
  for (;;) {
    const { jobs } = await world.jobs.jobs(localOwner, { limit: 100 });
    if (jobs.every(({ endedAt, counts }) => endedAt !== null && counts.lost === 0)) return jobs;
    await sleep(20);
  }
}

/** All events of all jobs, from the first on. */
async function eventsOf({ jobs }: SetClocks): Promise<readonly JobEvent[]> {
  const all: JobEvent[] = [];
  for (;;) {
    const after = all.at(-1)?.cursor ?? 0;
    const { events } = await jobs.events(localOwner, { after }, { wait: 0, signal: never });
    if (events.length === 0) return all;
    all.push(...events);
  }
}

describe('clocks that are set forward and back while tasks run', () => {
  for (const seed of seeds)
    it(`lose no task and have none run twice (seed ${seed})`, async () => {
      const random = randomOf(seed);
      await using world = await SetClocks.open();
      for (let job = 0; job < 12; job += 1)
        await world.submit(['last', `${Math.round(200 * random())}`], 3, asks[job % asks.length]!);
      await harm(world, random);
      const jobs = await rested(world);
      expect(jobs.map(({ state, counts }) => [state, counts.done])).to.deep.equal(
        jobs.map(() => ['FINISHED', 3]),
      );
      const tasks = world.begun.map((attempt) => attempt.slice(0, attempt.lastIndexOf('.')));
      expect(tasks).to.have.lengthOf(36);
      expect(new Set(tasks).size, world.begun.join(' ')).to.equal(36);
      expect(followMoves(await eventsOf(world)).wrong).to.deep.equal([]);
    });
});
