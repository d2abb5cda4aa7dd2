import { Router } from 'express';
import { enrolRequest, resourceRequest } from '../../protocol/resources.ts';
import { type UserCaller, userOf } from '../caller.ts';
import { bodyOf } from '../request.ts';
import type { Resources } from './resources.ts';

/** `/broker/v1/resources…` for owners, and `/broker/v1/enrol` for agents that are yet unknown. */
export function resourceRoutes(resources: Resources): Router {
  const router = Router();
  router.post('/broker/v1/resources', async (request, response) => {
    const { owner } = userOf(request, 'resources');
    const { name, another } = bodyOf(request, resourceRequest);
    response.status(201).json(await (another ? resources.addAgent(owner, name) : resources.add(owner, name)));
  });
  router.get('/broker/v1/resources', async (request, response) => {
    response.json({ resources: await resources.list(userOf(request, 'read')) });
  });
  for (const [word, draining] of [
    ['drain', true],
    ['resume', false],
  ] as const)
    router.post(`/broker/v1/resources/:name/${word}`, async (request, response) => {
      await resources.drain(whose(userOf(request, 'resources')), request.params.name, draining);
      response.status(204).end();
    });
  router.delete('/broker/v1/resources/:name', async (request, response) => {
    await resources.remove(whose(userOf(request, 'resources')), request.params.name);
    response.status(204).end();
  });
  router.post('/broker/v1/enrol', async (request, response) => {
    const { secret, key } = bodyOf(request, enrolRequest);
    response.json(await resources.enrol(secret, key));
  });
  return router;
}

/** Whose resources are concerned: everyone's where an administrator asks. */
function whose({ owner, isAdministrator }: UserCaller): string | undefined {
  return isAdministrator ? undefined : owner;
}
