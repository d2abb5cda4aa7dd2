import type { Store } from '../../platform/store/store.ts';
import type { TaskState } from '../../protocol/jobs/states.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import type { WhyView } from '../../protocol/why/view.ts';
import { JobReader, type Listed } from '../jobs/reading.ts';
import type { JobRow } from '../jobs/rows.ts';
import type { Waiting } from '../jobs/waiting.ts';
import { whyTask } from './tasks.ts';

/** Tasks (a count) that are looked at for one that asks something. */
const mostLooked = 500;

/** The states in which a task of a job may wait, by how much it matters to its owner. */
const weighed: readonly TaskState[] = ['lost', 'matching', 'held', 'staging-in', 'started', 'staging-out'];

/** Says why jobs and their tasks wait, to their owners. */
export class JobsWhy {
  readonly #reader: JobReader;
  readonly #waiting: Waiting;

  constructor(store: Store, waiting: Waiting) {
    this.#reader = new JobReader(store);
    this.#waiting = waiting;
  }

  /** Throws a Refusal `not-found` where the owner has no such job. */
  async job(owner: string, id: string): Promise<WhyView> {
    const job = await this.#reader.job(owner, id);
    return { id, of: 'job', state: job.state, causes: await this.#causes(owner, job) };
  }

  /** The same of a task. */
  async task(owner: string, id: string, number: number): Promise<WhyView> {
    const { job, task } = await this.#reader.task(owner, id, number);
    const cause = await whyTask(job, task, this.#waiting);
    return { id: `${id}.${number}`, of: 'task', state: task.row?.state ?? 'matching', causes: [cause] };
  }

  async #causes(owner: string, job: JobRow): Promise<Cause[]> {
    const { id, state, counts } = job;
    if (state === 'NEW') return [because('job-not-submitted', { job: id })];
    if (state === 'FAILED') return [await this.#whyFailed(owner, job)];
    if (job.endedAt !== null) return [because('job-over', { state })];
    if (job.cancelMs !== null)
      return [because('job-cancelling', { job: id, count: counts.started + counts['staging-out'] })];
    if (job.waits > 0)
      return [because('job-behind-others', { text: job.reason ?? 'those have to end before' })];
    const asking = job.asking > 0 ? await this.#asking(owner, id) : undefined;
    const firsts = weighed.filter((each) => counts[each] > 0).map((each) => this.#first(owner, id, each));
    const tasks = [asking, ...(await Promise.all(firsts))].filter((task) => task !== undefined);
    // Nodes may take their time to answer, and are asked all at once.
    const causes = await Promise.all(tasks.map((task) => whyTask(job, task, this.#waiting)));
    const distinct = new Map(causes.map((cause) => [cause.cause, cause]));
    return distinct.size === 0 ? [because('job-over', { state })] : [...distinct.values()];
  }

  async #whyFailed(owner: string, job: JobRow): Promise<Cause> {
    const { id, counts, tasks } = job;
    const failed = counts.failed > 0 ? await this.#first(owner, id, 'failed') : undefined;
    if (failed === undefined)
      return because('job-gave-up', { text: job.reason ?? 'nothing of it was tried' });
    if (tasks === 1) return whyTask(job, failed, this.#waiting);
    const text = failed.row?.reason ?? 'its program ended otherwise than by exit code 0';
    return because('job-failed', { job: id, failed: counts.failed, tasks, task: failed.number, text });
  }

  async #first(owner: string, id: string, state: TaskState): Promise<Listed | undefined> {
    const { tasks } = await this.#reader.tasks(owner, id, { after: undefined, most: 1, state });
    return tasks[0];
  }

  async #asking(owner: string, id: string): Promise<Listed | undefined> {
    const { tasks } = await this.#reader.tasks(owner, id, {
      after: undefined,
      most: mostLooked,
      state: 'started',
    });
    return tasks.find(({ row }) => row !== undefined && row.question !== null);
  }
}
