import { inUtc, type Reserved, type Reserving, utcSeconds, utcText } from '../batch/reserving.ts';
import {
  type BatchSystem,
  type Fate,
  isNamed,
  jobText,
  linesOf,
  type OwnJob,
  type QueuedJob,
  type Slots,
  type WaitReason,
} from '../batch/system.ts';

/** Only operators and administrators have these. A name is what one is known by. */
const reserving: Reserving = {
  reserve: ({ name, user, start, end, slots }, { queue }) =>
    inUtc([
      'scontrol',
      ...['create', 'reservation', `ReservationName=${name}`],
      `StartTime=${start === null ? 'now' : utcText(start)}`,
      ...[`EndTime=${utcText(end)}`, `CoreCnt=${slots}`, `Users=${user}`],
      ...(queue === undefined ? [] : [`PartitionName=${queue}`]),
    ]),
  reserved: (_output, { name }) => name,
  list: () => inUtc(['scontrol', '--oneliner', 'show', 'reservation']),
  listed: (output, user) => linesOf(output).flatMap((line) => reservation(line, user)),
  release: (handle) => ['scontrol', 'delete', `ReservationName=${handle}`],
  gone: /Requested reservation is invalid/i,
};

/** An operator may delete those of others too, who may have named them alike. */
function reservation(line: string, user: string): Reserved[] {
  const [, name, start, end] =
    /^ReservationName=(\S+) (?:.* )?StartTime=(\S+) (?:.* )?EndTime=(\S+) /.exec(line) ?? [];
  if (name !== undefined) {
    const [, users = ''] = / Users=(\S+)/.exec(line) ?? [];
    if (!users.split(',').includes(user)) return [];
    return [{ name, handle: name, start: utcSeconds(start), end: utcSeconds(end) }];
  }
  if (/^No reservations in the system/.test(line)) return [];
  throw new Error(`scontrol says what cannot be understood: ${line.slice(0, 200)}`);
}

/** Slurm, from 20.11 on. */
export const slurm: BatchSystem = {
  name: 'Slurm',
  passing: /unable to contact|timed out|connection (?:refused|reset)|temporarily|try again|not responding/i,
  mostInArray: 500, // MaxArraySize is 1001 unless set
  namesItself: 'index=$SLURM_ARRAY_TASK_ID job=$SLURM_ARRAY_JOB_ID; [ "$job" ] || job=$SLURM_JOB_ID',
  submit({ name, request, count, script, folder }, { queue, account, more }) {
    const { cores, mebibytes, seconds, reservation } = request;
    return [
      'sbatch',
      ...['--parsable', `--job-name=${name}`, '--output=/dev/null', `--chdir=${folder}`],
      // What was begun is never begun again by the house.
      '--no-requeue',
      ...['--ntasks=1', `--cpus-per-task=${cores}`],
      ...(mebibytes === null ? [] : [`--mem=${mebibytes}M`]),
      ...(seconds === null ? [] : [`--time=${minutesOf(seconds, reservation !== null)}`]),
      ...(count === null ? [] : [`--array=1-${count}`]),
      ...(queue === undefined ? [] : [`--partition=${queue}`]),
      ...(account === undefined ? [] : [`--account=${account}`]),
      ...(reservation === null ? [] : [`--reservation=${reservation}`]),
      ...more,
      script,
    ];
  },
  submitted(output) {
    const [, job] = /^(\d+)(?:;\S+)?$/m.exec(output) ?? [];
    if (job === undefined) throw new Error(`sbatch says no number of a job: ${output.slice(0, 200)}`);
    return job;
  },
  list: (user) => ['squeue', '--noheader', '--array', `--user=${user}`, '--format=%i %T %j'],
  listed: (output) => linesOf(output).map(queuedJob),
  withdraw: (jobs) => ['scancel', '--quiet', ...jobs.map((job) => jobText(job, '_'))],
  nudge: (job) =>
    job.name === undefined
      ? undefined
      : ['scancel', '--quiet', '--batch', '--signal=TERM', `--name=${job.name}`, jobText(job, '_')],
  fates: (job) => [
    ['scontrol', '--oneliner', 'show', 'job', jobText(job, '_')],
    [
      ...(['sacct', '--noheader', '--parsable2', '--allocations', '--duplicates'] as const),
      ...['--format=JobName,State', `--jobs=${jobText(job, '_')}`],
    ],
  ],
  fate,
  reasons: (job) => [inUtc(['squeue', '--noheader', '--format=%T|%r|%S|%j', `--jobs=${jobText(job, '_')}`])],
  reason,
  reserving,
  slots: ({ queue }) => ['sinfo', '--noheader', '--format=%C %m', ...partition(queue)],
  slotsIn,
};

