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
  /**
   * Throws the Refusal with which the door would refuse to answer by these documents, which are larger than an answer
   * may be there. For who begins something with an answer, and must not where it is not seen.
   */
  checkAnswer(documents: readonly Reply[]): void;
  /** Aborted when the connection has gone. */
  readonly closed: AbortSignal;
  /** While held, the connection is not closed for being silent, nor for the peer's end of input. Returns the release. */
  hold(): () => void;
}

/** How a door writes documents. */
export interface Writing {
  /** What is pushed, in the pieces that its line takes. */
  pushed(documents: readonly Reply[]): Iterable<string>;
  /** Throws a Refusal where the documents are larger than an answer may be. */
  checkAnswer(documents: readonly Reply[]): void;
}

/** The line of a door, over which documents go as that door writes them. One is made for each document that comes. */
export class DocumentLine implements Line {
  readonly #line: Pieces;
  readonly #writing: Writing;

  constructor(line: Pieces, writing: Writing) {
    this.#line = line;
    this.#writing = writing;
  }

  get closed(): AbortSignal {
    return this.#line.closed;
  }

  push(documents: readonly Reply[]): Promise<void> {
    return this.#line.push(this.#writing.pushed(documents));
  }

  checkAnswer(documents: readonly Reply[]): void {
    this.#writing.checkAnswer(documents);
  }

  hold(): () => void {
    return this.#line.hold();
  }
}
