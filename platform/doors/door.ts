import type { Failure } from '../failure.ts';
import type { Part } from '../lifecycle.ts';

/** Where a door listens. Port 0 takes any free one. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Who is at the other end of a connection. */
export interface Sender {
  /** The IP address that the connection came from. */
  readonly address: string;
  /** The system's user at the other end; undefined where the system does not say, and from other machines. */
  readonly uid: number | undefined;
  /** Whether it is somebody else than the user who runs the service, and must say who, or says nothing that counts. */
  readonly guest?: true | undefined;
  /** The name under which a guest is known, once it has shown a token. */
  readonly name?: string | undefined;
  /**
   * What it may send, where that is not everything: questions that leave nothing behind, the same and what was told
   * before anything had an owner, or whatever changes nothing.
   */
  readonly only?: 'asking' | 'telling-ownerless' | 'reading' | undefined;
}

/** A door: a listening part that hands what comes in to what it was given, and decides nothing itself. */
export interface Door extends Part {
  /** Where it really listens; known after `start`. */
  readonly listening: Listen;
}

/** Decides who may come in, before anything that was sent is read. */
export interface Admission {
  /** Resolves with who the peer is, or with the reason why it may not come in. */
  admit(connection: Connection): Promise<Sender | Failure>;
}

/** The four numbers that name a TCP connection, as seen from this side. */
export interface Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}
