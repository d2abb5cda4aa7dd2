import type { Frames } from '../../client/frames.ts';
import type { SocketPeer } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** As RFC 6455, 7.4.1: nothing more is said on this line. */
const goingAway = 1001;

/** A WebSocket that came in by a door, as one that was dialled is had: each frame is taken when somebody comes for it. */
export class DoorFrames implements Frames {
  readonly #peer: SocketPeer;
  readonly #line: Line;
  readonly #waiting: { readonly text: string; readonly taken: () => void }[] = [];
  #isOver = false;
  #wake = () => {};

  constructor(peer: SocketPeer, line: Line) {
    this.#peer = peer;
    this.#line = line;
    line.closed.addEventListener('abort', this.#end, { once: true });
    if (line.closed.aborted) this.#end();
  }

  send(frame: string): void {
    void this.#line.push([frame]);
  }

  async next(): Promise<string> {
    for (;;) {
      const frame = this.#waiting.shift();
      if (frame !== undefined) {
        frame.taken();
        return frame.text;
      }
      if (this.#isOver) throw new Refusal(failure('unavailable', 'the client has ended the connection'));
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A frame came; resolves when it is taken, so that the door reads no faster. */
  come(text: string): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ text, taken: resolve });
    this.#wake();
    return promise;
  }

  [Symbol.dispose](): void {
    if (!this.#isOver) this.#peer.close(goingAway, 'the agent has ended this line');
    this.#end();
  }

  readonly #end = (): void => {
    this.#isOver = true;
    for (const { taken } of this.#waiting.splice(0)) taken();
    this.#wake();
  };
}