/** Whole minutes: no fewer than it may take, but in a reservation, at whose end it must be over, no more. */
function minutesOf(seconds: number, isBounded: boolean): number {
  return isBounded ? Math.max(1, Math.floor(seconds / 60)) : Math.ceil(seconds / 60);
}

function partition(queue: string | undefined): string[] {
  return queue === undefined ? [] : [`--partition=${queue}`];
}

/** States in which a job has not begun, or is to begin again. */
const waiting = new Set([
  ...['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'RESV_DEL_HOLD', 'SPECIAL_EXIT'],
]);

function queuedJob(line: string): QueuedJob {
  const [, job, index, state, name] = /^\s*(\d+)(?:_(\d+))?\s+([A-Z_]+)\s+(.*)$/.exec(line) ?? [];
  // An array of which nothing has begun may stand as one line, `12_[1-500]`: nothing is known of its jobs but that they wait.
  if (job === undefined || state === undefined)
    throw new Error(`squeue says what cannot be understood: ${line.slice(0, 200)}`);
  return {
    job,
    index: index === undefined ? null : Number(index),
    name: (name ?? '').trim(),
    waits: waiting.has(state),
  };
}

/** What states mean in which a job is in no queue any more. */
const fates: Readonly<Record<string, Fate['kind']>> = {
  COMPLETED: 'ended',
  FAILED: 'ended',
  TIMEOUT: 'timed-out',
  DEADLINE: 'ended-by-system',
  OUT_OF_MEMORY: 'over-memory',
  CANCELLED: 'ended-by-system',
  NODE_FAIL: 'ended-by-system',
  BOOT_FAIL: 'ended-by-system',
  LAUNCH_FAILED: 'ended-by-system',
  RECONFIG_FAIL: 'ended-by-system',
  PREEMPTED: 'ended-by-system',
  REVOKED: 'ended-by-system',
};

/** Of a line of scontrol, or `name|state` as sacct says it; `CANCELLED by 0` is a state. */
function fate(output: string, name: string): Fate | undefined {
  const told = linesOf(output)
    .map((line) => / JobName=(.*?) UserId=.* JobState=([A-Z_]+)/.exec(line) ?? /^(.*)\|([A-Z_]+)/.exec(line))
    .findLast((found) => found?.[1] === name);
  const state = told?.[2];
  if (state === undefined) return undefined;
  const [, reason = 'None'] = / Reason=(\S+)/.exec(told?.input ?? '') ?? [];
  return { kind: fates[state] ?? 'under-way', says: reason === 'None' ? state : `${state}, ${reason}` };
}

/** A job that waits says its reason in one word, and where that is more, after a comma. */
function reason([output = '']: readonly string[], job: OwnJob, now: number): WaitReason | undefined {
  const [line = ''] = linesOf(output);
  const [state = '', why = '', start = '', name = ''] = line.trim().split('|');
  if (!waiting.has(state) || !isNamed(job, name)) return undefined;
  const [, word = why, says = ''] = /^(\w+)(?:[,:;]\s*(.*))?$/.exec(why) ?? [];
  return {
    word: word === 'None' || word === '' ? state : word,
    says,
    startsInMs: start === 'N/A' || start === '' ? undefined : Math.max(0, utcSeconds(start) * 1000 - now),
  };
}

/** One line for each kind of node: processors allocated/idle/other/all, and MiB of memory. */
function slotsIn(output: string): Slots {
  let [total, free, mebibytes] = [0, 0, 0];
  for (const line of linesOf(output)) {
    const [, idle, all, memory] = /^\d+\/(\d+)\/\d+\/(\d+)\s+(\d+)\+?$/.exec(line.trim()) ?? [];
    if (all === undefined) throw new Error(`sinfo says what cannot be understood: ${line.slice(0, 200)}`);
    total += Number(all);
    free += Number(idle);
    mebibytes = Math.max(mebibytes, Number(memory));
  }
  if (total === 0) throw new Error('sinfo tells of no processor');
  return { total, free, memoryBytes: mebibytes * 2 ** 20 };
}
