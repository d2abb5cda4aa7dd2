import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRunner, runnerBinary } from '../../tools/build-supervisor.ts';
import { batchPeers, batchSide, jobsATurn } from '../dispatch/batch.ts';
import { House, nothing, smallAsk } from '../dispatch/house.ts';
import type { Bench } from '../harness/bench.ts';
import { type Comparison, compareInRounds, type Side } from '../harness/rounds.ts';

/** Where Debian has the programs that its commands of Grid Engine start, and how they find it. */
const variables = {
  PATH: `/usr/lib/gridengine:${process.env.PATH ?? '/usr/bin:/bin'}`,
  SGE_ROOT: process.env.SGE_ROOT ?? '/var/lib/gridengine',
  SGE_CELL: process.env.SGE_CELL ?? 'default',
};

/** Tasks that do nothing through each batch system that serves here, beside the same system by itself. */
export const backendsBench: Bench = {
  name: 'backends',
  says: 'tasks of /bin/true, from submit to FINISHED, each a job of a batch system',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const missing = await buildRunner(runnerBinary);
    if (missing !== undefined) throw new Error(`the runner of batch jobs cannot be built: ${missing}`);
    const count = context.quick ? jobsATurn.quick : jobsATurn.whole;
    const comparisons: Comparison[] = [];
    for (const peer of batchPeers) {
      const beside = await batchSide(peer, context, running);
      if (beside === undefined) continue;
      const own = join(context.folder, peer.word);
      await mkdir(own);
      const agent = { 'back-end': peer.word, 'max-queued': 2 * count };
      const house = running.use(await House.start(own, { agent, variables }));
      const measured: Side = {
        what: `tasks through ${peer.name}`,
        async run() {
          const { seconds } = await house.run({ application: nothing, tasks: count, ask: smallAsk });
          return count / seconds;
        },
      };
      comparisons.push({ measured, beside });
    }
    return { comparisons: await compareInRounds(comparisons, context), figures: [] };
  },
};
