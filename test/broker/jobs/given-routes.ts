import { jobEventSocket } from '../../../broker/jobs/event-socket.ts';
import { printedRoutes } from '../../../broker/jobs/printed-routes.ts';
import { type JobRoutesParts, jobRoutes } from '../../../broker/jobs/routes.ts';
import type { JobSettings } from '../../../broker/jobs/settings.ts';
import { openHttpDoor } from '../http-door.ts';
import { type GivenJobs, givenBlobs, givenJobs, owner } from './support.ts';

/** A blob of three bytes that is here. */
export const blob = 'ab'.repeat(32);

interface Given extends AsyncDisposable {
  readonly given: GivenJobs;
  readonly url: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly headers: Headers;
}

/** What of a blob is sent in an answer that has begun. */
export const more = 'y'.repeat(3_000_000);

/** Jobs behind an HTTP door; a request with the header `x-owner` is of that owner. */
export async function givenRoutes(settings: Partial<JobSettings> = {}): Promise<Given> {
  const given = await givenJobs(settings, givenBlobs(new Map([[blob, 3]])));
  const parts: JobRoutesParts = {
    jobs: given.jobs,
    whose: ({ headers }, asked = String(headers['x-owner'] ?? owner)) => asked,
    ownerOf: async ({ headers }) => String(headers['x-owner'] ?? owner),
    sendBlob: async (_owner, name, _request, response) => {
      response.end(`blob ${name.slice(0, 4)}`);
    },
    sendMore: async (_owner, _name, { from, to }, response) => {
      response.write(more.slice(from, to));
    },
  };
  const door = await openHttpDoor(
    [jobRoutes(parts), printedRoutes(parts)],
    [jobEventSocket(given.jobs, async () => owner)],
  );
  return {
    given,
    url: door.url,
    async call(method, path, body, headers = {}) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
      const response = await fetch(`${door.url}/broker/v1${path}`, {
        method,
        headers: { ...type, ...headers },
        ...sent,
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        text,
        body: isJson ? JSON.parse(text) : text,
        headers: response.headers,
      };
    },
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      await given[Symbol.asyncDispose]();
    },
  };
}

/** The status and the code of a problem. */
export const problemOf = ({ status, body }: Answer) => [status, (body as { code?: string }).code];
