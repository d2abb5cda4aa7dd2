import type { z } from 'zod';
import type { SocketHandler, SocketPeer, SocketRoute } from '../platform/doors/http.ts';
import type { Line } from '../platform/doors/line.ts';
import { Refusal, sentence } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { jsonOf } from './request.ts';

/** For how long, in seconds, one look for news waits; then the next one does. */
const waitSeconds = 60;

/** A log of events that are followed from a cursor on. */
export interface FollowedLog<Asked extends { readonly after: number }> {
  readonly path: string;
  /** What the one frame of who follows it says. */
  readonly frame: z.ZodType<Asked>;
  /** Whether nothing is worth waiting for any more. */
  readonly isStopping: () => boolean;
  /** What is after the cursor, once there is anything, or the patience is at its end. */
  readonly page: (
    owner: string,
    asked: Asked,
    patience: { readonly wait: number; readonly signal: AbortSignal },
  ) => Promise<{ readonly events: readonly object[]; readonly cursor: number }>;
}

/**
 * A log over WebSocket: a frame says after which cursor, and of what; from then on pages of events come, as fast as they
 * are read. `ownerOf` says for whom, and throws a Refusal where that is for nobody.
 */
export function eventSocket<Asked extends { readonly after: number }>(
  log: FollowedLog<Asked>,
  ownerOf: (peer: SocketPeer, asked: Asked) => Promise<string>,
): SocketRoute {
  return {
    path: log.path,
    open(peer): SocketHandler {
      let isFollowing = false;
      return {
        async receive(text, line) {
          const asked = jsonOf(text, log.frame, 'the frame');
          if (isFollowing)
            throw new Refusal(
              failure('bad-request', 'this connection follows events already; open another one'),
            );
          isFollowing = true;
          const owner = await ownerOf(peer, asked);
          void follow(log, owner, asked, line).catch((error: unknown) => {
            const why = error instanceof Refusal ? sentence(error) : 'the events cannot be read';
            peer.close(error instanceof Refusal ? 1008 : 1011, why);
          });
          return undefined;
        },
      };
    },
  };
}

async function follow<Asked extends { readonly after: number }>(
  log: FollowedLog<Asked>,
  owner: string,
  asked: Asked,
  line: Line,
): Promise<void> {
  const release = line.hold();
  try {
    let cursor = asked.after;
    while (!line.closed.aborted && !log.isStopping()) {
      const patience = { wait: waitSeconds, signal: line.closed };
      const page = await log.page(owner, { ...asked, after: cursor }, patience);
      cursor = page.cursor;
      if (page.events.length > 0) await line.push([JSON.stringify(page)]);
    }
  } finally {
    release();
  }
}
