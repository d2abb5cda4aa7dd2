import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { expectedDelay, type QueueJob } from '../../../fabric-agent/queues/facts.ts';
import { pbsQueue } from '../../../fabric-agent/queues/pbs.ts';
import { sgeQueue } from '../../../fabric-agent/queues/sge.ts';
import { slurmQueue } from '../../../fabric-agent/queues/slurm.ts';
import { spanMs } from '../../../fabric-agent/queues/system.ts';

/** What a system that `test/real/` starts has said. */
const recorded = (name: string) => readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8');

const options = (queue?: string) => ({ queue, account: undefined, more: [], parallelEnvironment: 'smp' });
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('of Slurm', () => {
  it('a partition is known by its cores and its longest time, the default one where none is named', () => {
    expect(slurmQueue.shapeIn(recorded('sinfo-queue.txt'), options())).to.deep.equal({
      ...{ name: 'main', total: 64, free: 62, walltimeMs: null, mostQueued: null },
    });
    const two = 'debug|0/8/0/8|1:00:00\nlong*|60/4/0/64|2-00:00:00\nlong*|8/0/0/8|2-00:00:00\n';
    expect(slurmQueue.shapeIn(two, options())).to.deep.include({ name: 'long', total: 72, free: 4 });
    expect(slurmQueue.shapeIn(two, options())).to.deep.include({ walltimeMs: 48 * hour });
    expect(() => slurmQueue.shapeIn('', options('gone'))).to.throw('no such partition');
  });

  it('jobs are told apart that wait in their turn, that wait for something else, and that run', () => {
    const now = Date.parse('2026-11-22T03:49:29Z');
    expect(slurmQueue.jobsIn(recorded('squeue-queue.txt'), 'main', now)).to.deep.equal([
      { waits: true, slots: 64, startsInMs: undefined },
      { waits: false, slots: 2, leftMs: 4 * minute + 57 * second },
    ]);
    const expected = 'PENDING|4|2026-11-22T03:54:29|1:00|Priority|main,long\n';
    expect(slurmQueue.jobsIn(expected, 'long', now)).to.deep.equal([
      { waits: true, slots: 4, startsInMs: 5 * minute },
    ]);
    expect(slurmQueue.jobsIn(expected, 'debug', now)).to.deep.equal([]);
    expect(() => slurmQueue.jobsIn('slurm_load_jobs error', 'main', now)).to.throw('cannot be understood');
  });

  it('a cluster is known by its name and its controller', () => {
    expect(slurmQueue.clusterIn(recorded('scontrol-config.txt'), {})).to.equal('ogm@vm(127.0.0.1)');
  });
});

describe('of Grid Engine', () => {
  it('jobs are told apart that run, with what is left of their limit, and that wait; held ones are in nobody’s way', () => {
    const now = Date.parse('2026-11-22T03:49:39Z');
    expect(sgeQueue.jobsIn(recorded('qstat-queue.xml'), 'main.q', now)).to.deep.equal([
      { waits: false, slots: 1, leftMs: 290 * second },
      { waits: false, slots: 1, leftMs: 116 * second },
      { waits: false, slots: 1, leftMs: 116 * second },
    ]);
    const waiting = recorded('qstat-queue.xml').replace('hqw', 'qw');
    expect(sgeQueue.jobsIn(waiting, 'main.q', now).filter(({ waits }) => waits)).to.deep.equal([
      { waits: true, slots: 1 },
    ]);
    expect(() => sgeQueue.jobsIn('error: commlib', '', now)).to.throw('cannot be understood');
  });

  it('a queue is known by its slots and its limits, a cluster by its cell and master', () => {
    const two = (name: string, free: number) =>
      `<cluster_queue_summary><name>${name}</name><available>${free}</available><total>8</total></cluster_queue_summary>`;
    const shape = sgeQueue.shapeIn(two('a.q', 1) + two('b.q', 2), options());
    expect(shape).to.deep.equal({ name: 'a.q,b.q', total: 16, free: 3 });
    expect(sgeQueue.limitsIn?.(recorded('qconf-queue.txt'))).to.deep.include({ walltimeMs: null });
    expect(sgeQueue.limitsIn?.('h_rt   48:00:00\n')).to.deep.include({ walltimeMs: 48 * hour });
    const several = (...times: string[]) =>
      sgeQueue.limitsIn?.(times.map((time) => `qname q\nh_rt ${time}\n`).join('\n'))?.walltimeMs;
    expect(several('1:00:00', '7200'), 'of several the longest').to.equal(2 * hour);
    expect(several('1:00:00', 'INFINITY')).to.equal(null);
    const where = { SGE_CELL: 'lab', SGE_ROOT: '/opt/sge' };
    expect(sgeQueue.clusterIn('head\n', where)).to.equal('lab@head/opt/sge');
  });
});

