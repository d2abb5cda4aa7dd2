import { expect } from 'chai';
import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
import { QueueReasons } from '../../../fabric-agent/batch/queue-reasons.ts';
import type { Run } from '../../../fabric-agent/batch/runs.ts';
import { systemClock } from '../../../platform/clock.ts';
import { type QueueReason, queueReason } from '../../../protocol/agent/standing.ts';

const now = Date.UTC(2026, 0, 1);

/** What is said of a job of which Slurm says this. */
function said(output: string): Promise<QueueReason | undefined> {
  const reasons = new QueueReasons({
    system: slurm,
    run: async () => ({ code: 0, output, complaint: '' }),
    user: 'ann',
    clock: { ...systemClock, now: () => now },
  });
  const run: Run = {
    ...{ key: { task: 'job.1', attempt: 1 }, word: 'word', latestStartMs: undefined, list: 'list', line: 1 },
    ...{
      job: { job: '7', index: null, name: 'own' },
      submission: 1,
      goneSinceMs: undefined,
      killAtMs: undefined,
    },
    ...{ end: undefined, isForgotten: false },
  };
  return reasons.of(run);
}

describe('why a job waits in a queue', () => {
  it('is not what is said of another that has its number', async () => {
    expect(await said('PENDING|BeginTime|2026-01-01T01:00:00|other\n')).to.equal(undefined);
  });

  it('is such that a broker reads it, however far off its start and however long its words', async () => {
    const soon = await said('PENDING|BeginTime|2026-01-01T01:00:00|own\n');
    expect(soon).to.include({ system: 'Slurm', job: '7', word: 'BeginTime', startsInMs: 3_600_000 });
    for (const output of [
      'PENDING|BeginTime|2031-01-01T00:00:00|own\n',
      `PENDING|${'x'.repeat(5_000)}, ${'y'.repeat(5_000)}|N/A|own\n`,
    ]) {
      const reason = await said(output);
      expect(queueReason.safeParse(reason).error?.message).to.equal(undefined);
      expect(reason?.startsInMs).to.equal(null);
    }
  });
});
