import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
import { itIsABackEnd } from '../../conformance/back-end.ts';
import { real } from '../../support/real.ts';
import { backEndOver } from '../batch/support.ts';

(real('slurm') && real('gcc') ? describe : describe.skip)('the back end over Slurm', () =>
  itIsABackEnd({
    create: (folder) => backEndOver(slurm, folder),
    programs: {
      exits: (code) => ['/bin/sh', '-c', `exit ${code}`],
      lasts: (ms, text = '') => ['/bin/sh', '-c', `printf '${text}'; exec sleep ${ms / 1000}`],
      isMissing: () => ['/nowhere/at/all'],
      dies: (signal) => ['/bin/sh', '-c', `kill -${signal} $$`],
      copies: (from, to) => ['/bin/sh', '-c', `cat ${from} >${to}`],
      notes: (file, word, code) => ['/bin/sh', '-c', `echo ${word} >>${file}; exit ${code}`],
    },
  }),
);
