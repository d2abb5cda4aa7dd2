/**
 * When which address is polled: a pure schedule. Time is passed in, in milliseconds; nothing is dialled here.
 * Every strategy passes the suite in `test/conformance/polling.ts`.
 */
export interface PollingStrategy {
  /** Takes an address in; it is due at once. One that is in already keeps its turn. */
  add(address: string): void;
  remove(address: string): void;
  /**
   * The addresses that are due at `now`, those that waited longest first, at most `most` of them. Each that is
   * named is due again an interval after `now`: what was missed is not made up for.
   */
  due(now: number, most: number): string[];
  /** The moment at which something is due next, or undefined where nothing is scheduled. */
  next(now: number): number | undefined;
}
