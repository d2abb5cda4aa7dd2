import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { nodeSupervisor, type SupervisorCommand } from '../../fabric-agent/supervisor/launch.ts';
import { buildSupervisor } from '../../tools/build-supervisor.ts';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { compareInRounds } from '../harness/rounds.ts';
import { Timed } from '../harness/times.ts';
import { clock, House } from './house.ts';

/** Jobs of one task that a turn submits, one after the other. */
const jobsATurn = { whole: 50, quick: 5 };

/** From the call that submits a job of one task, nobody else there, to the moment that its program tells. */
export const startBench: Bench = {
  name: 'dispatch-start',
  says: 'jobs of one task, one after the other: from submit to a running process',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const binary = join(context.folder, 'ogm-supervisor');
    const missing = await buildSupervisor(binary);
    if (missing !== undefined) throw new Error(`the supervisor in C cannot be built: ${missing}`);
    const inC = await starting('supervisor in C', [binary], context, running);
    const inNode = await starting('supervisor in Node.js', nodeSupervisor, context, running);
    const comparisons = await compareInRounds([{ measured: inC, beside: inNode }], context);
    return { comparisons, figures: [inC, inNode].flatMap((side) => side.figures([0.5, 0.99])) };
  },
};

async function starting(
  what: string,
  command: SupervisorCommand,
  { folder, quick }: BenchContext,
  running: AsyncDisposableStack,
): Promise<Timed> {
  const own = join(folder, what.replaceAll(' ', '-'));
  await mkdir(own);
  const house = running.use(await House.start(own, { supervisor: command }));
  return new Timed(what, async () => {
    const times: number[] = [];
    for (let job = 0; job < (quick ? jobsATurn.quick : jobsATurn.whole); job += 1)
      times.push(await startMs(house));
    return times;
  });
}

/** Milliseconds from submit until the program read the clock, by the clock that both share. */
async function startMs(house: House): Promise<number> {
  const begun = performance.timeOrigin + performance.now();
  const { job } = await house.run({ application: clock });
  const printed = await buffer(house.jobs.printed(job.id, 1, 'stdout'));
  return Number(printed) / 1e6 - begun;
}
