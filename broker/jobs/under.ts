import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { JobRequest } from '../../protocol/jobs/job.ts';
import type { Agreement, Agreements } from './agreement.ts';
import { cpusOf } from './backlog.ts';
import type { Need, NeedReader } from './need.ts';
import { isOpenTo } from './open-access.ts';
import { refusal } from './owned.ts';
import { askOfJob, askUnder, budgetsIn } from './terms.ts';

/** Under what the tasks of a job run, and what they need then. */
export interface Under {
  /** The text of the Ask by which nodes are chosen. */
  readonly ask: string | null;
  /** The Id of the agreement; null where its owner has open access. */
  readonly agreement: string | null;
  /** Whether the agreement was made for it. */
  readonly ownAgreement: boolean;
  readonly limitMs: number | null;
  readonly cpus: number;
}

interface UnderParts {
  readonly agreements: Agreements;
  /** Names of users, or `*`, as in `broker.open-access`. */
  readonly openAccess: readonly string[];
  readonly needs: NeedReader;
  readonly clock: Clock;
}

/** A job that somebody submits. */
export interface Submitted {
  readonly id: string;
  readonly owner: string;
  readonly request: JobRequest;
  /** Whether nothing is to be agreed for it that may cost something: what it runs again was under nothing. */
  readonly isFree?: boolean;
}

/**
 * Finds out under what jobs run: the agreement that they name, one that is made for them by the Ask that they bring, or
 * none, where their owner has open access.
 */
export class UnderWhat {
  readonly #parts: UnderParts;

  constructor(parts: UnderParts) {
    this.#parts = parts;
  }

  /**
   * What is to be asked within the verb that keeps the job: it may make an agreement for its tasks, so many. Throws a
   * Refusal at once, and then, where the job cannot run.
   */
  of(submitted: Submitted): (sql: Sql, tasks: number) => Under {
    const { owner, request, isFree = false } = submitted;
    if (request.agreement !== undefined) return (sql) => this.#named(sql, submitted, `${request.agreement}`);
    const { ask = null } = request;
    if (isOpenTo(this.#parts.openAccess, owner)) {
      const open = { ask, agreement: null, ownAgreement: false };
      const under = { ...open, ...sizes(this.#needOf(submitted, ask, null)) };
      return () => under;
    }
    if (ask === null || isFree) throw noAgreement();
    return (sql, tasks) => this.#made(sql, submitted, tasks);
  }

  /** Under an agreement of its owner's. */
  #named(sql: Sql, submitted: Submitted, id: string): Under {
    const { owner, request } = submitted;
    const agreement = this.#parts.agreements.find(sql, owner, id);
    if (agreement === undefined) throw refusal('not-found', `there is no agreement ${id} of yours`);
    if (agreement.state !== 'active')
      throw refusal('agreement-over', `agreement ${id} is ${agreement.state}`);
    if (agreement.untilAt <= this.#parts.clock.now())
      throw refusal('agreement-over', `agreement ${id} has run out`);
    const made = 'SELECT id FROM jobs WHERE agreement = @id AND own_agreement = 1';
    const only = sql.get<{ id: string }>(made, { id })?.id;
    if (only !== undefined) throw refusal('job-refused', `agreement ${id} was made for job ${only} alone`);
    const { application, ask = null, resources } = request;
    if (resources !== undefined && !agreement.resources.some((one) => resources.includes(one)))
      throw elsewhere(agreement, resources);
    const filled = askUnder(agreement, { owner, application, ask });
    const need = this.#needOf(submitted, filled, id);
    if (need.limitMs === null)
      throw refusal('job-refused', `agreement ${id} says no Walltime, so a job under it says one in its Ask`);
    if (Math.max(this.#parts.clock.now(), agreement.startsAt) + need.limitMs > agreement.untilAt)
      throw refusal('agreement-over', `agreement ${id} ends before a task of this job would have ended`);
    return { ask: filled, agreement: id, ownAgreement: false, ...sizes(need) };
  }

  /** Under one that the broker makes with itself and the job's owner, by the Ask of the job. */
  #made(sql: Sql, submitted: Submitted, tasks: number): Under {
    const { id, owner, request } = submitted;
    const { application, ask: said = null, resources } = request;
    const ask = askOfJob({ owner, application, ask: said }, `job-${id}`, tasks);
    const agreement = this.#parts.agreements.agree(sql, { owner, ask, resources }, this.#parts.clock.now());
    const under = this.#named(sql, submitted, agreement);
    // Who has some of its tasks run again asks for no more than before.
    return { ...under, ask: `${under.ask}${budgetsIn(said)}`, ownAgreement: true };
  }

  #needOf({ owner, request }: Submitted, ask: string | null, agreement: string | null): Need {
    const { application, resources } = request;
    const named = resources === undefined ? null : JSON.stringify(resources);
    const need = this.#parts.needs.of({ owner, application, ask, resources: named, agreement });
    // No agent takes an assignment of such a task for one.
    if (need.limitMs === 0) throw refusal('job-refused', 'its Walltime is nothing, in which no task can run');
    return need;
  }
}

function sizes(need: Need): Pick<Under, 'limitMs' | 'cpus'> {
  return { limitMs: need.limitMs, cpus: cpusOf(need) };
}

/** Its tasks would wait for ever: under an agreement they run where that has its slots. */
function elsewhere({ id, resources }: Agreement, named: readonly string[]): Refusal {
  const detail = `agreement ${id} has its slots on ${resources.join(', ')}, and the job names only ${named.join(', ')}`;
  return new Refusal(failure('job-refused', detail, 'name one of the former, or none'));
}

function noAgreement(): Refusal {
  return new Refusal(
    failure('no-agreement', 'this broker runs your jobs under agreements, and this one names none'),
  );
}
