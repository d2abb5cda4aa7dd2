import { createLocalBackEnd } from '../../../fabric-agent/back-ends/local.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { itIsABackEnd } from '../../conformance/back-end.ts';
import { real } from '../../support/real.ts';
import { type Implementation, inC, inNode } from '../supervisor/support.ts';

function suite({ command }: Implementation): void {
  itIsABackEnd({
    create: async (folder) =>
      createLocalBackEnd({
        folder,
        capacity: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
        load: async () => ({ load: 0, diskBytes: undefined, at: systemClock.now() }),
        command: await command(),
        lingerMs: 200,
        clock: systemClock,
        log: silentLog,
      }),
    programs: {
      exits: (code) => ['/bin/sh', '-c', `exit ${code}`],
      lasts: (ms, text = '') => ['/bin/sh', '-c', `printf '${text}'; exec sleep ${ms / 1000}`],
      isMissing: () => ['/nowhere/at/all'],
      dies: (signal) => ['/bin/sh', '-c', `kill -${signal} $$`],
      copies: (from, to) => ['/bin/sh', '-c', `cat ${from} >${to}`],
      notes: (file, word, code) => ['/bin/sh', '-c', `echo ${word} >>${file}; exit ${code}`],
    },
  });
}

describe('the local back end over the supervisor in Node.js', () => suite(inNode));

(real('gcc') ? describe : describe.skip)('the local back end over the supervisor in C', () => suite(inC));
