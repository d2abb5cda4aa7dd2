import type { Sql } from '../../platform/store/store.ts';
import type { AgentMessage, BrokerMessage, Ended } from '../../protocol/agent/messages.ts';
import type { Agreements } from './agreement.ts';
import type { Blobs } from './blobs.ts';
import { chargeFor } from './charge.ts';
import type { Moving } from './moving.ts';
import { again, type Case, ended, lost, type Outcome } from './outcome.ts';
import { keepOutputs, outputsKept } from './outputs.ts';
import type { JobRow, Result, TaskRow } from './rows.ts';

/** What decides how messages of agents are answered. */
export interface HearingRules {
  /** For how long after its agent asked a task may start. */
  readonly slackMs: number;
  readonly graceMs: number;
  readonly saysEach: number;
  readonly mostAttempts: number;
  /** Files (a count) that a task may leave. */
  readonly mostResults: number;
}

/** What messages of one agent are heard with, all of a frame in one verb. */
export interface Hearing {
  readonly moving: Moving;
  readonly sql: Sql;
  readonly resource: string;
  readonly blobs: Blobs;
  readonly rules: HearingRules;
  /** The number of a job by its id. */
  readonly jobOf: (id: string) => number | undefined;
  /** Whether a node that is there fits the tasks of a job, other than those that refused one. */
  readonly fitsElsewhere: (job: number, refused: readonly string[]) => boolean;
  /** Whether tasks of an owner may run on this agent's node. */
  readonly serves: (owner: string) => boolean;
  readonly agreements: Agreements;
}

type Message<T extends AgentMessage['type']> = Extract<AgentMessage, { type: T }>;
/** What of an agent's messages is about attempts. */
export type AboutAttempts = Exclude<
  AgentMessage,
  { type: 'facts' | 'load' | 'holds' | 'inventory' | 'output' | 'standing' }
>;
type Which = Pick<Message<'refuse'>, 'task' | 'attempt'>;

/** Refusals that say nothing of the task: the node may well take it another time. */
export const passing: ReadonlySet<string> = new Set(['draining', 'busy', 'full']);

/** Characters of a reason that a node gives: more of it is not kept. */
const longestReason = 1_000;

/** Does what an agent's message says, and returns what answers it. A message that comes again changes nothing. */
export function hear(hearing: Hearing, message: AboutAttempts): readonly BrokerMessage[] {
  switch (message.type) {
    case 'refuse':
      return refuse(hearing, message);
    case 'stage':
      return stage(hearing, message);
    case 'may-start':
      return [mayStart(hearing, message)];
    case 'results':
      return results(hearing, message);
    case 'ended':
      return end(hearing, message);
    case 'says':
      return says(hearing, message);
  }
}

/** The task of an attempt, where that is the one that counts and is this agent's. */
export function current(hearing: Hearing, which: Which): TaskRow | undefined {
  const key = taskKey(hearing, which.task);
  const task = key && hearing.moving.task(key);
  return task?.attempt === which.attempt && task.resource === hearing.resource ? task : undefined;
}

function taskKey({ jobOf }: Hearing, task: string): { job: number; number: number } | undefined {
  const at = task.lastIndexOf('.');
  const job = jobOf(task.slice(0, at));
  const number = Number(task.slice(at + 1));
  return job === undefined || !Number.isSafeInteger(number) ? undefined : { job, number };
}

/** What of a task and its job decides what becomes of it. */
export function caseOf(moving: Moving, task: TaskRow, mostAttempts: number): Case {
  const job = moving.job(task.job);
  return {
    state: task.state,
    ran: task.ran,
    repeatable: job?.repeatable ?? false,
    cancelled: (job?.cancelMs ?? null) !== null,
    mostAttempts,
  };
}

/** Moves a task to where it goes; a job says of the first that failed why. */
export function goes(moving: Moving, task: TaskRow, outcome: Outcome, changed: Partial<TaskRow> = {}): void {
  const job = moving.job(task.job);
  const { after, reason, ran = task.ran } = job?.closed ? closedOutcome(outcome, job) : outcome;
  if (after === 'failed' && job !== undefined) job.reason ??= `task ${task.number}: ${reason}`;
  if (after === task.state) moving.write(task, { ...task, ...changed, reason, ran });
  else moving.move(task, after, { ...changed, reason, ran });
}

