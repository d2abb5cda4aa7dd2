import { type DealEvent, dealEventPage } from '../protocol/deals/deal.ts';
import { type EventParts, followed } from './followed.ts';

export interface DealEventOptions {
  /** The Id of the only offer or agreement to tell of. */
  readonly deal?: string | undefined;
  /** The cursor after which it begins; from the beginning of what is kept unless given. */
  readonly after?: number | undefined;
  /** Whether it ends where nothing more has happened yet. */
  readonly ends?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const log = { path: '/broker/v1/deals/events', page: dealEventPage, service: 'the broker' };

/** What happens to deals, each event once and in order, as it comes; goes on when the broker has been away. */
export function dealEvents(
  parts: EventParts,
  { deal, after = 0, ends = false, signal }: DealEventOptions = {},
): AsyncGenerator<DealEvent, void, void> {
  return followed(parts, log, { only: { deal }, after, ends, signal });
}
