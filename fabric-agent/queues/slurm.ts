import { type Command, linesOf } from '../batch/system.ts';
import type { QueueJob } from './facts.ts';
import { inUtc, type QueueSystem, spanMs, untilMs } from './system.ts';

/** Partitions of Slurm. */
export const slurmQueue: QueueSystem = {
  cluster: () => ['scontrol', 'show', 'config'],
  clusterIn(output) {
    const said = (name: string) => new RegExp(`^${name}\\s*= (\\S+)`, 'm').exec(output)?.[1];
    const cluster = said('ClusterName');
    if (cluster === undefined) throw new Error('scontrol does not say which cluster this is');
    return `${cluster}@${said('SlurmctldHost\\[0\\]') ?? '?'}`;
  },
  shape: ({ queue }) => ['sinfo', '--noheader', '--format=%P|%C|%l', ...partition(queue)],
  shapeIn(output, { queue }) {
    const rows = linesOf(output).map(shapeRow);
    const own = queue === undefined ? rows.filter(({ isDefault }) => isDefault) : rows;
    const [first] = own;
    if (first === undefined) throw new Error('sinfo tells of no such partition');
    const sum = (of: 'total' | 'free') => own.reduce((all, row) => all + row[of], 0);
    const { name, walltimeMs } = first;
    return { name, total: sum('total'), free: sum('free'), walltimeMs, mostQueued: null };
  },
  jobs({ queue }): Command {
    const states = 'PENDING,CONFIGURING,RUNNING,COMPLETING,SUSPENDED';
    const format = '--format=%T|%C|%S|%L|%r|%P';
    return inUtc(['squeue', '--noheader', '--array', `--states=${states}`, format, ...partition(queue)]);
  },
  jobsIn: (output, queue, now) => linesOf(output).flatMap((line) => jobOf(line, queue, now)),
};

function partition(queue: string | undefined): string[] {
  return queue === undefined ? [] : [`--partition=${queue}`];
}

/** Name, a star at the default one; cores allocated/idle/other/all; the longest time. */
function shapeRow(line: string) {
  const [, name, star, idle, all, time] =
    /^([^|*]+)(\*?)\|\d+\/(\d+)\/\d+\/(\d+)\|(\S+)$/.exec(line.trim()) ?? [];
  if (name === undefined || time === undefined)
    throw new Error(`sinfo says what cannot be understood: ${line.slice(0, 200)}`);
  const walltimeMs = spanMs(time) ?? null;
  return { name, isDefault: star === '*', free: Number(idle), total: Number(all), walltimeMs };
}

/** Why a job is not in its turn: others pass it by. */
const aside =
  /^(?:JobHeld|Dependency|BeginTime|PartitionTimeLimit|PartitionDown|Reservation|.*Max\w*Limit|InvalidAccount|BadConstraints)/;

/** A job that waits for any of several partitions is in each. */
function jobOf(line: string, queue: string, now: number): QueueJob[] {
  const [state, cores, start = '', left = '', reason = '', queues = ''] = line.trim().split('|');
  if (cores === undefined || !/^\d+$/.test(cores))
    throw new Error(`squeue says what cannot be understood: ${line.slice(0, 200)}`);
  if (!queues.split(',').includes(queue)) return [];
  const slots = Number(cores);
  if (state !== 'PENDING') return [{ waits: false, slots, leftMs: spanMs(left) }];
  return aside.test(reason) ? [] : [{ waits: true, slots, startsInMs: untilMs(start, now) }];
}
