import type { Found, Report } from '../found.ts';

/** What crosses between the market and the thread in which it is built again as it stood: all of it is plain data. */

/** What the thread is told when it is started. */
export interface RebuildingBounds {
  /** How many Tells answer an Ask at most. */
  readonly mostAnswers: number;
  /** How many changes of an Ask are tried at most to say what would help. */
  readonly suggestionsTried: number;
}

/** What is asked of the thread, one after another: each is answered before the next. */
export type Request =
  /** Forgets the market that was built, and begins an empty one. */
  | { readonly kind: 'begin' }
  /** Adds Tells: their texts by the cursors with which they were told. */
  | { readonly kind: 'add'; readonly texts: ReadonlyMap<number, string> }
  /** Answers a document, given in canonical text, from what was added, as of `cursor`. */
  | { readonly kind: 'ask' | 'why'; readonly text: string; readonly cursor: number };

/** What comes back of each kind. */
export interface Replies {
  readonly begin: undefined;
  readonly add: undefined;
  readonly ask: Found;
  readonly why: Report;
}

/** A reply, or what a fault of ours threw. */
export type Reply = { readonly value: Replies[Request['kind']] } | { readonly fault: string };
