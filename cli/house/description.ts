import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Router } from 'express';
import { openApi } from '../../protocol/openapi/document.ts';
import { schemasAsJson } from '../../protocol/openapi/schemas.ts';
import { description, topicsOf } from '../../protocol/openapi/services.ts';
import { descriptionPage, pageStyle } from './description-page.ts';

/** The page loads nothing and runs nothing; the only style is its own. */
const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /openapi.json` and `GET /docs`: what a door serves that has these services behind it, for programs and people. */
export function descriptionRoutes(names: readonly (keyof typeof topicsOf)[]): Router {
  const topics = [...names.flatMap((name) => topicsOf[name]), description];
  // Made once they are asked for, for most doors never are; in several turns, so that nobody waits for it.
  const describe = once(async () => {
    const schemas = schemasAsJson();
    await turn();
    return openApi(topics, schemas);
  });
  const json = once(async () => `${JSON.stringify(await describe())}\n`);
  const page = once(async () => {
    const described = await describe();
    await turn();
    return descriptionPage(topics, described);
  });
  const router = Router();
  router.get('/openapi.json', async (_request, response) => {
    response.type('application/json').send(await json());
  });
  router.get('/docs', async (_request, response) => {
    response.setHeader('Content-Security-Policy', pagePolicy);
    response.type('text/html').send(await page());
  });
  return router;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
