import type { Sql, Store } from '../../platform/store/store.ts';
import type { AgentMessage, Assignment, BrokerMessage } from '../../protocol/agent/messages.ts';
import { keptName } from '../capacity/back-ends.ts';
import type { Agreements } from './agreement.ts';
import { type Amounts, assignment } from './assignment.ts';
import type { Blobs } from './blobs.ts';
import {
  type AboutAttempts,
  caseOf,
  goes,
  type Hearing,
  type HearingRules,
  hear,
  withdrawn,
} from './heard.ts';
import { type Changes, Moving } from './moving.ts';
import { again, lost } from './outcome.ts';
import type { Told } from './owned.ts';
import { leave, reconcile, silence } from './reconcile.ts';
import {
  isRemoved,
  type JobRow,
  jobColumns,
  jobOf,
  type RawJob,
  removedName,
  type TaskKey,
  type TaskRow,
  taskColumns,
} from './rows.ts';
import type { JobSettings } from './settings.ts';
import { Starting } from './starting.ts';
import { RowReader, sizesOf } from './task-rows.ts';
import { Texts } from './text.ts';
import type { Used } from './usage.ts';

/** What an agent says that is kept. */
export type Kept = AboutAttempts | Extract<AgentMessage, { type: 'inventory' }>;

/** A task for which a node was chosen, and what it takes of it. */
export interface Chosen extends TaskKey {
  readonly resource: string;
  readonly amounts: Amounts;
  /** Why there, for its event; null where nothing is to be said. */
  readonly why: string | null;
}

export interface AttemptParts {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly rules: AttemptRules;
  readonly halfLifeMs: number;
  readonly agreements: Agreements;
  /** Whether a node that is there fits the tasks of a job, other than those that refused one. */
  readonly fitsElsewhere: (job: number, refused: readonly string[]) => boolean;
  /** Whether tasks of an owner may run on a resource. */
  readonly serves: (resource: string, owner: string) => boolean;
}

/** What was taken back of nodes, and what they are told of it. */
export type TakenBack = Pick<Told, 'changes' | 'messages'>;

/** Which attempt of a task, and where it is. */
export interface Attempt extends TaskKey {
  readonly attempt: number;
  readonly resource: string;
}

export interface AttemptRules extends HearingRules {
  /** For how long, in milliseconds, a task may wait in a queue behind a node at most, whatever the node says. */
  readonly longestQueueMs: number;
}

export function attemptRules(config: JobSettings): AttemptRules {
  return {
    slackMs: config['start-slack'],
    longestQueueMs: config['longest-queue'],
    graceMs: config.grace,
    saysEach: config['says-each'],
    mostAttempts: config['most-attempts'],
    mostResults: config['most-results'],
  };
}

/** A lease that is over by the clock. */
export interface Lease extends TaskKey {
  readonly attempt: number;
  /** Whether its node is there. */
  readonly isHeardOf: boolean;
}

/** All that is under way, as dispatch takes it up when it starts. */
export interface UnderWay {
  /** Jobs that are queued and not over. */
  readonly jobs: readonly JobRow[];
  /** Tasks that are to be tried again, or that nodes have in their hands. */
  readonly tasks: readonly TaskRow[];
  readonly used: ReadonlyMap<string, Used>;
}