/** Nothing of the job is tried again. */
function closedOutcome(outcome: Outcome, { agreement }: Pick<JobRow, 'agreement'>): Outcome {
  if (outcome.after !== 'matching') return outcome;
  const reason = outcome.reason === null ? '' : `, and ${outcome.reason}`;
  return { after: 'cancelled', reason: `agreement ${agreement} has ended${reason}` };
}

function refuse(hearing: Hearing, message: Message<'refuse'>): readonly BrokerMessage[] {
  const { moving, resource } = hearing;
  const task = current(hearing, message);
  if (task?.state !== 'held' && task?.state !== 'staging-in') return [];
  const reason = `${resource} refuses it: ${message.reason.slice(0, longestReason)}`;
  if (!message.elsewhere) {
    goes(moving, task, { after: 'failed', reason });
    return [];
  }
  const before = task.refused === null ? [] : (JSON.parse(task.refused) as string[]);
  const refused = passing.has(message.code) ? before : [...new Set([...before, resource])];
  const isLeft = refused === before || hearing.fitsElsewhere(task.job, refused);
  const nobody = { after: 'failed' as const, reason: `no node that fits takes it; ${reason}` };
  goes(moving, task, isLeft ? again(reason) : nobody, { refused: JSON.stringify(refused) });
  return [];
}

function stage(hearing: Hearing, message: Message<'stage'>): readonly BrokerMessage[] {
  const task = current(hearing, message);
  const from = message.stage === 'staging-in' ? 'held' : 'started';
  if (task?.state === from) hearing.moving.move(task, message.stage);
  return [];
}

/**
 * Lets an attempt start, once: its lease begins. Asked again at the same moment of its node's clock, the answer is the
 * same, for the node has not had it yet; asked at another, the node may have had it, and forgotten.
 */
function mayStart(hearing: Hearing, message: Message<'may-start'>): BrokerMessage {
  const { moving, rules } = hearing;
  const { task: id, attempt, askedAtMs } = message;
  const drop = (reason: string): BrokerMessage => ({ type: 'drop', task: id, attempt, reason });
  const task = current(hearing, message);
  const job = task && moving.job(task.job);
  if (task === undefined || job === undefined || job.cancelMs !== null)
    return drop('nobody wants this attempt any more');
  const untilAt = endOf(hearing, job);
  const lateMs = untilAt === undefined ? rules.slackMs : untilAt - (job.limitMs ?? 0) - moving.now;
  const latestStartMs = slackOf(task, job, { ...rules, slackMs: Math.min(rules.slackMs, lateMs) });
  const leaseMs = job.limitMs === null ? null : latestStartMs + job.limitMs + rules.graceMs;
  const start: BrokerMessage = { type: 'start', task: id, attempt, latestStartMs, leaseMs };
  if (task.state === 'held' || task.state === 'staging-in') {
    const reason = hearing.serves(job.owner)
      ? lateMs < 0
        ? `agreement ${job.agreement} would have ended before it`
        : undefined
      : withdrawn(hearing.resource);
    if (reason !== undefined) {
      goes(moving, task, again(reason));
      return drop(reason);
    }
    const leaseUntil = leaseMs === null ? null : Math.ceil(moving.now + leaseMs);
    moving.move(task, 'started', { askedAt: askedAtMs, startedAt: moving.now, leaseUntil });
    return start;
  }
  if (task.state !== 'started') return drop('nobody wants this attempt any more');
  if (task.askedAt === askedAtMs) return start;
  const reason = `${hearing.resource} asked for it twice, as if it did not know whether it had run it`;
  goes(moving, task, lost(caseOf(moving, task, rules.mostAttempts), reason));
  return drop('it was let start before, when it was asked for at another moment');
}

/** Until when all has to have ended that runs under the agreement of a job; undefined where it has none. */
function endOf({ agreements, sql }: Hearing, { agreement }: JobRow): number | undefined {
  return agreement === null ? undefined : agreements.byId(sql, agreement)?.untilAt;
}

/** Said again, it is never more than the lease that was given: meanwhile a node may have come to another mind of its queue. */
function slackOf(
  { state, startedAt, leaseUntil }: TaskRow,
  { limitMs }: Pick<JobRow, 'limitMs'>,
  { slackMs, graceMs }: HearingRules,
): number {
  if (state !== 'started' || startedAt === null || leaseUntil === null || limitMs === null) return slackMs;
  return Math.min(slackMs, leaseUntil - startedAt - limitMs - graceMs);
}

