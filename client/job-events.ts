import { eventPage, type JobEvent } from '../protocol/jobs/job.ts';
import { type EventParts, followed } from './followed.ts';

export interface EventOptions {
  /** The only job to tell of. */
  readonly job?: string | undefined;
  /** The cursor after which it begins; from the beginning of what is kept unless given. */
  readonly after?: number | undefined;
  /** Whether it ends where nothing more has happened yet. */
  readonly ends?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const log = { path: '/broker/v1/events', page: eventPage, service: 'the broker' };

/** What happens to jobs, each event once and in order, as it comes; goes on when the broker has been away. */
export function jobEvents(
  parts: EventParts,
  { job, after = 0, ends = false, signal }: EventOptions,
): AsyncGenerator<JobEvent, void, void> {
  return followed(parts, log, { only: { job }, after, ends, signal });
}
