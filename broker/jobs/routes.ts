import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Request, type Response, Router } from 'express';
import { sha256 } from '../../platform/digest.ts';
import type { Printed } from '../../protocol/agent/messages.ts';
import type { Scope } from '../../protocol/identities.ts';
import {
  answerRequest,
  cancelRequest,
  eventQuery,
  jobChange,
  jobQuery,
  jobRequest,
  jobWait,
  taskQuery,
} from '../../protocol/jobs/job.ts';
import { bodyOf, queryOf } from '../request.ts';
import { sendBytes } from './byte-range.ts';
import type { Jobs } from './jobs.ts';

export interface JobRoutesParts {
  readonly jobs: Jobs;
  /**
   * For whom a request acts, which its token must allow; administrators act for the owner of the job. Throws a Refusal.
   */
  readonly ownerOf: (request: IncomingMessage, scope: Scope, job?: string) => Promise<string>;
  /** Answers with a blob that the owner may see, whole or the range that is asked for. */
  readonly sendBlob: (
    owner: string,
    blob: string,
    request: IncomingMessage,
    response: ServerResponse,
  ) => Promise<void>;
}

const base = '/broker/v1/jobs';
const ofJob = `${base}/:job`;
const ofTask = `${ofJob}/tasks/:task`;

/** Jobs, their tasks and their events over HTTP, as JSON. */
export function jobRoutes({ jobs, ownerOf, sendBlob }: JobRoutesParts): Router {
  const router = Router();

  router.post(base, async (request, response) => {
    response
      .status(201)
      .json(await jobs.submit(await ownerOf(request, 'submit'), bodyOf(request, jobRequest, 'job-refused')));
  });
  router.get(base, async (request, response) => {
    response.json(await jobs.jobs(await ownerOf(request, 'read'), queryOf(request, jobQuery)));
  });
  router.get(ofJob, async (request, response) => {
    const { cursor, wait } = queryOf(request, jobWait);
    const patience = { wait, signal: goneSignal(response) };
    response.json(
      await jobs.job(await ownerOf(request, 'read', jobIn(request)), jobIn(request), cursor, patience),
    );
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
    const { graceMs } = request.body === undefined ? {} : bodyOf(request, cancelRequest, 'job-refused');
    response.json(
      await jobs.cancel(await ownerOf(request, 'submit', jobIn(request)), jobIn(request), graceMs),
    );
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
    const { text } = bodyOf(request, answerRequest, 'job-refused');
    response.json(
      await jobs.answer(
        await ownerOf(request, 'submit', jobIn(request)),
        jobIn(request),
        taskIn(request),
        text,
      ),
    );
  });
  for (const which of ['stdout', 'stderr'] as const) {
    router.get(`${ofTask}/${which}`, async (request, response) => {
      const owner = await ownerOf(request, 'read', jobIn(request));
      const printed = await jobs.printed(owner, jobIn(request), taskIn(request), which);
      await sendPrinted(owner, printed, request, response);
    });
  }
  router.get(`${ofTask}/outputs/*path`, async (request, response) => {
    const owner = await ownerOf(request, 'read', jobIn(request));
    const path = [request.params.path ?? []].flat().join('/');
    const { blob } = await jobs.output(owner, jobIn(request), taskIn(request), path);
    await sendBlob(owner, blob, request, response);
  });

  router.get('/broker/v1/events', async (request, response) => {
    const { wait, ...asked } = queryOf(request, eventQuery);
    const patience = { wait, signal: goneSignal(response) };
    response.json(await jobs.events(await ownerOf(request, 'read', asked.job), asked, patience));
  });

  async function sendPrinted(
    owner: string,
    printed: Printed,
    request: Request,
    response: Response,
  ): Promise<void> {
    if ('blob' in printed) await sendBlob(owner, printed.blob, request, response);
    else {
      const bytes = Buffer.from(printed.text, 'base64');
      sendBytes(request, response, bytes, sha256(printed.text));
    }
  }

  return router;
}

function jobIn({ params }: Request): string {
  return String(params.job);
}

/** A number that no task has where it is none. */
function taskIn({ params }: Request): number {
  const text = String(params.task);
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0;
}

/** Aborted when the one who asked has gone. */
function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
