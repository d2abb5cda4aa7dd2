import { setImmediate as turn } from 'node:timers/promises';

/** Characters of an answer that are made at a stretch: some milliseconds. */
const charactersATurn = 128 * 1024;

/**
 * When one who makes a long answer piece by piece lets the event loop go round: a reader on the same machine takes all
 * at once, so waiting for room alone would let nobody else have a turn.
 */
export class Pauses {
  #made = 0;

  /** Told of each piece; waits for the next turn where enough was made in this one. */
  made(piece: string): Promise<void> | undefined {
    this.#made += piece.length;
    if (this.#made < charactersATurn) return undefined;
    this.#made = 0;
    return turn();
  }
}
