import { Router } from 'express';
import { tokenRequest, userRequest } from '../../protocol/identities.ts';
import { callingUser } from '../caller.ts';
import { bodyOf } from '../request.ts';
import type { Identities } from './identities.ts';

/** `/broker/v1/users…` and `/broker/v1/tokens…`: for administrators, and for each token about itself. */
export function identityRoutes(identities: Identities): Router {
  const router = Router();
  router.post('/broker/v1/users', async (request, response) => {
    const user = callingUser(request);
    const { name } = bodyOf(request, userRequest);
    await identities.addUser(user, name);
    response.status(201).json({ name });
  });
  router.get('/broker/v1/users', async (request, response) => {
    response.json({ users: await identities.users(callingUser(request)) });
  });
  router.delete('/broker/v1/users/:name', async (request, response) => {
    await identities.removeUser(callingUser(request), request.params.name);
    response.status(204).end();
  });
  router.post('/broker/v1/tokens', async (request, response) => {
    const user = callingUser(request);
    response.status(201).json(await identities.create(user, bodyOf(request, tokenRequest)));
  });
  router.get('/broker/v1/tokens', async (request, response) => {
    response.json({ tokens: await identities.list(callingUser(request)) });
  });
  router.post('/broker/v1/tokens/:id/rotate', async (request, response) => {
    response.status(201).json(await identities.rotate(callingUser(request), request.params.id));
  });
  router.delete('/broker/v1/tokens/:id', async (request, response) => {
    await identities.revoke(callingUser(request), request.params.id);
    response.status(204).end();
  });
  return router;
}