describe('of PBS', () => {
  // As the manuals of OpenPBS and TORQUE show it: no server of theirs is in a registry.
  const jobs = `Job Id: 12.head
    Job_Name = one
    job_state = R
    queue = long
    resources_used.walltime = 00:10:00
    Resource_List.nodes = 2:ppn=4
    Resource_List.walltime = 01:00:00
Job Id: 13.head
    job_state = Q
    queue = long
    Resource_List.ncpus = 2
Job Id: 14.head
    job_state = H
    queue = long
Job Id: 15.head
    job_state = Q
    queue = short
`;

  it('jobs of a queue are told apart that run and that wait', () => {
    expect(pbsQueue.jobsIn(jobs, 'long', 0)).to.deep.equal([
      { waits: false, slots: 8, leftMs: 50 * minute },
      { waits: true, slots: 2 },
    ]);
  });

  it('a cluster is known by its server', () => {
    const table =
      'Server             Max   Tot Status\n---------------- ----- ----- --------\nhead                 0     0 Active\n';
    expect(pbsQueue.clusterIn(table, {})).to.equal('head');
    expect(pbsQueue.clusterIn(table, { PBS_DEFAULT: 'other' })).to.equal('other');
    expect(() => pbsQueue.clusterIn('', {})).to.throw('which server');
  });

  it('limits of a queue are what its server says', () => {
    const limits = '    resources_max.walltime = 24:00:00\n    max_queuable = 40\n';
    expect(pbsQueue.limitsIn?.(limits)).to.deep.equal({ walltimeMs: 24 * hour, mostQueued: 40 });
    expect(pbsQueue.limitsIn?.('Queue:\tmain\n')).to.deep.equal({ walltimeMs: null, mostQueued: null });
    const one = `Queue: long\n${limits}`;
    expect(pbsQueue.limitsIn?.(one)).to.deep.equal({ walltimeMs: 24 * hour, mostQueued: 40 });
    expect(pbsQueue.limitsIn?.(`Queue: short\n\n${one}`), 'which of them is not known').to.deep.equal({
      ...{ walltimeMs: null, mostQueued: null },
    });
  });
});

describe('how long what comes now waits', () => {
  const running = (slots: number, leftMs?: number): QueueJob => ({ waits: false, slots, leftMs });

  it('is nothing where more is free than all that wait would take', () => {
    expect(expectedDelay(3, [{ waits: true, slots: 2 }])).to.equal(0);
    expect(expectedDelay(2, [{ waits: true, slots: 2 }, running(4, hour)])).to.equal(hour);
  });

  it('is what the batch system expects of the last that wait, where it says so', () => {
    const waiting = [minute, 3 * minute].map((startsInMs) => ({ waits: true, slots: 1, startsInMs }));
    expect(expectedDelay(0, [...waiting, running(8, hour)])).to.equal(3 * minute);
  });

  it('is else by the limits of what runs, and not known where nothing bounds that', () => {
    const jobs = [running(2, 2 * hour), running(2, hour), { waits: true, slots: 2 }];
    expect(expectedDelay(0, jobs)).to.equal(2 * hour);
    expect(expectedDelay(0, [running(64)])).to.equal(undefined);
  });

  it('never grows shorter by a job more, and is never less than nothing', () => {
    const job = fc.record({
      waits: fc.boolean(),
      slots: fc.integer({ min: 1, max: 9 }),
      leftMs: fc.integer(),
    });
    fc.assert(
      fc.property(fc.array(job), fc.nat(20), fc.nat(9), (jobs, free, slots) => {
        const before = expectedDelay(free, jobs) ?? Number.POSITIVE_INFINITY;
        const after = expectedDelay(free, [...jobs, { waits: true, slots }]) ?? Number.POSITIVE_INFINITY;
        expect(before).to.be.at.least(0).and.at.most(after);
      }),
    );
  });

  it('is read of every way in which spans are written', () => {
    expect(['2-01:00:00', '1:02:03', '04:57', 'UNLIMITED', 'NOT_SET', ''].map(spanMs)).to.deep.equal([
      ...[49 * hour, hour + 2 * minute + 3 * second, 4 * minute + 57 * second],
      ...[undefined, undefined, undefined],
    ]);
  });
});
