import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildRunner,
  buildSupervisor,
  runnerBinary,
  supervisorBinary,
} from '../../tools/build-supervisor.ts';
import { House, nothing, smallAsk } from '../dispatch/house.ts';
import type { Bench } from '../harness/bench.ts';
import { type Comparison, compareInRounds, type Side } from '../harness/rounds.ts';
import { backEndPeers } from './peers.ts';

/** Houses and programs that end with this process, each by a listener of its own; a count. */
const mostAtExit = 64;

/** Tasks that do nothing through each back end that serves here, beside the same system by itself. */
export const backendsBench: Bench = {
  name: 'backends',
  says: 'tasks of /bin/true, from submit to FINISHED, through each back end',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const missing = (await buildSupervisor(supervisorBinary)) ?? (await buildRunner(runnerBinary));
    if (missing !== undefined) throw new Error(`the programs in C cannot be built: ${missing}`);
    const comparisons: Comparison[] = [];
    process.setMaxListeners(mostAtExit);
    for (const { name, count, agent, variables, beside } of backEndPeers(context.quick)) {
      const alone = await beside(context, running);
      if (alone === undefined) continue;
      const own = join(context.folder, `${comparisons.length}`);
      await mkdir(own);
      const house = running.use(
        await House.start(own, { agent, ...(variables === undefined ? {} : { variables }) }),
      );
      const measured: Side = {
        what: `${count} tasks through ${name}`,
        async run() {
          const { seconds } = await house.run({ application: nothing, tasks: count, ask: smallAsk });
          return count / seconds;
        },
      };
      comparisons.push({ measured, beside: alone });
    }
    return { comparisons: await compareInRounds(comparisons, context), figures: [] };
  },
};
