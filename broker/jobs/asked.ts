/** Which part of a list is wanted. */
export interface Asked<S> {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly state?: S | undefined;
}

/** How long a request may wait for an answer that is worth it. */
export interface Patience {
  /** Seconds. */
  readonly wait: number;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}
