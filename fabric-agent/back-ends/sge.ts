import { inUtc, type Reserving, utcSeconds, utcText } from '../batch/reserving.ts';
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

/** Only managers, operators, and users in the list `arusers` have these. Known by numbers; many may have one name. */
const reserving: Reserving = {
  reserve: ({ name, user, start, end, slots }, { queue, account, parallelEnvironment }) =>
    inUtc([
      'qrsub',
      ...(start === null ? [] : ['-a', momentText(start)]),
      ...['-e', momentText(end), '-N', name, '-u', user],
      ...(slots === 1 ? [] : ['-pe', parallelEnvironment, String(slots)]),
      ...(queue === undefined ? [] : ['-q', queue]),
      ...(account === undefined ? [] : ['-A', account]),
    ]),
  reserved(output) {
    const [, handle] = /advance reservation (\d+)/.exec(output) ?? [];
    if (handle === undefined)
      throw new Error(`qrsub says no number of a reservation: ${output.slice(0, 200)}`);
    return handle;
  },
  list: (user) => inUtc(['qrstat', '-xml', '-u', user]),
  listed(output) {
    if (!output.includes('</qrstat>'))
      throw new Error(`qrstat says what cannot be understood: ${output.slice(0, 200)}`);
    return [...output.matchAll(/<ar_summary>([\s\S]*?)<\/ar_summary>/g)].flatMap(([, one = '']) => {
      const [handle, name, state = ''] = ['id', 'name', 'state'].map((each) => element(one, each));
      // `x` and `d`: its time is over, and it is deleted.
      if (handle === undefined || name === undefined || /[xd]/.test(state)) return [];
      const [start, end] = ['start_time', 'end_time'].map((each) => utcSeconds(element(one, each)));
      return [{ name, handle, start: start ?? 0, end: end ?? 0 }];
    });
  },
  release: (handle) => ['qrdel', handle],
  gone: /does not exist/i,
};

/** As `[[CC]YY]MMDDhhmm.SS`. */
function momentText(seconds: number): string {
  return utcText(seconds).replaceAll(/[-T:]/g, '').replace(/(..)$/, '.$1');
}

/** Grid Engine, from 6.2 on. */
export const sge: BatchSystem = {
  name: 'Grid Engine',
  passing: /commlib|unable to (?:contact|send|receive)|can't connect|time ?out|try again|not running/i,
  mostInArray: 500,
  namesItself: 'job=$JOB_ID index=$SGE_TASK_ID; [ "$index" != undefined ] || index=',
  submit({ name, request, count, script, folder }, { queue, account, more, parallelEnvironment }) {
    const { cores, seconds, reservation } = request;
    return [
      'qsub',
      ...['-terse', '-N', name, '-o', '/dev/null', '-e', '/dev/null', '-wd', folder, '-S', '/bin/sh'],
      ...['-r', 'n'],
      ...(cores === 1 ? [] : ['-pe', parallelEnvironment, String(cores)]),
      ...(seconds === null ? [] : ['-l', `h_rt=${Math.ceil(seconds)}`]),
      ...(count === null ? [] : ['-t', `1-${count}`]),
      ...(queue === undefined ? [] : ['-q', queue]),
      ...(account === undefined ? [] : ['-A', account]),
      ...(reservation === null ? [] : ['-ar', reservation]),
      ...more,
      script,
    ];
  },
  submitted(output) {
    const [, job] = /^(\d+)(?:\.\S+)?$/m.exec(output) ?? [];
    if (job === undefined) throw new Error(`qsub says no number of a job: ${output.slice(0, 200)}`);
    return job;
  },
  list: (user) => ['qstat', '-xml', '-g', 'd', '-u', user],
  listed(output) {
    if (!output.includes('</job_info>'))
      throw new Error(`qstat says what cannot be understood: ${output.slice(0, 200)}`);
    return [...output.matchAll(/<job_list\b[^>]*>([\s\S]*?)<\/job_list>/g)].map(([, job = '']) =>
      queuedJob(job),
    );
  },
  withdraw: (jobs) => ['qdel', ...jobs.map((job) => jobText(job, '.'))],
  nudge: () => undefined,
  fates: ({ job, index }) => [['qacct', '-j', job, ...(index === null ? [] : ['-t', String(index)])]],
  fate,
  reasons: (job, user) => [
    ['qstat', '-xml', '-g', 'd', '-u', user],
    ['qstat', '-j', job.job],
    // What the scheduler would say of it now; it tells that of no job by itself unless its owner has it collect that.
    ['qalter', '-w', 'p', job.job],
  ],
  reason,
  reserving,
  slots: ({ queue }) => ['qstat', '-g', 'c', '-xml', ...(queue === undefined ? [] : ['-q', queue])],
  slotsIn,
};

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function queuedJob(xml: string): QueuedJob {
  const job = element(xml, 'JB_job_number');
  const state = element(xml, 'state');
  if (job === undefined || state === undefined)
    throw new Error(`qstat says what cannot be understood: ${xml.slice(0, 200)}`);
  const index = element(xml, 'tasks');
  return {
    job,
    index: index !== undefined && /^\d+$/.test(index) ? Number(index) : null,
    name: element(xml, 'JB_name') ?? '',
    waits: state.includes('q'),
  };
}

