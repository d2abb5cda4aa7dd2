import { Router } from 'express';
import { senderOf } from '../../platform/doors/http.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { jwtRequest, tokenRequest, userRequest } from '../../protocol/identities.ts';
import { callingUser, userOf } from '../caller.ts';
import { bodyOf } from '../request.ts';
import { bearerToken } from './entrance.ts';
import type { Identities } from './identities.ts';
import type { Jwts } from './jwts.ts';
import type { PageSessions } from './page-sessions.ts';
import { hashOf } from './store.ts';

/** `/broker/v1/users…`, `/broker/v1/tokens…` and `/broker/v1/key`: for administrators, and for each token about itself. */
export function identityRoutes(identities: Identities, jwts: Jwts, pages: PageSessions): Router {
  const router = Router();
  router.post('/broker/v1/users', async (request, response) => {
    const user = userOf(request, 'admin');
    const said = bodyOf(request, userRequest);
    await identities.addUser(user, said);
    response.status(201).json({ name: said.name });
  });
  router.get('/broker/v1/users', async (request, response) => {
    response.json({ users: await identities.users(callingUser(request)) });
  });
  router.delete('/broker/v1/users/:name', async (request, response) => {
    await identities.removeUser(callingUser(request), request.params.name);
    response.status(204).end();
  });
  router.post('/broker/v1/tokens', async (request, response) => {
    const user = userOf(request, 'admin');
    response.status(201).json(await identities.create(user, bodyOf(request, tokenRequest)));
  });
  router.get('/broker/v1/key', (request, response) => {
    callingUser(request);
    response.json({ key: jwts.publicKey });
  });
  router.post('/broker/v1/tokens/exchange', (request, response) => {
    const user = callingUser(request);
    response.status(201).json(jwts.exchange(user, bodyOf(request, jwtRequest)));
  });
  router.post('/broker/v1/session', (request, response) => {
    const { owner } = callingUser(request);
    const token = bearerToken(request.headers.authorization);
    if (token === undefined)
      throw new Refusal(failure('not-authenticated', 'a session is begun with a token'));
    response.setHeader('Set-Cookie', pages.begin(request, senderOf(request), owner, hashOf(token)));
    response.status(204).end();
  });
  router.delete('/broker/v1/session', (request, response) => {
    callingUser(request);
    response.setHeader('Set-Cookie', pages.end(request));
    response.status(204).end();
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
