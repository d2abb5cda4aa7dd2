import { Router } from 'express';
import { reservationRequest } from '../../protocol/reservations.ts';
import { type UserCaller, userOf } from '../caller.ts';
import { bodyOf } from '../request.ts';
import type { Reservations } from './reservations.ts';

/** `/broker/v1/resources/{name}/reservations…`, for the owner of the resource. */
export function reservationRoutes(reservations: Reservations): Router {
  const router = Router();
  const path = '/broker/v1/resources/:name/reservations';
  router.post(path, async (request, response) => {
    const user = userOf(request, 'resources');
    const asked = bodyOf(request, reservationRequest);
    response.status(201).json(await reservations.reserve(whose(user), request.params.name, asked));
  });
  router.get(path, async (request, response) => {
    const user = userOf(request, 'read');
    response.json({ reservations: await reservations.list(whose(user), request.params.name) });
  });
  router.delete(`${path}/:id`, async (request, response) => {
    const user = userOf(request, 'resources');
    const { name, id } = request.params;
    const isGone = await reservations.release(whose(user), name, id);
    response.status(isGone ? 204 : 202).end();
  });
  return router;
}

/** Whose resources are concerned: everyone's where an administrator asks. */
function whose({ owner, isAdministrator }: UserCaller): string | undefined {
  return isAdministrator ? undefined : owner;
}