/** The verbs of dispatch: what becomes of attempts on nodes. Each is one step, and says what it has changed. */
export class AttemptStore {
  readonly #parts: AttemptParts;
  readonly #texts: Texts;
  readonly #own = new RowReader();

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.#texts = new Texts();
  }

  /** Gives tasks to nodes; returns what the agents are told, for those that still want it. */
  hold(
    chosen: readonly Chosen[],
    now: number,
  ): Promise<{ readonly changes: Changes; readonly held: readonly (Assignment | undefined)[] }> {
    const { blobs, agreements } = this.#parts;
    return this.#write(now, (moving, sql) => {
      const starting = new Starting(sql, agreements, now);
      return chosen.map(({ job: number, number: task, resource, amounts, why }) => {
        const job = moving.job(number);
        const attempt = job && moving.hold(job, task, resource, why);
        if (job === undefined || attempt === undefined) return undefined;
        starting.begin(job, task, attempt);
        const { graceMs } = this.#parts.rules;
        const own = this.#own.of(sql, number, task);
        const [text, bytes] = [this.#texts.of(sql, number), sizesOf(blobs, sql, own)];
        const kept = job.agreement === null ? null : keptName(sql, job.agreement, resource);
        const where = kept === null ? job : { ...job, reservation: kept };
        return assignment({ job: where, task, attempt, text, own, bytes, amounts, graceMs });
      });
    }).then(({ changes, result }) => ({ changes, held: result }));
  }

  /** Does what one frame of an agent says, behind whose node tasks may wait for `queueMs` milliseconds. */
  async receive(
    resource: string,
    messages: readonly Kept[],
    now: number,
    queueMs = 0,
  ): Promise<{ readonly changes: Changes; readonly replies: readonly BrokerMessage[] }> {
    const { blobs, fitsElsewhere } = this.#parts;
    const rules = { ...this.#parts.rules, slackMs: this.#slackMs(queueMs) };
    const serves = (owner: string) => this.#parts.serves(resource, owner);
    const { changes, result } = await this.#write(now, (moving, sql) => {
      const { agreements } = this.#parts;
      const known = { moving, sql, resource, blobs, rules, fitsElsewhere, agreements };
      const hearing: Hearing = { ...known, serves, jobOf: jobNumbers(sql) };
      return messages.flatMap((message) => {
        if (message.type !== 'inventory') return hear(hearing, message);
        const believed = onNodes(sql).filter((task) => task.resource === resource);
        return reconcile({ hearing, believed, idOf: (task) => taskId(moving, task) }, message);
      });
    });
    return { changes, replies: result };
  }

  /** For how long after its agent asked a task may start. */
  #slackMs(queueMs: number): number {
    const { slackMs, longestQueueMs } = this.#parts.rules;
    return Math.max(slackMs, Math.min(queueMs, longestQueueMs));
  }

  /** Nothing was heard of resources for too long. */
  silent(resources: ReadonlySet<string>, now: number): Promise<Changes> {
    const isSilent = (resource: string) => resources.has(resource);
    return this.#each(isSilent, now, (moving, task) => silence(moving, task, this.#parts.rules.mostAttempts));
  }

  /**
   * Resources are there no more, and will not be again: what may have run on those that were removed is lost. `resource` was
   * removed just now: what it was given while that was under way bears its name yet.
   */
  gone(now: number, resource?: string): Promise<Changes> {
    const isMeant = (one: string) => one === resource || isRemoved(one);
    return this.#each(isMeant, now, (moving, before) => {
      const task = { ...before, resource: removedName(before.resource) };
      moving.write(before, task);
      leave(moving, task, this.#parts.rules.mostAttempts, `${task.resource} has gone`);
    });
  }

  /** Takes tasks back that have not started where they may not; returns what the nodes are told. */
  async withdraw(now: number): Promise<TakenBack> {
    const { changes, result } = await this.#write(now, (moving, sql) =>
      [...inState(sql, 'held'), ...inState(sql, 'staging-in')].flatMap((task) => {
        const job = moving.job(task.job);
        if (job === undefined || this.#parts.serves(task.resource, job.owner)) return [];
        return [backFrom(moving, task, withdrawn(task.resource))];
      }),
    );
    return { changes, messages: result };
  }

  /**
   * Takes attempts back that have not started where they wait, for another node could begin them at once; says what has
   * become of those that still were so.
   */
  async takeBack(attempts: readonly Attempt[], now: number): Promise<TakenBack> {
    const { changes, result } = await this.#write(now, (moving) =>
      attempts.flatMap(({ attempt, resource, ...key }) => {
        const task = moving.task(key);
        if (task?.attempt !== attempt || task.resource !== resource) return [];
        if (task.state !== 'held' && task.state !== 'staging-in') return [];
        if (task.refused !== null) return []; // perhaps by the one that is free
        return [backFrom(moving, task, `another node was free before ${resource}`)];
      }),
    );
    return { changes, messages: result };
  }

  /** The leases of these tasks are over, where they still are those that were granted. */
  expire(leases: readonly Lease[], now: number): Promise<Changes> {
    return this.#write(now, (moving) => {
      for (const { attempt, isHeardOf, ...key } of leases) {
        const task = moving.task(key);
        if (task?.attempt !== attempt || task.leaseUntil === null || task.leaseUntil > now) continue;
        // A node that is there may take its time to send what a task left.
        if (task.state !== 'started' && (task.state !== 'staging-out' || isHeardOf)) continue;
        const of = caseOf(moving, task, this.#parts.rules.mostAttempts);
        const heard = isHeardOf
          ? `${task.resource} says nothing of it`
          : `nothing is heard of ${task.resource}`;
        goes(moving, task, lost(of, `its time is over, and ${heard}`));
      }
    }).then(({ changes }) => changes);
  }

  underWay(): Promise<UnderWay> {
    return this.#parts.store.read((sql) => ({
      jobs: sql
        .all<RawJob>(
          `SELECT ${jobColumns} FROM jobs INDEXED BY jobs_open
           WHERE state IN ('QUEUED', 'RUNNING', 'WAITING') ORDER BY job`,
        )
        .map(jobOf),
      tasks: [...inState(sql, 'matching'), ...onNodes(sql)],
      used: new Map(
        sql
          .all<Used & { owner: string }>(
            'SELECT owner, used AS amount, used_at AS at FROM owners WHERE used > 0',
          )
          .map(({ owner, ...used }) => [owner, used]),
      ),
    }));
  }

  #each(
    isMeant: (resource: string) => boolean,
    now: number,
    each: (moving: Moving, task: TaskRow) => void,
  ): Promise<Changes> {
    return this.#write(now, (moving, sql) => {
      for (const task of onNodes(sql)) if (isMeant(task.resource)) each(moving, task);
    }).then(({ changes }) => changes);
  }

  #write<T>(now: number, verb: (moving: Moving, sql: Sql) => T): Promise<{ changes: Changes; result: T }> {
    const { store, halfLifeMs, agreements } = this.#parts;
    return store.write((sql) => {
      const moving = new Moving({ sql, now, halfLifeMs, agreements });
      const result = verb(moving, sql);
      return { changes: moving.settle(), result };
    });
  }
}

