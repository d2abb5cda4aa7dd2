import type { JobEvent, TaskView } from '../../protocol/jobs/job.ts';
import { followMoves } from '../support/moves.ts';
import { isSettled, type Outcome, outputBytes, printedBy } from './load.ts';
import type { JobKind } from './plan.ts';
import type { Fall } from './process.ts';
import type { Runs } from './program.ts';

/** All that is known when a run is over. Attempts are words as `JOB.TASK.ATTEMPT`. */
export interface Evidence {
  readonly outcomes: readonly Outcome[];
  /** The ids of all jobs that the broker has. */
  readonly jobs: readonly string[];
  readonly events: readonly JobEvent[];
  /** Events as they were told to one who followed them all the time, as far as that went. */
  readonly followed: readonly JobEvent[];
  readonly runs: Runs;
  /** Attempts that may have run when their parent, or their node, was killed. */
  readonly hit: ReadonlySet<string>;
  /** Attempts that were on the node while its disk was full. */
  readonly crowded: ReadonlySet<string>;
  /** Lost attempts after which the owner had the task tried again. */
  readonly retried: ReadonlySet<string>;
  readonly falls: readonly Fall[];
  /** Attempts of which the node still has something. */
  readonly left: readonly string[];
}

/** What went wrong, a sentence each; nothing where all is as it must be. */
export function judge(evidence: Evidence): string[] {
  return [
    ...evidence.falls.map(({ name, how, lines }) => `${name} ended by itself (${how}):\n${lines.join('\n')}`),
    ...strangers(evidence),
    ...log(evidence),
    ...losses(evidence),
    ...gaps(evidence),
    ...twice(evidence),
    ...evidence.outcomes.flatMap((outcome) => ends(outcome, evidence)),
    ...evidence.left.map((attempt) => `the node still has something of ${attempt}`),
  ];
}

/** Each job was taken once. */
function strangers({ outcomes, jobs }: Evidence): string[] {
  const known = new Map(outcomes.map(({ id, plan }) => [id, plan.request]));
  const requests = [...known.values()];
  return [
    ...jobs.filter((id) => !known.has(id)).map((id) => `nobody knows of job ${id}`),
    ...requests.filter((one, at) => requests.indexOf(one) !== at).map((one) => `${one} was taken twice`),
  ];
}

/** States moved as they may, and what the events say is what the jobs and their tasks are. */
function log({ events, outcomes }: Evidence): string[] {
  const { wrong, jobs, tasks } = followMoves(events);
  const said: string[] = [...wrong];
  for (const { id, view, tasks: views } of outcomes) {
    if (jobs.get(id) !== view.state)
      said.push(`job ${id} is ${view.state}; its last event says ${jobs.get(id)}`);
    for (const { number, state } of views) {
      const last = tasks.get(`${id}.${number}`)?.state ?? 'matching';
      if (last !== state && !(state === 'cancelled' && last === 'matching'))
        said.push(`task ${id}.${number} is ${state}; its last event says ${last}`);
    }
  }
  return said;
}

/** Kinds of jobs whose tasks have a lease that ends; so has all that runs under an agreement. */
const leased: ReadonlySet<JobKind> = new Set(['leased', 'overlong']);

/** What is lost was hit; or its lease was over before its node could be reached, which then brought the result. */
function losses({ events, hit, outcomes }: Evidence): string[] {
  const ending = new Set(
    outcomes.filter(({ plan, view }) => leased.has(plan.kind) || view.agreement !== null).map(({ id }) => id),
  );
  const wrong: string[] = [];
  const next = new Map<string, string>();
  for (const { kind, state, task, job, attempt } of events.toReversed()) {
    if (kind !== 'state' || state === null || task === null) continue;
    const name = `${job}.${task}`;
    const after = next.get(name);
    next.set(name, state);
    const cameBack = ending.has(job) && after !== undefined && after !== 'matching';
    if (state === 'lost' && !hit.has(`${name}.${attempt}`) && !cameBack)
      wrong.push(`attempt ${name}.${attempt} is lost, and neither its parent nor its node was killed`);
  }
  return wrong;
}

