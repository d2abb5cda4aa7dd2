import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { DealView } from '../../protocol/deals/deal.ts';
import type { UserCaller } from '../caller.ts';
import { userOf } from '../caller.ts';
import { whyDeal } from './deals.ts';
import type { JobsWhy } from './jobs.ts';

export interface WhyRoutesParts {
  readonly jobs: JobsWhy;
  /** For whom a user acts who asks about a job: administrators for its owner. */
  readonly ownerOf: (request: IncomingMessage, scope: 'read', job: string) => Promise<string>;
  /** A deal of a user, by the Id of its Offer or of its Agreement; none where the broker makes no deals. Throws a Refusal. */
  readonly deal: ((user: UserCaller, id: string) => Promise<DealView>) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Characters of an id: as long as the Id of a document may be. */
const longestId = 128;

/** `GET /broker/v1/why/{id}`: why a job, a task (`<job>.<number>`), an offer or an agreement waits or has failed. */
export function whyRoutes({ jobs, ownerOf, deal, now }: WhyRoutesParts): Router {
  const router = Router();
  router.get('/broker/v1/why/:id', async (request, response) => {
    const user = userOf(request, 'read');
    const { id } = request.params;
    if (id.length > longestId) throw unknown(id);
    const [, job = '', number] = /^([0-9a-z]{1,64})(?:\.([1-9]\d{0,8}))?$/.exec(id) ?? [];
    const found =
      (job === '' ? undefined : await orNothing(whyJob(await ownerOf(request, 'read', job), job, number))) ??
      (deal === undefined
        ? undefined
        : await orNothing(deal(user, id).then((view) => whyDeal(id, view, now()))));
    if (found === undefined) throw unknown(id);
    response.json(found);
  });
  return router;

  function whyJob(owner: string, job: string, number: string | undefined) {
    return number === undefined ? jobs.job(owner, job) : jobs.task(owner, job, Number(number));
  }
}

/** Undefined where it is refused as not there. */
async function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return undefined;
    throw error;
  }
}

function unknown(id: string): Refusal {
  const detail = `you have no job, task, offer or agreement ${id.slice(0, longestId)} here`;
  return new Refusal(failure('not-found', detail, 'see ogm job list, ogm offer list and ogm agreement list'));
}
