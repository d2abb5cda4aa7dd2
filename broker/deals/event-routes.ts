import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import type { SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import { type DealEvent, dealEventQuery, dealEventSubscription } from '../../protocol/deals/deal.ts';
import { eventSocket } from '../event-socket.ts';
import { goneSignal } from '../jobs/paths.ts';
import { queryOf } from '../request.ts';
import type { DealEventPage, DealLog } from './events.ts';

/** `/broker/v1/deals/events`. `ownerOf` says of whose deals a request is told, and throws a Refusal where of nobody's. */
export function dealEventRoutes(
  deals: DealLog,
  ownerOf: (request: IncomingMessage, deal: string | undefined) => Promise<string>,
): Router {
  const router = Router();
  router.get('/broker/v1/deals/events', async (request, response) => {
    const { deal, wait, ...asked } = queryOf(request, dealEventQuery);
    const owner = await ownerOf(request, deal);
    const patience = { wait, signal: goneSignal(response) };
    response.json(shown(await deals.page(owner, { id: deal, ...asked }, patience)));
  });
  return router;
}

/** `/broker/v1/deals/events/ws`: the same as they happen, after one frame that says of which deal and after which cursor. */
export function dealEventSocket(
  deals: DealLog,
  ownerOf: (peer: SocketPeer, deal: string | undefined) => Promise<string>,
): SocketRoute {
  return eventSocket(
    {
      path: '/broker/v1/deals/events/ws',
      frame: dealEventSubscription,
      isStopping: () => deals.isStopping,
      page: async (owner, { deal, after }, patience) =>
        shown(await deals.page(owner, { id: deal, after }, patience)),
    },
    (peer, { deal }) => ownerOf(peer, deal),
  );
}

/** Without the documents: those are for Watches. */
function shown({ events, cursor }: DealEventPage): DealEventPage {
  const all = events.map(({ cursor, at, offer, agreement, kind, state, text }): DealEvent => {
    return { cursor, at, offer, agreement, kind, state, text };
  });
  return { events: all, cursor };
}
