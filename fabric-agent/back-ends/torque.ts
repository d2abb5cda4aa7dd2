import {
  type BatchSystem,
  type Fate,
  isNamed,
  linesOf,
  type OwnJob,
  type QueuedJob,
  type Slots,
  type WaitReason,
} from '../batch/system.ts';

/** TORQUE and OpenPBS, and the commands of TORQUE that Slurm has. Jobs are known by the number before the server's name. */
export const torque: BatchSystem = {
  name: 'PBS',
  passing:
    /connection (?:refused|timed out|reset)|communication failure|cannot connect|server (?:is )?down|try again|temporarily/i,
  // TORQUE has them by -t, OpenPBS by -J, and the commands over Slurm say no index to their jobs.
  mostInArray: 1,
  namesItself: `job=\${PBS_JOBID:-$SLURM_JOB_ID}; job=\${job%%.*} index=`,
  submit({ name, request, script }, { queue, account, more }) {
    const { cores, mebibytes, seconds } = request;
    return [
      'qsub',
      ...['-N', name, '-o', '/dev/null', '-e', '/dev/null', '-r', 'n', '-l', `nodes=1:ppn=${cores}`],
      ...(mebibytes === null ? [] : ['-l', `mem=${mebibytes}mb`]),
      ...(seconds === null ? [] : ['-l', `walltime=${clockText(seconds)}`]),
      ...(queue === undefined ? [] : ['-q', queue]),
      ...(account === undefined ? [] : ['-A', account]),
      ...more,
      script,
    ];
  },
  submitted(output) {
    const [, job] = /^(\d+)(?:\.\S+)?$/m.exec(output) ?? [];
    if (job === undefined) throw new Error(`qsub says no number of a job: ${output.slice(0, 200)}`);
    return job;
  },
  list: () => ['qstat', '-f'],
  noJobs: 153, // PBSE_UNKJOBID, modulo 256
  listed: (output) =>
    sections(output, /^Job Id:/m)
      .map(queuedJob)
      .filter((job) => job !== undefined),
  withdraw: (jobs) => ['qdel', ...jobs.map(({ job }) => job)],
  nudge: () => undefined,
  fates: ({ job }) => [
    ['qstat', '-f', job],
    ['qstat', '-x', '-f', job],
  ],
  fate,
  reasons: ({ job }) => [['qstat', '-f', job]],
  reason,
  slots: () => ['pbsnodes', '-a'],
  slotsIn,
};

function clockText(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** What stands between lines that begin so, without what stands before the first. */
function sections(output: string, beginning: RegExp): string[] {
  const starts = [...output.matchAll(new RegExp(beginning, 'gm'))].map(({ index }) => index);
  return starts.map((start, at) => output.slice(start, starts[at + 1]));
}

function attribute(text: string, name: string): string | undefined {
  return new RegExp(`^\\s+${name.replaceAll('.', '\\.')} = (.*)$`, 'm').exec(text)?.[1]?.trim();
}

/** Undefined for a job that is over: some servers tell of it for a while. */
function queuedJob(text: string): QueuedJob | undefined {
  const [, job] = /^Job Id:\s*(\d+)/.exec(text) ?? [];
  const state = attribute(text, 'job_state');
  if (job === undefined || state === undefined)
    throw new Error(`qstat says what cannot be understood: ${text.slice(0, 200)}`);
  if (['C', 'F', 'X'].includes(state)) return undefined;
  const [owner = ''] = (attribute(text, 'Job_Owner') ?? '').split('@');
  return {
    job,
    index: null,
    name: attribute(text, 'Job_Name') ?? '',
    waits: ['Q', 'H', 'W', 'T'].includes(state),
    ...(owner === '' ? {} : { owner }),
  };
}

/** What the scheduler says of a job that waits stands in its comment. */
function reason([output = '']: readonly string[], job: OwnJob): WaitReason | undefined {
  const state = attribute(output, 'job_state');
  if (
    state === undefined ||
    !isNamed(job, attribute(output, 'Job_Name')) ||
    !['Q', 'H', 'W', 'T'].includes(state)
  )
    return undefined;
  return { word: state, says: attribute(output, 'comment') ?? '' };
}

/** Exit codes that the servers themselves give: ended for its time, in TORQUE and in OpenPBS. */
const timedOut = new Set([-11, -29]);
/** From here on the rest is a signal that the server sent. */
const firstSignal = 256;

/** Of the last that has the name: a number may be given again. */
function fate(output: string, name: string): Fate | undefined {
  const told = sections(output, /^Job Id:/m).findLast((one) => attribute(one, 'Job_Name') === name) ?? '';
  const state = attribute(told, 'job_state');
  if (state === undefined) return undefined;
  if (!['C', 'F', 'X'].includes(state)) return { kind: 'under-way', says: `state ${state}` };
  const code = attribute(told, 'exit_status') ?? attribute(told, 'Exit_status');
  if (code === undefined) return { kind: 'ended', says: `state ${state}` };
  const number = Number(code);
  const isEnded = number >= 0 && number < firstSignal;
  const kind = timedOut.has(number) ? 'timed-out' : isEnded ? 'ended' : 'ended-by-system';
  return { kind, says: `exit status ${code}` };
}

const bytesOf: Readonly<Record<string, number>> = { kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** Nodes are told apart by names that begin a line. */
function slotsIn(output: string): Slots {
  let [total, used, memoryBytes] = [0, 0, 0];
  for (const node of sections(output, /^\S/m)) {
    if (/\b(?:down|offline)\b/.test(attribute(node, 'state') ?? 'down')) continue;
    total += Number(
      attribute(node, 'np') ?? attribute(node, 'resources_available.ncpus') ?? attribute(node, 'pcpus') ?? 0,
    );
    used += Number(attribute(node, 'resources_assigned.ncpus') ?? jobsOn(node));
    const [, amount, unit = ''] =
      /\b(?:physmem|availmem|resources_available\.mem)\s?=\s?(\d+)([kmgt]b)/.exec(node) ?? [];
    memoryBytes = Math.max(memoryBytes, Number(amount ?? 0) * (bytesOf[unit] ?? 1));
  }
  if (!(total > 0))
    throw new Error(`pbsnodes tells of no processor: ${linesOf(output).slice(0, 2).join('; ')}`);
  return { total, free: Math.max(0, total - used), memoryBytes: memoryBytes === 0 ? null : memoryBytes };
}

/** TORQUE lists `0/12.server, 1-3/13.server`: slots before each job. */
function jobsOn(node: string): number {
  let slots = 0;
  for (const [, first, last] of (attribute(node, 'jobs') ?? '').matchAll(
    /(?:^|[\s,])(\d+)(?:-(\d+))?(?=[/,-])/g,
  ))
    slots += last === undefined ? 1 : Number(last) - Number(first) + 1;
  return slots;
}
