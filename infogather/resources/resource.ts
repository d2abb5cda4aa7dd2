import {
  applicationsOf,
  type Document1,
  document1Of,
  formatAddress,
  type Header,
  oldResourceTells,
  type Party,
  type Place,
  printDocument1,
  type ResourceTell,
} from '../../grammar/index.ts';
import { pollNameOf } from '../agents/name.ts';
import type { Polled } from '../polled.ts';

/** A registration of version 1.0 as it stands: the document with what was told or polled last. */
export interface Resource extends Polled {
  /** Its place in the order in which registrations were told. */
  readonly place: number;
  /** Who told it, as far as the system knows. By this and its Id it is known. */
  readonly owner: string;
  readonly id: string;
  readonly seq: number;
  /** The document hash of what was told. */
  readonly hash: string;
  readonly document: Document1;
  readonly party: Party;
  /** As `address:port`, or without a port where none was said. */
  readonly host: string;
  readonly applications: readonly string[];
  /** What answers Asks of version 0.1: of one that accepts them, one for each of its Applications. */
  readonly old: readonly ResourceTell[];
  /** How long the text of the document was when it was told, or read back. */
  readonly bytes: number;
  /** Milliseconds since 1970, as the two after it. */
  readonly toldAt: number;
  /** When a poll was answered for it last, by arrival. */
  readonly heardAt: number | undefined;
  readonly expiresAt: number;
}

/** When and by whom a registration was told, and where it stands. */
export type Circumstances = Pick<
  Resource,
  'place' | 'owner' | 'teller' | 'hash' | 'toldAt' | 'heardAt' | 'expiresAt'
>;

/** What a Tell of an owner says that is kept beside it. Its `party`, Id and Host are there, or it would have been refused. */
export type Said = Omit<Resource, keyof Circumstances>;

export function saidBy(document: Document1, owner: string): Said {
  const { envelope, party } = document;
  const { id, seq, host, poll } = envelope;
  if (party === undefined || id === undefined || host === undefined) throw new TypeError('this is no Tell');
  return {
    id,
    seq,
    document,
    party,
    host: placeText(host),
    poll: pollNameOf(owner, poll?.port === undefined ? undefined : placeText(poll)),
    applications: applicationsOf(party),
    old: oldResourceTells(document),
    bytes: Buffer.byteLength(printDocument1(document)),
  };
}

/** A registration with what a poll brought. A TypeError says what cannot stand in a document. */
export function withHeaders(resource: Resource, headers: readonly Header[]): Resource {
  return { ...resource, ...saidBy(document1Of(headers), resource.owner), bytes: resource.bytes };
}

/** As `address:port`, or without a port where none is said. */
export function placeText({ host, port }: Place): string {
  if (port !== undefined) return formatAddress({ host, port });
  return host.includes(':') ? `[${host}]` : host;
}
