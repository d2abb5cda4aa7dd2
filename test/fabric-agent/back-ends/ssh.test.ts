import { itIsABackEnd } from '../../conformance/back-end.ts';
import { real } from '../../support/real.ts';
import { backEndBySsh, byWay, clearHome, compilePrograms } from '../ssh/support.ts';

const programs = {
  exits: (code: number) => ['/bin/sh', '-c', `exit ${code}`],
  lasts: (ms: number, text = '') => ['/bin/sh', '-c', `printf '${text}'; exec sleep ${ms / 1000}`],
  isMissing: () => ['/nowhere/at/all'],
  dies: (signal: string) => ['/bin/sh', '-c', `kill -${signal} $$`],
};

(real('ssh') && real('gcc') ? describe : describe.skip)('the back end over ssh', () => {
  before(compilePrograms);
  afterEach(clearHome);

  describe('the local way', () => itIsABackEnd({ create: (folder) => backEndBySsh(folder), programs }));

  for (const way of ['slurm', 'sge', 'torque'] as const)
    (real(way) ? describe : describe.skip)(`to ${way} there`, () =>
      itIsABackEnd({ create: (folder) => backEndBySsh(folder, byWay[way]), programs, many: 50 }),
    );
});
