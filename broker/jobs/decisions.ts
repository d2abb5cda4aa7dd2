import type { Sql, Store } from '../../platform/store/store.ts';
import type { BrokerMessage } from '../../protocol/agent/messages.ts';
import { goes } from './heard.ts';
import type { Moving } from './moving.ts';
import { mine, noTask, refusal, type Told, told, type Verb } from './owned.ts';
import { type JobRow, type TaskRow, taskColumns } from './rows.ts';

/** What owners decide about jobs that are under way: each verb looks first whether the job is theirs. */
export class Decisions {
  readonly #store: Store;
  readonly #halfLifeMs: number;

  constructor(store: Store, halfLifeMs: number) {
    this.#store = store;
    this.#halfLifeMs = halfLifeMs;
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
        if (task.state === 'started' || task.state === 'staging-out') continue;
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

  /** Gives a lost task up. */
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
      if (task?.state !== 'lost') {
        const state = task?.state ?? 'matching';
        throw refusal('not-now', `task ${number} of job ${id} is ${state}, and not lost`);
      }
      const reason = after === 'failed' ? 'its owner abandoned it' : null;
      goes(moving, task, { after, reason });
      return { job: row.job };
    });
  }

  #write(now: number, verb: Verb): Promise<Told> {
    return told(this.#store, { now, halfLifeMs: this.#halfLifeMs }, verb);
  }
}

/** The row of a task; nothing of one that was never tried. */
function taskOf(moving: Moving, { job, id, tasks }: JobRow, number: number): TaskRow | undefined {
  if (number < 1 || number > tasks) throw noTask(id, number);
  return moving.task({ job, number });
}

function openTasks(sql: Sql, job: number): TaskRow[] {
  return (['matching', 'held', 'staging-in', 'started', 'staging-out', 'lost'] as const).flatMap((state) =>
    sql.all<TaskRow>(
      `SELECT ${taskColumns} FROM tasks WHERE state = @state AND job = @job AND state <> 'done'`,
      { state, job },
    ),
  );
}
