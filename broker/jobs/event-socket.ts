import type { z } from 'zod';
import type { SocketHandler, SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { eventSubscription } from '../../protocol/jobs/job.ts';
import { jsonOf } from '../request.ts';
import type { Jobs } from './jobs.ts';

/** For how long, in seconds, one look for news waits; then the next one does. */
const waitSeconds = 60;

/**
 * `/broker/v1/events/ws`: a frame says after which cursor, and of which job or all; from then on pages of events come,
 * as fast as they are read. `ownerOf` says for whom, and throws a Refusal where
 * that is for nobody.
 */
export function eventSocket(
  jobs: Jobs,
  ownerOf: (peer: SocketPeer, job: string | undefined) => Promise<string>,
): SocketRoute {
  return {
    path: '/broker/v1/events/ws',
    open(peer): SocketHandler {
      let isFollowing = false;
      return {
        async receive(text, line) {
          const asked = jsonOf(text, eventSubscription, 'the frame');
          if (isFollowing)
            throw new Refusal(
              failure('bad-request', 'this connection follows events already; open another one'),
            );
          isFollowing = true;
          const owner = await ownerOf(peer, asked.job);
          void follow(jobs, owner, asked, line).catch((error: unknown) => {
            const why = error instanceof Refusal ? sentence(error) : 'the events cannot be read';
            peer.close(error instanceof Refusal ? 1008 : 1011, why);
          });
          return undefined;
        },
      };
    },
  };
}

type Asked = z.output<typeof eventSubscription>;

async function follow(jobs: Jobs, owner: string, { job, after }: Asked, line: Line): Promise<void> {
  const release = line.hold();
  try {
    let cursor = after;
    while (!line.closed.aborted && !jobs.isStopping) {
      const page = await jobs.events(
        owner,
        { job, after: cursor },
        { wait: waitSeconds, signal: line.closed },
      );
      cursor = page.cursor;
      if (page.events.length > 0) await line.push([JSON.stringify(page)]);
    }
  } finally {
    release();
  }
}