/**
 * By its state: `Eqw` has an error, `hqw` is held, or waits for other jobs. Of those that wait for their turn what stands in
 * the way is said by `qalter -w p`, host by host.
 */
function reason([list = '', job = '', verified = '']: readonly string[], id: OwnJob): WaitReason | undefined {
  const state = stateIn(list, id);
  if (state === undefined || !state.includes('q')) return undefined;
  const said = (name: string) => new RegExp(`^${name}[^:]*: +(\\S.*)$`, 'm').exec(job)?.[1]?.trim();
  if (state.includes('E')) return { word: state, says: said('error reason') ?? '' };
  const before = said('jid_predecessor_list');
  if (before !== undefined) return { word: state, says: `waits for the jobs ${before}` };
  if (state.includes('h')) return { word: state, says: 'it is held' };
  const from = said('execution_time');
  if (from !== undefined) return { word: state, says: `not before ${from}` };
  const found = linesOf(verified).map((line) => line.replace(/^verification: /, '').trim());
  const isFree = found.some((line) => line.startsWith('found suitable'));
  return { word: state, says: isFree || found.length === 0 ? 'others are before it' : found.join('; ') };
}

/** The state of a job in a list of the queue; of an array that stands there as one line, that of all of it. */
function stateIn(list: string, id: OwnJob): string | undefined {
  const { job, index } = id;
  const states = [...list.matchAll(/<job_list\b[^>]*>([\s\S]*?)<\/job_list>/g)].flatMap(([, one = '']) => {
    const tasks = element(one, 'tasks');
    const isIt = element(one, 'JB_job_number') === job && isNamed(id, element(one, 'JB_name'));
    const isOther = index !== null && tasks !== undefined && /^\d+$/.test(tasks) && Number(tasks) !== index;
    return isIt && !isOther ? [element(one, 'state') ?? ''] : [];
  });
  return states[0];
}

/** What `failed` says that tells more than that a job ended (sge_status(5)). */
const fates: Readonly<Record<string, Fate['kind']>> = { 0: 'ended', 37: 'timed-out' };

/** Of the last record of the name: numbers begin anew after a while, and where the qmaster was killed. */
function fate(output: string, name: string): Fate | undefined {
  const record = output.split(/^=+$/m).findLast((one) => /^jobname\s+(.*?)\s*$/m.exec(one)?.[1] === name);
  const [, number, words = ''] = /^failed\s+(\d+)(.*)$/m.exec(record ?? '') ?? [];
  if (number === undefined) return undefined;
  const says = words.replace(/^\s*:\s*/, '').trim();
  return {
    kind: fates[number] ?? 'ended-by-system',
    says: `failed ${number}${says === '' ? '' : `, ${says}`}`,
  };
}

function slotsIn(output: string): Slots {
  let [total, free] = [0, 0];
  for (const [, queue = ''] of output.matchAll(
    /<cluster_queue_summary>([\s\S]*?)<\/cluster_queue_summary>/g,
  )) {
    total += Number(element(queue, 'total') ?? Number.NaN);
    free += Number(element(queue, 'available') ?? Number.NaN);
  }
  if (!(total > 0 && free >= 0)) throw new Error(`qstat tells of no slot: ${output.slice(0, 200)}`);
  return { total, free, memoryBytes: null };
}
