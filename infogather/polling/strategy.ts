/**
 * When which address is polled: a pure schedule. Time is passed in, in milliseconds; nothing is dialled here.
 * Every strategy passes the suite in `test/conformance/polling.ts`.
 */
export interface PollingStrategy {
  /** Takes an address in; it is due from `now`. One that is in already keeps its turn. */
  add(address: string, now: number): void;
  remove(address: string): void;
  /**
   * The addresses that are due at `now`, those that waited longest first: at most `most` of them, and no more than
   * may begin now. Each that is named is due again an interval after `now`: what was missed is not made up for.
   */
  due(now: number, most: number): string[];
  /** Counts a poll that begins at `now`; one that was due may begin later than it was named, but not before `free`. */
  begun(now: number): void;
  /** The moment at which a poll may begin at the earliest: `now`, or later. */
  free(now: number): number;
  /** The moment at which something is due next and may begin, or undefined where nothing is scheduled. */
  next(now: number): number | undefined;
}
