import type { AnyDocument } from '../language-door/receiver.ts';

/** Where polls may go, and how one is made: the part of egress that infogather uses. */
export interface PollLine {
  /** Whether an address may be polled, given IP addresses that told of it: what one of them permits, all do. */
  permits(address: string, tellers: readonly string[]): boolean;
  /** Connects and reads the documents to the end of input; rejects with a sentence where there are none. */
  poll(address: string, tellers: readonly string[], signal: AbortSignal): Promise<readonly AnyDocument[]>;
}
