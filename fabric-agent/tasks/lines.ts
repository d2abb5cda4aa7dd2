import { type FrameLimits, type Frames, openFrames, type SocketAddress } from '../../client/frames.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import { Redial } from '../redial.ts';
import type { Patience } from './pause.ts';

/** What is done with the lines to one other side. */
export interface Serving {
  /**
   * Has the conversation over a line until it ends, and throws why. Says by `proven` that both sides have proved
   * themselves, and by `heard` that the line is good.
   */
  readonly serve: (frames: Frames, line: { heard?(): void; proven?(): void }) => Promise<never>;
  /** A line has ended, or could not be made; not called where it was stopped. */
  readonly failed: (error: unknown) => void;
  /** Whether this is what is shown with the files of the session that stands. */
  readonly holds: (token: string) => boolean;
}

/** How the lines to one other side come about, from `start` to `stop`. */
export type Lines = (serving: Serving) => Part;

/** One line at a time, to the broker at an address, dialled again whenever it has ended. */
export function dialledLines(options: {
  readonly url: string;
  readonly dial: SocketAddress['dial'];
  readonly limits: FrameLimits;
  /** How long it waits before it connects again. */
  readonly patience: Patience;
  readonly clock: Clock;
}): Lines {
  const { url, dial, limits, patience, clock } = options;
  return ({ serve, failed }) =>
    new Redial({
      connect: async (heard, signal) => {
        using frames = await openFrames({ url, dial }, '/broker/agents/ws', limits, signal);
        return await serve(frames, { heard });
      },
      failed,
      ...{ patience, clock },
    });
}