/** Why a task goes elsewhere that has not started. */
export function withdrawn(resource: string): string {
  return `${resource} serves the owner of this task no more`;
}

function end(hearing: Hearing, message: Ended): readonly BrokerMessage[] {
  const { moving, rules } = hearing;
  const forget: BrokerMessage = { type: 'forget', task: message.task, attempt: message.attempt };
  const task = current(hearing, message);
  if (task === undefined || ['matching', 'done', 'failed', 'cancelled'].includes(task.state)) return [forget];
  const { exit, stdout, stderr, outputs, listed } = message;
  const result: Result = { exit, stdout, stderr, outputs, listed };
  const unpaid = exit.kind === 'timed-out' ? paysNoMore(moving.job(task.job)) : null;
  const notKept = message.fault?.slice(0, longestReason) ?? missing(hearing, task, result);
  const faults = [unpaid, notKept].filter((text) => text !== null);
  const fault = faults.length === 0 ? null : faults.join('; ');
  const outcome = ended(caseOf(moving, task, rules.mostAttempts), exit, fault);
  chargeFor(hearing, task, exit);
  const kept = outcome.after === 'matching' ? {} : { result: JSON.stringify(result) };
  goes(moving, task, outcome, kept);
  return [forget];
}

function paysNoMore(job: JobRow | undefined): string | null {
  return job === undefined || job.agreement === null ? null : `agreement ${job.agreement} pays for no more`;
}

/** Keeps a part of the list of what a task left; how it ended says then how many there are to be. */
function results(hearing: Hearing, message: Message<'results'>): readonly BrokerMessage[] {
  const { sql, rules } = hearing;
  const { from, outputs } = message;
  const task = current(hearing, message);
  if (task === undefined || !mayLeave.has(task.state) || from + outputs.length > rules.mostResults) return [];
  if (gone(hearing, task, outputs) === undefined) keepOutputs(sql, task, from, outputs);
  return [];
}

/** The states in which what a task left may come. */
const mayLeave: ReadonlySet<TaskRow['state']> = new Set(['started', 'staging-out', 'lost']);

/** Why what a task left is not here, where it is not. */
function missing(hearing: Hearing, task: TaskRow, result: Result): string | null {
  const { stdout, stderr, outputs, listed = 0 } = result;
  const { mostResults } = hearing.rules;
  if (outputs.length + listed > mostResults)
    return `it left ${outputs.length + listed} files, and ${mostResults} may be; have it put them into an archive`;
  const named = [stdout, stderr, ...outputs].flatMap((one) => ('blob' in one ? [one] : []));
  const blob = gone(hearing, task, named);
  if (blob !== undefined) return `its node has not sent all that it left: blob ${blob} is not here`;
  const kept = listed === 0 ? 0 : outputsKept(hearing.sql, task, listed);
  return kept === listed
    ? null
    : `its node has told of ${kept} of ${listed} files that it left, or sent no more`;
}

/** The first of these blobs that is not here as it is said to be; the job holds those that are. */
function gone(
  { blobs, sql, resource }: Hearing,
  { job }: TaskRow,
  named: readonly { readonly blob: string; readonly bytes: number }[],
): string | undefined {
  if (named.length === 0) return undefined;
  const here = blobs.keep(sql, job, resource, [...new Set(named.map(({ blob }) => blob))]);
  return named.find(({ blob, bytes }) => here.get(blob) !== bytes)?.blob;
}

function says(hearing: Hearing, { kind, text, ...which }: Message<'says'>): readonly BrokerMessage[] {
  const { moving, rules } = hearing;
  const task = current(hearing, which);
  if (task?.state !== 'started' || task.said >= rules.saysEach) return [];
  const said = task.said + 1;
  if (kind === 'progress') {
    const progress = Number(text);
    if (text.trim() === '' || !(progress >= 0 && progress <= 1) || progress === task.progress) return [];
    moving.write(task, { ...task, said, progress });
  } else if (kind === 'question') {
    if (task.question === text) return [];
    moving.write(task, { ...task, said, question: text, answer: null });
  } else moving.write(task, { ...task, said });
  moving.note({ kind, state: null, text }, task.job, task);
  return [];
}
