import type { z } from 'zod';
import { failure } from '../protocol/catalogue.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import type { Frames } from './frames.ts';
import { requestJson, type ServiceAddress } from './http.ts';
import { queryOf } from './query.ts';
import type { RetryLimits } from './retries.ts';

/** Opens a WebSocket at a path of a service; the signal ends it at any time. Rejects where it is refused. */
export type OpenFrames = (path: string, signal: AbortSignal) => Promise<Frames>;

export interface EventParts {
  readonly address: ServiceAddress;
  readonly limits: Partial<RetryLimits>;
  /** Where it is given, events come as they happen; else, and where a WebSocket is refused, they are asked for. */
  readonly open?: OpenFrames | undefined;
}

/** A page of a log of events. */
interface Page<Event> {
  readonly events: readonly Event[];
  readonly cursor: number;
}

/** A log that a service lets others follow. */
export interface FollowedLog<Event> {
  /** Where pages of it are asked for; the WebSocket stands at the same with `/ws`. */
  readonly path: string;
  readonly page: z.ZodType<Page<Event>>;
  /** Whose it is, for people. */
  readonly service: string;
}

export interface Following {
  /** What alone is told of, as members of the query and of the frame; of which those that are undefined are left out. */
  readonly only: Readonly<Record<string, string | number | undefined>>;
  /** The cursor after which it begins. */
  readonly after: number;
  /** Whether it ends where nothing more has happened yet. */
  readonly ends: boolean;
  readonly signal: AbortSignal | undefined;
}

/** How long a service may wait for something to happen before it answers, in seconds: less than a call may take. */
const waitSeconds = 20;

/** Connections (a count) in a row that brought nothing, after which none is tried any more. */
const mostUseless = 3;

/**
 * What a log tells, each event once and in order, as it comes. After a connection broke one call over HTTP says why, or
 * goes on after the last event that was handed over.
 */
export async function* followed<Event>(
  { address, limits, open }: EventParts,
  log: FollowedLog<Event>,
  { only, after, ends, signal }: Following,
): AsyncGenerator<Event, void, void> {
  const again = new Again(limits);
  let useless = 0;
  for (let cursor = after; !signal?.aborted; ) {
    const isPushed = open !== undefined && !ends && useless < mostUseless;
    if (isPushed) {
      useless += 1;
      for await (const page of pushed(open, log, JSON.stringify({ ...only, after: cursor }), signal)) {
        useless = 0;
        yield* page.events;
        cursor = page.cursor;
      }
    }
    if (signal?.aborted) return;
    const wait = ends || (isPushed && useless < mostUseless) ? 0 : waitSeconds;
    const path = `${log.path}?${queryOf({ ...only, after: cursor, wait })}`;
    const page = await again.call(() => requestJson(address, path, log.page, { signal }), signal);
    yield* page.events;
    if (ends && page.events.length === 0) return;
    cursor = page.cursor;
  }
}

/** The pages that come over one connection, until it ends, for whatever reason. */
async function* pushed<Event>(
  open: OpenFrames,
  log: FollowedLog<Event>,
  asked: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page<Event>, void, void> {
  const leaving = new AbortController();
  const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  try {
    using frames = await open(`${log.path}/ws`, stop);
    frames.send(asked);
    for (;;) yield pageOf(log, await frames.next());
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
  } finally {
    leaving.abort();
  }
}

function pageOf<Event>({ page, service }: FollowedLog<Event>, frame: string): Page<Event> {
  try {
    return page.parse(JSON.parse(frame));
  } catch {
    throw new ServiceFailure(failure('unavailable', `${service} sends what cannot be understood`));
  }
}
