import type { BackEnd } from '../../../fabric-agent/back-ends/back-end.ts';
import { createLocalBackEnd } from '../../../fabric-agent/back-ends/local.ts';
import { createContainers } from '../../../fabric-agent/isolation/container.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { itIsABackEnd } from '../../conformance/back-end.ts';
import { type Real, real } from '../../support/real.ts';
import { engineOf, image } from '../isolation/engines.ts';
import { inC } from '../supervisor/support.ts';

/** Every program of the suite runs in the same image. */
function inImage(backEnd: BackEnd): BackEnd {
  const launch = backEnd.launch.bind(backEnd);
  backEnd.launch = (order) => launch({ ...order, image });
  return backEnd;
}

for (const engine of ['podman', 'docker'] satisfies Real[])
  (real(engine) && real('gcc') ? describe : describe.skip)(
    `the local back end with containers of ${engine}`,
    () => {
      itIsABackEnd({
        create: async (folder) =>
          inImage(
            createLocalBackEnd({
              folder,
              capacity: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
              load: async () => ({ load: 0, diskBytes: undefined, at: systemClock.now() }),
              command: await inC.command(),
              lingerMs: 200,
              enclosure: createContainers({ ...engineOf(engine), folder }),
              clock: systemClock,
              log: silentLog,
            }),
          ),
        programs: {
          exits: (code) => ['sh', '-c', `exit ${code}`],
          lasts: (ms, text = '') => ['sh', '-c', `printf '${text}'; exec sleep ${ms / 1000}`],
          isMissing: () => ['/nowhere/at/all'],
          dies: (signal) => ['sh', '-c', `kill -${signal} $$`],
          copies: (from, to) => ['sh', '-c', `cat ${from} >${to}`],
        },
      });
    },
  );