/** Who followed has heard of everything once, in order, up to where he came. */
function gaps({ events, followed }: Evidence): string[] {
  const at = followed.findIndex(({ cursor }, index) => cursor !== events[index]?.cursor);
  return at === -1
    ? []
    : [`who followed was told of event ${followed[at]?.cursor} instead of ${events[at]?.cursor}`];
}

/** No attempt began twice, and none began where an attempt before it had, unless that may be. */
function twice({ runs, outcomes, retried }: Evidence): string[] {
  const wrong: string[] = [];
  const kinds = new Map(outcomes.map(({ id, plan }) => [id, plan.kind]));
  const attempts = new Map<string, Set<number>>();
  for (const word of runs.began) {
    const at = word.lastIndexOf('.');
    const [task, attempt] = [word.slice(0, at), Number(word.slice(at + 1))];
    const before = attempts.get(task) ?? new Set<number>();
    if (before.has(attempt)) wrong.push(`attempt ${word} ran twice`);
    const kind = kinds.get(task.slice(0, task.indexOf('.')));
    if (kind === undefined) wrong.push(`attempt ${word} is of no job`);
    for (const earlier of before)
      if (earlier !== attempt && kind !== 'repeatable' && !retried.has(`${task}.${earlier}`))
        wrong.push(`task ${task} ran in attempt ${earlier} and in attempt ${attempt}`);
    attempts.set(task, before.add(attempt));
  }
  return wrong;
}

/** Each job, and each of its tasks, ended as it must. */
function ends(outcome: Outcome, evidence: Evidence): string[] {
  const { id, plan, view, tasks } = outcome;
  const wrong: string[] = [];
  if (!isSettled(view)) wrong.push(`job ${id} (${plan.kind}) is still ${view.state}: ${view.reason}`);
  if (tasks.length + neverTried(outcome) !== plan.sleepsMs.length)
    wrong.push(`job ${id} has ${tasks.length} tasks of ${plan.sleepsMs.length}`);
  for (const task of tasks)
    for (const what of end(outcome, task, evidence))
      wrong.push(`task ${id}.${task.number} (${plan.kind}, attempt ${task.attempt}) ${what}`);
  return wrong;
}

/** Tasks of which nothing is kept but their number: those that were cancelled before they were tried. */
function neverTried({ view, tasks }: Outcome): number {
  const told = tasks.filter(({ state }) => state === 'cancelled').length;
  return (view.counts.cancelled ?? 0) - told;
}

const endsOf: Readonly<Record<JobKind, readonly string[]>> = {
  plain: ['done', 'lost'],
  leased: ['done', 'lost'],
  repeatable: ['done'],
  files: ['done', 'lost'],
  cancelled: ['cancelled'],
  overlong: ['failed', 'lost'],
};

function end({ plan, printed, id, view }: Outcome, task: TaskView, { runs, crowded }: Evidence): string[] {
  const { number, state, reason, exit, outputs } = task;
  const { kind } = plan;
  const word = `${id}.${number}.${task.attempt}`;
  const count = (words: readonly string[]) => words.filter((one) => one === word).length;
  // Its program had no room for what it wrote, and said so.
  if (state === 'failed' && exit?.kind === 'exited' && crowded.has(word)) return [];
  // What was not done when its agreement ended is not to be done.
  if (state === 'cancelled' && view.agreement !== null && view.reason?.endsWith('has ended')) return [];
  if (!endsOf[kind].includes(state)) return [`is ${state}: ${reason}`];
  if (state === 'failed' && exit?.kind !== 'timed-out') return [`failed otherwise than it should: ${reason}`];
  if (state !== 'done') {
    const ended = count(runs.ended);
    return kind === 'overlong' && ended > 0 ? ['came to its end though it was to take longer'] : [];
  }
  const wrong: string[] = [];
  if (count(runs.began) !== 1 || count(runs.ended) !== 1)
    wrong.push(`is done, and began ${count(runs.began)} times and ended ${count(runs.ended)} times`);
  if (printed.get(number) !== printedBy(kind, number))
    wrong.push(`is done, and has printed ${JSON.stringify(printed.get(number)?.slice(-100))}`);
  if (kind === 'files' && !(outputs.length === 1 && outputs[0]?.bytes === outputBytes))
    wrong.push(`is done, and has left ${JSON.stringify(outputs)}`);
  return wrong;
}
