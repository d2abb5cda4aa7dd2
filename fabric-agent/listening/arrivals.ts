import type { Frames } from '../../client/frames.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Lines, Serving } from '../tasks/lines.ts';

/** Lines of one client (a count) that have not proved themselves yet: of more the oldest goes, for anybody may open one. */
const mostUnproven = 4;

/** The lines of one client, which come in by a door. */
export class Arrivals {
  readonly #open = new Map<Frames, Promise<void>>();
  /** Of those, the ones that anybody may have opened; the oldest first. */
  readonly #unproven = new Set<Frames>();
  #serving: Serving | undefined;

  /** From `start` to `stop` what arrives is served. */
  readonly lines: Lines = (serving): Part => {
    const stop = async () => {
      this.#serving = undefined;
      for (const frames of this.#open.keys()) frames[Symbol.dispose]();
      await Promise.all(this.#open.values());
    };
    return {
      start: async () => {
        this.#serving = serving;
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  };

  /** Whether this shows the files of the session that stands. */
  holds(token: string): boolean {
    return this.#serving?.holds(token) === true;
  }

  /** Takes a line, and lets go of it when it is over; false where the agent is starting, or stops. */
  take(frames: Frames): boolean {
    const serving = this.#serving;
    if (serving === undefined) return false;
    const [oldest] = this.#unproven;
    if (oldest !== undefined && this.#unproven.size >= mostUnproven) {
      this.#unproven.delete(oldest);
      oldest[Symbol.dispose]();
    }
    this.#unproven.add(frames);
    const served = serving
      .serve(frames, { proven: () => this.#unproven.delete(frames) })
      .catch((error: unknown) => {
        if (this.#serving !== undefined) serving.failed(error);
      })
      .finally(() => {
        this.#open.delete(frames);
        this.#unproven.delete(frames);
        frames[Symbol.dispose]();
      });
    this.#open.set(frames, served);
    return true;
  }
}
