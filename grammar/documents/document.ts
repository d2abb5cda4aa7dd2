import type { Header, Language } from '../document.ts';
import type { Deal, Party } from './model.ts';

/** What documents of a deal do (section 10 of the language). */
export type DealAction =
  | 'Offer'
  | 'Counter'
  | 'Accept'
  | 'Reject'
  | 'Cancel'
  | 'Agreement'
  | 'Amend'
  | 'Terminate'
  | 'Complete'
  | 'Report'
  | 'Bill';

/** What a document of version 1.0 does. */
export type Action1 =
  | 'Tell'
  | 'Untell'
  | 'Ask'
  | 'Ack'
  | 'Because'
  | 'Decline'
  | 'Unwatch'
  | 'Watch'
  | 'Why'
  | DealAction;

/** Where something listens; in version 1.0 the port may be left out. */
export interface Place {
  readonly host: string;
  readonly port: number | undefined;
}

/** How long a document counts: seconds from when it came, or until a moment in milliseconds since 1970. */
export type Lifetime =
  | { readonly kind: 'for'; readonly seconds: number }
  | { readonly kind: 'until'; readonly moment: number };

/** What the headers about the document itself say; texts for people are in its headers alone. */
export interface Envelope {
  /** In memory of its own: who keeps it holds on to no more of the document. */
  readonly id: string | undefined;
  /** 0 unless said. */
  readonly seq: number;
  readonly inReplyTo: string | undefined;
  /** A point of the log of who answers: a whole number. */
  readonly cursor: number | undefined;
  readonly expires: Lifetime | undefined;
  readonly brokerIp: Place | undefined;
  readonly host: Place | undefined;
  readonly poll: Place | undefined;
}

/** A document of version 1.x. */
export interface Document1 {
  readonly language: Language;
  /** As it was said, such as `1.0`. */
  readonly version: string;
  readonly action: Action1;
  readonly envelope: Envelope;
  /** In canonical order, spelling and text; a repeated header stands at its first place. */
  readonly headers: readonly Header[];
  /** The same as text, a line each; the empty line that ends it on a connection is no part of it. */
  readonly text: string;
  /** What a Tell, an Ask, a Why or a user's Watch says to the other side; absent of others. */
  readonly party: Party | undefined;
  /** What a document of a deal says of it; absent of others. */
  readonly deal?: Deal;
}
