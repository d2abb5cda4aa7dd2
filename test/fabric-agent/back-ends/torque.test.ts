import { torque } from '../../../fabric-agent/back-ends/torque.ts';
import { itIsABackEnd } from '../../conformance/back-end.ts';
import { real } from '../../support/real.ts';
import { backEndOver } from '../batch/support.ts';

(real('torque') && real('gcc') ? describe : describe.skip)('the back end over the commands of TORQUE', () =>
  itIsABackEnd({
    create: (folder) => backEndOver(torque, folder),
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
