import { failure } from '../protocol/catalogue.ts';
import { eventPage, type JobEvent } from '../protocol/jobs/job.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import type { Frames } from './frames.ts';
import { requestJson, type ServiceAddress } from './http.ts';
import { queryOf } from './query.ts';
import type { RetryLimits } from './retries.ts';

/** Opens a WebSocket at a path of the broker; the signal ends it at any time. Rejects where it is refused. */
export type OpenFrames = (path: string, signal: AbortSignal) => Promise<Frames>;

export interface EventOptions {
  /** The only job to tell of. */
  readonly job?: string | undefined;
  /** The cursor after which it begins; from the beginning of what is kept unless given. */
  readonly after?: number | undefined;
  /** Whether it ends where nothing more has happened yet. */
  readonly ends?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EventParts {
  readonly address: ServiceAddress;
  readonly limits: Partial<RetryLimits>;
  /** Where it is given, events come as they happen; else, and where a WebSocket is refused, they are asked for. */
  readonly open?: OpenFrames | undefined;
}

/** How long the broker may wait for something to happen before it answers, in seconds: less than a call may take. */
const waitSeconds = 20;

/** Connections (a count) in a row that brought nothing, after which none is tried any more. */
const mostUseless = 3;

/**
 * What happens to jobs, each event once and in order, as it comes. After a connection broke one call over HTTP says why, or
 * goes on after the last event that was handed over.
 */
export async function* jobEvents(
  { address, limits, open }: EventParts,
  { job, after = 0, ends = false, signal }: EventOptions,
): AsyncGenerator<JobEvent, void, void> {
  const again = new Again(limits);
  let useless = 0;
  for (let cursor = after; !signal?.aborted; ) {
    const isPushed = open !== undefined && !ends && useless < mostUseless;
    if (isPushed) {
      useless += 1;
      for await (const page of pushed(open, job, cursor, signal)) {
        useless = 0;
        yield* page.events;
        cursor = page.cursor;
      }
    }
    if (signal?.aborted) return;
    const wait = ends || (isPushed && useless < mostUseless) ? 0 : waitSeconds;
    const path = `/broker/v1/events?${queryOf({ job, after: cursor, wait })}`;
    const page = await again.call(() => requestJson(address, path, eventPage, { signal }), signal);
    yield* page.events;
    if (ends && page.events.length === 0) return;
    cursor = page.cursor;
  }
}

/** The pages that come over one connection, until it ends, for whatever reason. */
async function* pushed(
  open: OpenFrames,
  job: string | undefined,
  after: number,
  signal: AbortSignal | undefined,
) {
  const leaving = new AbortController();
  const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  try {
    using frames = await open('/broker/v1/events/ws', stop);
    frames.send(JSON.stringify({ ...(job === undefined ? {} : { job }), after }));
    for (;;) yield pageOf(await frames.next());
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
  } finally {
    leaving.abort();
  }
}

function pageOf(frame: string) {
  try {
    return eventPage.parse(JSON.parse(frame));
  } catch {
    throw new ServiceFailure(failure('unavailable', 'the broker sends what cannot be understood'));
  }
}
