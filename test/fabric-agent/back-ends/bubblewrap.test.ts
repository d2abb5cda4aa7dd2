import { createLocalBackEnd } from '../../../fabric-agent/back-ends/local.ts';
import { createBubblewrap } from '../../../fabric-agent/isolation/bubblewrap.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { itIsABackEnd } from '../../conformance/back-end.ts';
import { real } from '../../support/real.ts';
import { inC } from '../supervisor/support.ts';

(real('bubblewrap') ? describe : describe.skip)('the local back end with bubblewrap', () => {
  itIsABackEnd({
    create: async (folder) =>
      createLocalBackEnd({
        folder,
        capacity: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
        load: async () => ({ load: 0, diskBytes: undefined, at: systemClock.now() }),
        command: await inC.command(),
        lingerMs: 200,
        enclosure: createBubblewrap({
          visible: [],
          hidden: [folder],
          network: false,
          sharedMemoryBytes: 2 ** 20,
          taskUser: 65_534,
          path: '/usr/bin',
        }),
        clock: systemClock,
        log: silentLog,
      }),
    programs: {
      exits: (code) => ['/bin/sh', '-c', `exit ${code}`],
      lasts: (ms, text = '') => ['/bin/sh', '-c', `printf '${text}'; exec sleep ${ms / 1000}`],
      isMissing: () => ['/nowhere/at/all'],
      dies: (signal) => ['/bin/sh', '-c', `kill -${signal} $$`],
      copies: (from, to) => ['/bin/sh', '-c', `cat ${from} >${to}`],
    },
  });
});
