import type { SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import { eventSubscription } from '../../protocol/jobs/queries.ts';
import { eventSocket } from '../event-socket.ts';
import type { Jobs } from './jobs.ts';

/** `/broker/v1/events/ws`: the events of one job, or of all of an owner. */
export function jobEventSocket(
  jobs: Jobs,
  ownerOf: (peer: SocketPeer, job: string | undefined) => Promise<string>,
): SocketRoute {
  return eventSocket(
    {
      path: '/broker/v1/events/ws',
      frame: eventSubscription,
      isStopping: () => jobs.isStopping,
      page: (owner, asked, patience) => jobs.events(owner, asked, patience),
    },
    (peer, { job }) => ownerOf(peer, job),
  );
}
