import { torque } from '../back-ends/torque.ts';
import type { QueueJob } from './facts.ts';
import { type QueueSystem, spanMs } from './system.ts';

/** Queues of TORQUE and OpenPBS. Their machines serve all queues: what is free is free for each. */
export const pbsQueue: QueueSystem = {
  cluster: () => ['qstat', '-B'],
  clusterIn(output, { PBS_DEFAULT, PBS_SERVER }) {
    const server = PBS_DEFAULT ?? PBS_SERVER ?? /^-[- ]+\n(\S+)/m.exec(output)?.[1];
    if (server === undefined) throw new Error('qstat does not say which server this is');
    return server;
  },
  shape: (options) => torque.slots(options),
  shapeIn: (output, { queue }) => ({ name: queue ?? 'default', ...torque.slotsIn(output) }),
  jobs: () => ['qstat', '-f'],
  // PBSE_UNKJOBID, 15001, in the eight bits that an exit code has.
  noJobs: 153,
  jobsIn: (output, queue) => sections(output, /^Job Id:/gm).flatMap((text) => jobOf(text, queue)),
  limits: (queue) => ['qstat', '-Q', '-f', ...(queue === 'default' ? [] : [queue])],
  limitsIn(output) {
    // Which one a job comes into that names none is the server's to say.
    if (sections(output, /^Queue:/gm).length > 1) return { walltimeMs: null, mostQueued: null };
    const most = attribute(output, 'max_queuable') ?? attribute(output, 'max_user_queuable');
    return {
      walltimeMs: spanMs(attribute(output, 'resources_max.walltime') ?? '') ?? null,
      mostQueued: most !== undefined && /^\d+$/.test(most) ? Number(most) : null,
    };
  },
};

/** What stands from each line that begins so to the next. */
function sections(output: string, beginning: RegExp): string[] {
  const starts = [...output.matchAll(beginning)].map(({ index }) => index);
  return starts.map((start, at) => output.slice(start, starts[at + 1]));
}

function attribute(text: string, name: string): string | undefined {
  return new RegExp(`^\\s+${name.replaceAll('.', '\\.')} = (.*)$`, 'm').exec(text)?.[1]?.trim();
}

/** Held ones, those that wait for a moment, and those that are over are in nobody's way. */
function jobOf(text: string, queue: string): QueueJob[] {
  const state = attribute(text, 'job_state');
  const own = attribute(text, 'queue');
  if (queue !== 'default' && own !== undefined && own !== queue) return [];
  const slots = coresOf(text);
  if (state === 'Q') return [{ waits: true, slots }];
  if (state !== 'R' && state !== 'E') return [];
  const limit = spanMs(attribute(text, 'Resource_List.walltime') ?? '');
  const used = spanMs(attribute(text, 'resources_used.walltime') ?? '') ?? 0;
  return [{ waits: false, slots, leftMs: limit === undefined ? undefined : limit - used }];
}

function coresOf(text: string): number {
  const [, nodes = '1', each = '1'] =
    /^(\d+)(?::\S*?ppn=(\d+))?/.exec(attribute(text, 'Resource_List.nodes') ?? '') ?? [];
  return Math.max(Number(attribute(text, 'Resource_List.ncpus') ?? 1), Number(nodes) * Number(each));
}