const onNode = ['held', 'staging-in', 'started', 'staging-out'] as const;

/** All tasks that nodes have in their hands. */
function onNodes(sql: Sql): TaskRow[] {
  return onNode.flatMap((state) => inState(sql, state));
}

/** All tasks in a state; the index has all but those that are done. */
function inState(sql: Sql, state: TaskRow['state']): TaskRow[] {
  const text = `SELECT ${taskColumns} FROM tasks WHERE state = @state AND state <> 'done'`;
  return sql.all<TaskRow>(text, { state });
}

/** A task that has not started goes elsewhere; returns what its node is told. */
function backFrom(moving: Moving, task: TaskRow, reason: string): Told['messages'][number] {
  const { resource, attempt } = task;
  goes(moving, task, again(reason));
  return { resource, message: { type: 'forget', task: taskId(moving, task), attempt } };
}

function taskId(moving: Moving, { job, number }: TaskKey): string {
  return `${moving.job(job)?.id}.${number}`;
}

/** Finds the numbers of jobs by their ids, each once. */
function jobNumbers(sql: Sql): (id: string) => number | undefined {
  const known = new Map<string, number | undefined>();
  return (id) => {
    if (!known.has(id))
      known.set(id, sql.get<{ job: number }>('SELECT job FROM jobs WHERE id = @id', { id })?.job);
    return known.get(id);
  };
}
