import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from 'express';
import type { Scope } from '../../protocol/identities.ts';
import { answerRequest, cancelRequest, jobChange, jobRequest } from '../../protocol/jobs/job.ts';
import { eventQuery, jobQuery, jobWait, outputQuery, taskQuery } from '../../protocol/jobs/queries.ts';
import { againRequest } from '../../protocol/jobs/table.ts';
import { bodyOf, queryOf } from '../request.ts';
import type { Span } from '../staging/send-file.ts';
import type { Jobs } from './jobs.ts';
import { goneSignal, jobIn, ofJob, ofTask, taskIn } from './paths.ts';

export interface JobRoutesParts {
  readonly jobs: Jobs;
  /**
   * For whom a request acts, which its token must allow; administrators act for the owner of the job. Throws a Refusal.
   */
  readonly ownerOf: (request: IncomingMessage, scope: Scope, job?: string) => Promise<string>;
  /** Whose jobs are listed where somebody's are asked for; everybody's where it is undefined. Throws a Refusal. */
  readonly whose: (request: IncomingMessage, asked: string | undefined) => string | undefined;
  /** Answers with a blob that the owner may see, whole or the range that is asked for; `tag` is its ETag, unless its name is. */
  readonly sendBlob: (
    owner: string,
    blob: string,
    request: IncomingMessage,
    response: ServerResponse,
    tag?: string,
  ) => Promise<void>;
  /** Goes on with a part of such a blob in an answer that has begun. */
  readonly sendMore: (owner: string, blob: string, span: Span, response: ServerResponse) => Promise<void>;
}

const base = '/broker/v1/jobs';

/** Jobs, their tasks and their events over HTTP, as JSON. */
export function jobRoutes({ jobs, ownerOf, whose, sendBlob }: JobRoutesParts): Router {
  const router = Router();

  router.post(base, async (request, response) => {
    response
      .status(201)
      .json(await jobs.submit(await ownerOf(request, 'submit'), bodyOf(request, jobRequest, 'job-refused')));
  });
  router.get(base, async (request, response) => {
    await ownerOf(request, 'read');
    const { owner, ...asked } = queryOf(request, jobQuery);
    response.json(await jobs.jobs(whose(request, owner), asked));
  });
  router.get(ofJob, async (request, response) => {
    const owner = await ownerOf(request, 'read', jobIn(request));
    const { cursor, wait } = queryOf(request, jobWait);
    const patience = { wait, signal: goneSignal(response) };
    response.json(await jobs.job(owner, jobIn(request), cursor, patience));
  });
  router.patch(ofJob, async (request, response) => {
    response.json(
      await jobs.change(
        await ownerOf(request, 'submit', jobIn(request)),
        jobIn(request),
        bodyOf(request, jobChange, 'job-refused'),
      ),
    );
  });
  router.delete(ofJob, async (request, response) => {
    await jobs.delete(await ownerOf(request, 'submit', jobIn(request)), jobIn(request));
    response.status(204).end();
  });
  router.post(`${ofJob}/submit`, async (request, response) => {
    response.json(await jobs.queue(await ownerOf(request, 'submit', jobIn(request)), jobIn(request)));
  });
  router.post(`${ofJob}/cancel`, async (request, response) => {
    const owner = await ownerOf(request, 'submit', jobIn(request));
    const { graceMs } = request.body === undefined ? {} : bodyOf(request, cancelRequest, 'job-refused');
    response.json(await jobs.cancel(owner, jobIn(request), graceMs));
  });

  router.post(`${ofJob}/again`, async (request, response) => {
    const owner = await ownerOf(request, 'submit', jobIn(request));
    const { which } = bodyOf(request, againRequest, 'job-refused');
    response.status(201).json(await jobs.again(owner, jobIn(request), which));
  });
  router.get(`${ofJob}/table`, async (request, response) => {
    const owner = await ownerOf(request, 'read', jobIn(request));
    response.json(await jobs.table.page(owner, jobIn(request), queryOf(request, taskQuery)));
  });

  router.get(`${ofJob}/tasks`, async (request, response) => {
    response.json(
      await jobs.tasks(
        await ownerOf(request, 'read', jobIn(request)),
        jobIn(request),
        queryOf(request, taskQuery),
      ),
    );
  });
  router.get(ofTask, async (request, response) => {
    response.json(
      await jobs.task(await ownerOf(request, 'read', jobIn(request)), jobIn(request), taskIn(request)),
    );
  });
  router.post(`${ofTask}/retry`, async (request, response) => {
    response.json(
      await jobs.retry(await ownerOf(request, 'submit', jobIn(request)), jobIn(request), taskIn(request)),
    );
  });
  router.post(`${ofTask}/abandon`, async (request, response) => {
    response.json(
      await jobs.abandon(await ownerOf(request, 'submit', jobIn(request)), jobIn(request), taskIn(request)),
    );
  });
  router.post(`${ofTask}/answer`, async (request, response) => {
    const owner = await ownerOf(request, 'submit', jobIn(request));
    const { text } = bodyOf(request, answerRequest, 'job-refused');
    response.json(await jobs.answer(owner, jobIn(request), taskIn(request), text));
  });
  router.get(`${ofTask}/outputs`, async (request, response) => {
    const owner = await ownerOf(request, 'read', jobIn(request));
    const asked = queryOf(request, outputQuery);
    response.json(await jobs.outputs.page(owner, jobIn(request), taskIn(request), asked));
  });
  router.get(`${ofTask}/outputs/*path`, async (request, response) => {
    const owner = await ownerOf(request, 'read', jobIn(request));
    const path = [request.params.path ?? []].flat().join('/');
    const { blob } = await jobs.outputs.file(owner, jobIn(request), taskIn(request), path);
    await sendBlob(owner, blob, request, response);
  });

  router.get('/broker/v1/events', async (request, response) => {
    const { wait, ...asked } = queryOf(request, eventQuery);
    const patience = { wait, signal: goneSignal(response) };
    response.json(await jobs.events(await ownerOf(request, 'read', asked.job), asked, patience));
  });

  return router;
}
