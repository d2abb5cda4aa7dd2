import { expect } from 'chai';
import { real } from '../support/real.ts';
import { chaos } from './chaos.ts';
import type { BatchName } from './hands.ts';
import { planOf } from './plan.ts';

/** What is done in these runs, and when. */
const seed = 20_261_121;
/** The same in batch systems: all that is done there alone is among it. */
const batchSeed = 27;

/** Bounds the time of a run: its faults, what comes to rest afterwards, and a machine that is busy with other things. */
const mostMs = 600_000;
/** The same where batch systems are behind: other tests may fill their queues meanwhile. */
const batchMostMs = 900_000;

async function calm(options: {
  readonly seed?: number;
  readonly inC: boolean;
  readonly seconds: number;
  readonly tasks: number;
  readonly brokers: number;
  readonly batch?: readonly BatchName[];
}) {
  const lines: string[] = [];
  const canFill = real('root');
  const report = await chaos({ seed, canFill, say: (line) => lines.push(line), ...options });
  expect(
    report.wrong.length,
    [`seed ${options.seed ?? seed}`, ...lines, ...report.wrong].join('\n'),
  ).to.equal(0);
  expect(report.tasks).to.equal(options.tasks);
  expect(report.ends.done).to.be.greaterThan(0);
  expect(options.batch === undefined ? report.paid : report.kept).to.be.greaterThan(0);
}

describe('chaos', function () {
  this.timeout(mostMs);

  (real('gcc') ? it : it.skip)(
    'loses no task and runs none twice, whatever is killed, stopped, cut off or full',
    () => calm({ inC: true, seconds: 40, tasks: 290, brokers: 1 }),
  );

  (real('gcc') ? it : it.skip)(
    'keeps two brokers of one node apart, and never runs more than it has, whatever is killed',
    () => calm({ inC: true, seconds: 12, tasks: 120, brokers: 2 }),
  );

  const hasBatch = real('gcc') && real('slurm') && real('sge');
  (hasBatch ? it : it.skip)(
    'loses no task and runs none twice in Slurm and Grid Engine, where others end jobs and have them begin again, and without market and bus',
    async function () {
      this.timeout(batchMostMs);
      const said = { seed: batchSeed, inC: true, seconds: 15, tasks: 50, brokers: 2 };
      const { faults } = planOf({ ...said, ms: said.seconds * 1000, canFill: real('root'), inBatch: true });
      const done = faults.map((fault) => ('whom' in fault ? `${fault.does} ${fault.whom}` : fault.does));
      expect(done).to.include.members(['kill agent', 'kill job', 'requeue', 'kill bus', 'kill market']);
      await calm({ ...said, batch: ['slurm', 'sge'] });
    },
  );

  it('loses no task and runs none twice with the supervisor in Node.js', () =>
    calm({ inC: false, seconds: 10, tasks: 60, brokers: 1 }));
});
