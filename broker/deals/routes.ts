import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import type { SocketRoute } from '../../platform/doors/http.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import { dealQuery } from '../../protocol/deals/deal.ts';
import { type UserCaller, userOf } from '../caller.ts';
import { queryOf } from '../request.ts';
import type { Deals } from './deals.ts';
import { dealEventRoutes, dealEventSocket } from './event-routes.ts';
import { findDeal } from './store.ts';

/** Everybody's, as who lists deals says it. */
const everybody = '*';

/** `/broker/v1/deals…`: users see their own, administrators all. Documents go to `/broker`. */
export function dealRoutes(deals: Deals, store: Store): Router[] {
  const events = dealEventRoutes(deals.log, (request, deal) => followed(request, store, deal));
  const router = Router();
  router.get('/broker/v1/deals', async (request, response) => {
    const user = userOf(request, 'read');
    const { owner = user.owner, ...asked } = queryOf(request, dealQuery);
    if (owner !== user.owner && !user.isAdministrator)
      throw new Refusal(failure('not-allowed', 'deals of others are listed to administrators'));
    response.json(await deals.list({ whose: owner === everybody ? undefined : owner, ...asked }));
  });
  router.get('/broker/v1/deals/:id', async (request, response) => {
    response.json(await deals.get(userOf(request, 'read'), request.params.id));
  });
  router.get('/broker/v1/deals/:id/bill', async (request, response) => {
    response.json(await deals.bill(userOf(request, 'read'), request.params.id));
  });
  // Theirs is the more particular path.
  return [events, router];
}

/** Events of deals over WebSocket. */
export function dealSocket(deals: Deals, store: Store): SocketRoute {
  return dealEventSocket(deals.log, ({ request }, deal) => followed(request, store, deal));
}

/** Of whose deals somebody is told: administrators of those of the owner of one. */
async function followed(request: IncomingMessage, store: Store, deal: string | undefined): Promise<string> {
  const { owner, isAdministrator }: UserCaller = userOf(request, 'read');
  if (!isAdministrator || deal === undefined) return owner;
  return (await store.read((sql) => findDeal(sql, undefined, deal)))?.owner ?? owner;
}
