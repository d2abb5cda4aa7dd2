import type { Clock } from '../../platform/clock.ts';
import type { Admission, Door, Listen } from '../../platform/doors/door.ts';
import type { Log } from '../../platform/log.ts';
import { createStreamDoor, type StreamDoorLimits } from './stream-door.ts';

export interface PollDoorOptions {
  readonly listen: Listen;
  readonly limits: StreamDoorLimits;
  readonly admission: Admission;
  /** What is told to whoever connects; made anew for each. */
  readonly tell: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whoever connects is told how this node stands, whatever it sends, and the connection closes. */
export function createPollDoor({ tell, ...options }: PollDoorOptions): Door {
  return createStreamDoor({
    ...options,
    name: 'the Poll door',
    serve: async ({ socket }) => {
      socket.write(await tell());
    },
  });
}
