/** Which address is due when: a pure schedule. Time is passed in, in milliseconds. */
export interface Turns {
  /** Takes an address in; it is due from `now`. One that is in already keeps its turn. */
  add(address: string, now: number): void;
  remove(address: string): void;
  /**
   * The addresses that are due at `now`, those that waited longest first, at most `most` of them. Each that is named is
   * due again an interval after `now`: what was missed is not made up for.
   */
  due(now: number, most: number): string[];
  /** The moment at which something is due next, now or later, or undefined where nothing is scheduled. */
  next(now: number): number | undefined;
  /** What a poll that ended at `now` brought: whether that was news. */
  heard(address: string, isNews: boolean, now: number): void;
  /** How many are due a second, on average. */
  readonly rate: number;
}

/**
 * When which address is polled: nothing is dialled here. Every strategy passes the suite in
 * `test/conformance/polling.ts`; what it says to be due may begin, too.
 */
export interface PollingStrategy extends Omit<Turns, 'rate'> {
  /** Counts a poll that begins at `now`; one that was due may begin later than it was named, but not before `free`. */
  begun(now: number): void;
  /** The moment at which a poll may begin at the earliest: `now`, or later. */
  free(now: number): number;
}
