import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { BrokerMessage } from '../../protocol/agent/messages.ts';
import { type Code, failure } from '../../protocol/catalogue.ts';
import { type Changes, Moving, type MovingParts } from './moving.ts';
import { type JobRow, jobColumns, jobOf, type RawJob } from './rows.ts';

/** What a verb of an owner has changed, and what agents are to be told of it. */
export interface Told {
  readonly changes: Changes;
  readonly job: JobRow;
  readonly messages: readonly { readonly resource: string; readonly message: BrokerMessage }[];
}

/** Something that an owner does about a job: returns which it was, and what agents are to be told. */
export type Verb = (
  moving: Moving,
  sql: Sql,
) => { readonly job: number; readonly messages?: Told['messages'] };

/** Runs a verb of an owner. */
export function told(store: Store, parts: Omit<MovingParts, 'sql'>, verb: Verb): Promise<Told> {
  return store.write((sql) => {
    const moving = new Moving({ ...parts, sql });
    const { job, messages = [] } = verb(moving, sql);
    const changes = moving.settle();
    const raw = sql.get<RawJob>(`SELECT ${jobColumns} FROM jobs WHERE job = @job`, { job });
    if (raw === undefined) throw new Error(`job ${job} is gone within its verb`);
    return { changes, job: jobOf(raw), messages };
  });
}

/** The job of an owner; one that is not theirs is answered as one that is not there. */
export function mine(moving: Moving, sql: Sql, owner: string, id: string) {
  const found = sql.get<{ job: number }>('SELECT job FROM jobs WHERE id = @id AND owner = @owner', {
    id,
    owner,
  });
  const row = found && moving.job(found.job);
  if (row === undefined) throw noJob(id);
  return row;
}

export function noJob(id: string): Refusal {
  return new Refusal(
    failure('not-found', `there is no job ${id.slice(0, 100)} of yours`, 'see yours with ogm job list'),
  );
}

export function noTask(id: string, number: number): Refusal {
  return refusal('not-found', `job ${id} has no task ${number}`);
}

export function notNow({ id, state }: JobRow, why: string): Refusal {
  return refusal('not-now', `job ${id} is ${state}: ${why}`);
}

export function refusal(code: Code, detail: string): Refusal {
  return new Refusal(failure(code, detail));
}
