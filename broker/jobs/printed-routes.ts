import { once } from 'node:events';
import { type Request, type Response, Router } from 'express';
import { Refusal } from '../../platform/failure.ts';
import type { PrintedStream } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import { printedQuery } from '../../protocol/jobs/queries.ts';
import { queryOf } from '../request.ts';
import { sendBytes } from './byte-range.ts';
import { goneSignal, jobIn, ofTask, taskIn } from './paths.ts';
import type { PrintedNow, Printing, Source, WantedPart } from './printing.ts';
import type { JobRoutesParts } from './routes.ts';

/** How long what was printed may be on its way from a node whose program has ended, in milliseconds. */
const resultsMs = 20_000;

/** A range of bytes, or how many of the last are wanted. */
type Asked = { readonly from: number; readonly most: number } | { readonly last: number };

/**
 * What tasks print over HTTP: while a program runs, too, as its node tells it. The ETag names the attempt: bytes of one
 * stay where they are, and more come (RFC 8673 tells of such ranges).
 */
export function printedRoutes({ jobs, ownerOf, sendBlob, sendMore }: JobRoutesParts): Router {
  const router = Router();
  for (const stream of ['stdout', 'stderr'] as const) router.get(`${ofTask}/${stream}`, serve(stream));

  function serve(stream: PrintedStream) {
    return async (request: Request, response: Response) => {
      const owner = await ownerOf(request, 'read', jobIn(request));
      const { wait } = queryOf(request, printedQuery);
      const source = { owner, job: jobIn(request), task: taskIn(request), stream };
      const signal = goneSignal(response);
      const at = { attempt: attemptIn(request.headers['if-match']), signal };
      const now = await looked(jobs.printing, source, { ...at, waitMs: wait * 1000 }, request);
      response.setHeader('Cache-Control', 'no-store');
      if (now.kind === 'part')
        return sendPart({ printing: jobs.printing, sendMore }, { source, signal, now }, request, response);
      const { printed, attempt } = now;
      const tag = tagOf(attempt);
      if ('blob' in printed) await sendBlob(owner, printed.blob, request, response, tag);
      else sendBytes(request, response, Buffer.from(printed.text, 'base64'), tag);
    };
  }

  return router;
}

/** What is there of what a request asks for. */
async function looked(
  printing: Printing,
  source: Source,
  at: Omit<WantedPart, 'from' | 'most'>,
  request: Request,
): Promise<PrintedNow & { readonly asked?: { readonly from: number } }> {
  const asked = rangeIn(request);
  if (asked !== undefined && 'from' in asked && request.headers['if-range'] === undefined)
    return { ...(await printing.look(source, { ...at, ...asked })), asked };
  // Where it is in another attempt, or how much there is, decides what is wanted.
  const now = await printing.look(source, { ...at, from: 0, most: 0, waitMs: 0 });
  const { attempt } = now;
  const condition = request.headers['if-range'];
  if (
    now.kind === 'all' ||
    asked === undefined ||
    (condition !== undefined && condition !== `"${tagOf(attempt)}"`)
  )
    return now;
  if ('from' in asked) return { ...(await printing.look(source, { ...at, ...asked, attempt })), asked };
  const from = Math.max(0, now.size - asked.last);
  return {
    ...(await printing.look(source, { ...at, attempt, from, most: asked.last, waitMs: 0 })),
    asked: { from },
  };
}

interface Sending {
  readonly source: Source;
  readonly now: PrintedNow & { readonly kind: 'part'; readonly asked?: { readonly from: number } };
  /** Aborted when the one who asked has gone. */
  readonly signal: AbortSignal;
}

/** Answers with what is there so far: the part that was asked for, or all. */
async function sendPart(
  parts: AllParts,
  { source, now, signal }: Sending,
  request: Request,
  response: Response,
): Promise<void> {
  const { attempt, bytes, size, asked } = now;
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', `"${tagOf(attempt)}"`);
  if (asked !== undefined) {
    const { from } = asked;
    if (bytes.length === 0) {
      response.setHeader('Content-Range', `bytes */${size}`);
      const detail = `there are ${size} bytes by now, none of them where you ask`;
      throw new Refusal({ ...failure('bad-query', detail), status: 416 });
    }
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${from}-${from + bytes.length - 1}/*`);
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
    return;
  }
  response.setHeader('Content-Length', size);
  if (request.method !== 'HEAD' && !(await sendAll(parts, { source, signal, now }, response))) {
    // The answer has begun: that it cannot be ended as it was said is told by its breaking off.
    response.destroy();
    return;
  }
  response.end();
}

interface AllParts extends Pick<JobRoutesParts, 'sendMore'> {
  readonly printing: Printing;
}

/**
 * Sends all that an attempt had printed when it was asked for, whether it goes on meanwhile or ends. Returns whether that
 * is still to be had.
 */
async function sendAll(
  { printing, sendMore }: AllParts,
  { source, signal, now: { attempt, size } }: Sending,
  response: Response,
): Promise<boolean> {
  for (let from = 0; from < size && !signal.aborted; ) {
    const wanted = { from, most: size - from, attempt, waitMs: resultsMs, signal };
    const now = await printing.look(source, wanted).catch(() => undefined);
    if (now === undefined) return false;
    let bytes: Buffer;
    if (now.kind === 'part') ({ bytes } = now);
    else if ('text' in now.printed) bytes = Buffer.from(now.printed.text, 'base64').subarray(from, size);
    else {
      await sendMore(source.owner, now.printed.blob, { from, to: size }, response);
      return true;
    }
    if (bytes.length === 0) return false;
    from += bytes.length;
    if (!response.write(bytes)) await once(response, 'drain', { signal }).catch(() => {}); // it has gone
  }
  return true;
}

/** The range that is asked for; undefined where that is all, or it is none that is understood. */
function rangeIn({ headers }: Request): Asked | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { last: Number(last) };
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  return { from, most: last === '' ? Number.MAX_SAFE_INTEGER : Number(last) + 1 - from };
}

function tagOf(attempt: number): string {
  return `attempt-${attempt}`;
}

/** The attempt that an If-Match names; none where it is left out, or minds none. */
function attemptIn(condition: string | undefined): number | undefined {
  if (condition === undefined || condition.trim() === '*') return undefined;
  const [, attempt] = /^"attempt-(\d{1,9})"$/.exec(condition.trim()) ?? [];
  return attempt === undefined ? -1 : Number(attempt);
}
