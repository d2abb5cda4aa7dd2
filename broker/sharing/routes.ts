import { Router } from 'express';
import { groupRequest, membersRequest, shareRequest } from '../../protocol/sharing.ts';
import { userOf } from '../caller.ts';
import { bodyOf } from '../request.ts';
import type { Sharing } from './sharing.ts';

/** `/broker/v1/groups…` for administrators, and `/broker/v1/resources/{name}/share` and `…/unshare` for owners. */
export function sharingRoutes(sharing: Sharing): Router {
  const router = Router();
  for (const word of ['share', 'unshare'] as const)
    router.post(`/broker/v1/resources/:name/${word}`, async (request, response) => {
      const user = userOf(request, 'resources');
      await sharing[word](user, request.params.name, bodyOf(request, shareRequest).with);
      response.status(204).end();
    });
  router.post('/broker/v1/groups', async (request, response) => {
    const user = userOf(request, 'admin');
    const { name } = bodyOf(request, groupRequest);
    await sharing.addGroup(user, name);
    response.status(201).json({ name, members: [] });
  });
  router.get('/broker/v1/groups', async (request, response) => {
    userOf(request, 'admin');
    response.json({ groups: await sharing.groups() });
  });
  router.delete('/broker/v1/groups/:name', async (request, response) => {
    await sharing.removeGroup(userOf(request, 'admin'), request.params.name);
    response.status(204).end();
  });
  for (const [word, verb] of [
    ['add', 'addMembers'],
    ['remove', 'removeMembers'],
  ] as const)
    router.post(`/broker/v1/groups/:name/${word}`, async (request, response) => {
      const user = userOf(request, 'admin');
      await sharing[verb](user, request.params.name, bodyOf(request, membersRequest).users);
      response.status(204).end();
    });
  return router;
}
