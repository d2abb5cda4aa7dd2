import type { Line as Pieces } from '../platform/doors/line.ts';
import type { Reply } from './reply.ts';

/** A connection over which documents may come that nothing asked for just then. */
export interface Line {
  /**
   * Writes documents after the answer to the document that this line came with, and after all pushed before.
   * Resolves when there is room for more; resolves too once the connection is gone. To wait for it before the
   * document is answered is to wait forever.
   */
  push(documents: readonly Reply[]): Promise<void>;
  /** Aborted when the connection has gone. */
  readonly closed: AbortSignal;
  /** While held, the connection is not closed for being silent, nor for the peer's end of input. Returns the release. */
  hold(): () => void;
}

/** The line of a door, over which documents go as that door writes them. One is made for each document that comes. */
export class DocumentLine implements Line {
  readonly #line: Pieces;
  readonly #written: (documents: readonly Reply[]) => Iterable<string>;

  constructor(line: Pieces, written: (documents: readonly Reply[]) => Iterable<string>) {
    this.#line = line;
    this.#written = written;
  }

  get closed(): AbortSignal {
    return this.#line.closed;
  }

  push(documents: readonly Reply[]): Promise<void> {
    return this.#line.push(this.#written(documents));
  }

  hold(): () => void {
    return this.#line.hold();
  }
}
