import type { BrokerMessage, Inventory } from '../../protocol/agent/messages.ts';
import { caseOf, current, goes, type Hearing } from './heard.ts';
import type { Moving } from './moving.ts';
import { again, lost } from './outcome.ts';
import { isOnNode, type TaskRow } from './rows.ts';

/** What reconciling needs beside. */
export interface Reconciling {
  readonly hearing: Hearing;
  /** The attempts that this store believes on the node. */
  readonly believed: readonly TaskRow[];
  /** The id of a task, as agents know it. */
  readonly idOf: (task: TaskRow) => string;
}

/**
 * Node and store meet again: returns what the node is to be told of what it has, and moves what is here believed there
 * and is not. What has not started is matched anew; what may have run is lost, or run again where it may be.
 */
export function reconcile({ hearing, believed, idOf }: Reconciling, { tasks }: Inventory): BrokerMessage[] {
  const { moving, rules, resource } = hearing;
  const there = new Set(tasks.map(({ task, attempt }) => `${task} ${attempt}`));
  const replies: BrokerMessage[] = [];
  for (const item of tasks) {
    const which = { task: item.task, attempt: item.attempt };
    const task = current(hearing, which);
    const isWanted = task !== undefined && (isOnNode(task.state) || task.state === 'lost');
    if (!isWanted) {
      const graceMs = rules.graceMs;
      replies.push(
        item.stage === 'started' ? { type: 'cancel', ...which, graceMs } : { type: 'forget', ...which },
      );
    } else replies.push(...agree(hearing, task, item));
  }
  for (const task of believed) {
    if (there.has(`${idOf(task)} ${task.attempt}`)) continue;
    leave(moving, task, rules.mostAttempts, `${resource} came back without it`);
  }
  return replies;
}

/** What of an attempt that is wanted was said before the session ended and may not have been heard. */
function agree(hearing: Hearing, task: TaskRow, item: Inventory['tasks'][number]): BrokerMessage[] {
  const { moving, rules } = hearing;
  const { stage, ...which } = item;
  const isBefore = task.state === 'held' || task.state === 'staging-in';
  const runs = stage === 'started' || stage === 'staging-out';
  if (isBefore && runs) {
    // A store that was brought back from a copy may have forgotten that it said yes.
    const { limitMs = null } = moving.job(task.job) ?? {};
    const leaseUntil =
      limitMs === null ? null : Math.ceil(moving.now + rules.slackMs + limitMs + rules.graceMs);
    moving.move(task, 'started', { startedAt: moving.now, leaseUntil });
  } else if (task.state === 'held' && stage === 'staging-in') moving.move(task, 'staging-in');
  else if (task.state === 'started' && stage === 'staging-out')
    moving.move(task, 'staging-out', { reason: null });
  else if (task.state === 'started' && task.reason !== null) moving.write(task, { ...task, reason: null });
  if (stage !== 'started') return [];
  const cancelMs = moving.job(task.job)?.cancelMs ?? null;
  if (cancelMs !== null) return [{ type: 'cancel', ...which, graceMs: cancelMs }];
  return task.question === null && task.answer !== null
    ? [{ type: 'answer', ...which, text: task.answer }]
    : [];
}

/** Its node will not go on with a task: what has not started is matched anew, what may have run is lost. */
export function leave(moving: Moving, task: TaskRow, mostAttempts: number, reason: string): void {
  const of = caseOf(moving, task, mostAttempts);
  const isBefore = task.state === 'held' || task.state === 'staging-in';
  goes(moving, task, isBefore ? again(reason) : lost(of, reason));
}

/**
 * Nothing is heard of a node: what has not started, and what may run twice, is matched anew; the rest waits for its
 * return, and its user is told.
 */
export function silence(moving: Moving, task: TaskRow, mostAttempts: number): void {
  const isBefore = task.state === 'held' || task.state === 'staging-in';
  const reason = `nothing is heard of ${task.resource}`;
  if (isBefore || moving.job(task.job)?.repeatable) leave(moving, task, mostAttempts, reason);
  else if (task.reason === null)
    moving.write(task, { ...task, reason: `${reason}, where it started; it is waited for` });
}
