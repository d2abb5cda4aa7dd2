import type { Store } from '../../platform/store/store.ts';
import type { BrokerMessage } from '../../protocol/agent/messages.ts';
import { goes } from './heard.ts';
import type { Moving, MovingRules } from './moving.ts';
import { openTasks } from './open-tasks.ts';
import { mine, noTask, refusal, type Told, told, type Verb } from './owned.ts';
import type { JobRow, TaskRow } from './rows.ts';

/** What owners decide about jobs that are under way: each verb looks first whether the job is theirs. */
export class Decisions {
  readonly #store: Store;
  readonly #rules: MovingRules;
  readonly #isSilent: (resource: string) => boolean;

  /** @param isSilent whether nothing was heard of a node for long */
  constructor(store: Store, rules: MovingRules, isSilent: (resource: string) => boolean) {
    this.#store = store;
    this.#rules = rules;
    this.#isSilent = isSilent;
  }

  /** Cancels a job: what has not started ends at once, what runs when its program has ended. */
  cancel(owner: string, id: string, graceMs: number, now: number): Promise<Told> {
    return this.#write(now, (moving, sql) => {
      const row = mine(moving, sql, owner, id);
      const { job } = row;
      if (row.endedAt !== null) return { job };
      row.cancelMs = graceMs;
      moving.giveUp(row);
      const messages: Told['messages'][number][] = [];
      for (const task of openTasks(sql, job)) {
        const which = { task: `${id}.${task.number}`, attempt: task.attempt };
        const { resource } = task;
        if (task.state === 'started')
          messages.push({ resource, message: { type: 'cancel', ...which, graceMs } });
        if (isRunning(task)) continue;
        if (task.state === 'held' || task.state === 'staging-in')
          messages.push({ resource, message: { type: 'forget', ...which } });
        moving.move(task, 'cancelled', { reason: null });
      }
      return { job, messages };
    });
  }

  /** Has a lost task tried again. */
  retry(owner: string, id: string, number: number, now: number): Promise<Told> {
    return this.#lost(owner, id, number, now, 'matching');
  }

  /** Gives a lost task up; also one of a job that is being cancelled, of whose node nothing is heard. */
  abandon(owner: string, id: string, number: number, now: number): Promise<Told> {
    return this.#lost(owner, id, number, now, 'failed');
  }

  /** Answers the question of a task. */
  answer(owner: string, id: string, number: number, text: string, now: number): Promise<Told> {
    return this.#write(now, (moving, sql) => {
      const row = mine(moving, sql, owner, id);
      const task = taskOf(moving, row, number);
      if (task?.state !== 'started' || task.question === null)
        throw refusal('not-now', `task ${number} of job ${id} asks nothing`);
      moving.write(task, { ...task, question: null, answer: text });
      moving.note({ kind: 'answer', state: null, text }, row.job, task);
      const message: BrokerMessage = {
        type: 'answer',
        task: `${id}.${number}`,
        attempt: task.attempt,
        text,
      };
      return { job: row.job, messages: [{ resource: task.resource, message }] };
    });
  }

  #lost(owner: string, id: string, number: number, now: number, after: 'matching' | 'failed'): Promise<Told> {
    return this.#write(now, (moving, sql) => {
      const row = mine(moving, sql, owner, id);
      const task = taskOf(moving, row, number);
      const isAway = task !== undefined && isRunning(task) && this.#isSilent(task.resource);
      if (after === 'failed' && isAway && row.cancelMs !== null) {
        const silence = `its owner abandoned it, for nothing was heard of ${task.resource}`;
        goes(moving, task, { after: 'cancelled', reason: silence });
        return { job: row.job };
      }
      if (task?.state !== 'lost') {
        const state = task?.state ?? 'matching';
        const how = isAway ? `; nothing is heard of ${task.resource}: cancel the job, then abandon it` : '';
        throw refusal('not-now', `task ${number} of job ${id} is ${state}, and not lost${how}`);
      }
      const reason = after === 'failed' ? 'its owner abandoned it' : null;
      goes(moving, task, { after, reason });
      return { job: row.job };
    });
  }

  #write(now: number, verb: Verb): Promise<Told> {
    return told(this.#store, { ...this.#rules, now }, verb);
  }
}

/** The row of a task; nothing of one that was never tried. */
function taskOf(moving: Moving, { job, id, tasks }: JobRow, number: number): TaskRow | undefined {
  if (number < 1 || number > tasks) throw noTask(id, number);
  return moving.task({ job, number });
}

/** Whether its program may run, or has run. */
function isRunning({ state }: TaskRow): boolean {
  return state === 'started' || state === 'staging-out';
}
