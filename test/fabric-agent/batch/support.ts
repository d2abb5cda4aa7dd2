import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBatchBackEnd } from '../../../fabric-agent/back-ends/batch.ts';
import type { BatchOptions } from '../../../fabric-agent/batch/options.ts';
import { commandsIn } from '../../../fabric-agent/batch/run-command.ts';
import type { BatchSystem } from '../../../fabric-agent/batch/system.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { buildRunner } from '../../../tools/build-supervisor.ts';
import { root } from '../../../tools/project.ts';

/** The runner of these sources, compiled once for all runs of the tests. */
export async function compiledRunner(): Promise<string> {
  const sum = createHash('sha256');
  for (const folder of ['fabric-agent/batch/native', 'fabric-agent/supervisor/native'])
    for (const file of readdirSync(join(root, folder)).sort())
      sum.update(readFileSync(join(root, folder, file)));
  const binary = join(tmpdir(), `ogm-batch-runner-${sum.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  const own = `${binary}.${randomUUID()}`;
  const missing = await buildRunner(own, ['-static']);
  if (missing !== undefined) throw new Error(missing);
  await rename(own, binary);
  return binary;
}

/** Where the commands of the systems lie that `test/real/` starts; TORQUE's and Grid Engine's have the same names. */
const folders: Readonly<Record<string, string>> = {
  PBS: '/run/ogm-real/torque/bin:',
  'Grid Engine': '/usr/lib/gridengine:',
};

export function environmentOf({ name }: BatchSystem): Record<string, string> {
  const PATH = `${folders[name] ?? ''}/usr/bin:/bin`;
  return { PATH, SGE_ROOT: '/var/lib/gridengine', SGE_CELL: 'default' };
}

/** A back end over the system itself, which looks often. */
export async function backEndOver(system: BatchSystem, folder: string, said: Partial<BatchOptions> = {}) {
  const moment = async () => ({ load: 0, diskBytes: undefined, at: systemClock.now() });
  return openBatchBackEnd({
    ...{ system, folder, moment },
    run: commandsIn({ environment: environmentOf(system), timeoutMs: 60_000 }),
    queue: { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' },
    runner: await compiledRunner(),
    ...{
      mostQueued: 2000,
      reserves: false,
      patienceMs: 60_000,
      skewMs: 0,
      endsMs: 50,
      queueMs: 500,
      vanishedMs: 2_000,
    },
    machine: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
    ...{ clock: systemClock, log: silentLog },
    ...said,
  });
}
