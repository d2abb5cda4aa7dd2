import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import type { PageKeys } from './keys.ts';
import type { LogRing } from './log-ring.ts';
import { pageScript } from './script.ts';
import { markup, style } from './static.ts';
import type { PagedNode } from './status.ts';
import { drainRequest, type LogView, type linkView, type StatusView } from './view.ts';
import type { Watchers } from './watchers.ts';

export interface PageParts {
  readonly nodes: readonly PagedNode[];
  readonly status: () => StatusView;
  readonly ring: LogRing;
  readonly watchers: Watchers;
  readonly keys: PageKeys;
}

/** Nothing of the page comes from elsewhere, runs inline, or is shown within another. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What every page of this machine may have: it holds nothing of anybody. */
const files: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  '/': { type: 'text/html', text: markup },
  '/page.css': { type: 'text/css', text: style },
  '/page.js': { type: 'text/javascript', text: pageScript },
};

/** Paths for which nobody needs to be known. */
export const openPaths = [...Object.keys(files), '/agent/v1/session'];

const sessionRequest = z.strictObject({ link: z.string().max(64) });
const linesQuery = z.object({ lines: z.coerce.number<string>().int().min(1).max(10_000).default(100) });

/** The page of an agent, and what it and the commands of its owner ask. */
export function pageRoutes({ nodes, status, ring, watchers, keys }: PageParts): Router {
  const router = Router();
  for (const [path, { type, text }] of Object.entries(files))
    router.get(path, (_request, response) => {
      response.setHeader('Content-Security-Policy', contentPolicy);
      response.setHeader('Referrer-Policy', 'no-referrer');
      response.setHeader('Content-Type', `${type}; charset=utf-8`);
      response.end(text);
    });
  router.get('/agent/v1/status', (_request, response) => void response.json(status()));
  router.get('/agent/v1/events', (_request, response) => watchers.add(response));
  router.get('/agent/v1/log', (request, response) => {
    const asked = linesQuery.safeParse(request.query);
    if (!asked.success) throw new Refusal(failure('bad-query', 'lines: is a whole number from 1 on'));
    response.json({ lines: ring.after(0, asked.data.lines) } satisfies LogView);
  });
  const changing =
    (change: (node: PagedNode) => Promise<void>) => async (request: Request, response: Response) => {
      const { resource } = bodyOf(request, drainRequest);
      const meant = nodes.filter((node) => resource === undefined || node.resource === resource);
      if (meant.length === 0)
        throw new Refusal(failure('not-found', `this agent serves no resource '${resource}'`));
      for (const node of meant) await change(node);
      watchers.wake();
      response.json(status());
    };
  router.post(
    '/agent/v1/drain',
    changing(({ agent }) => agent.drain()),
  );
  router.post(
    '/agent/v1/resume',
    changing(({ agent }) => agent.resume()),
  );
  router.post('/agent/v1/links', (request, response) => {
    bodyOf(request, z.strictObject({}));
    response.json({ link: keys.link() } satisfies z.output<typeof linkView>);
  });
  router.post('/agent/v1/session', (request, response) => {
    response.json({ token: keys.exchange(bodyOf(request, sessionRequest).link) });
  });
  return router;
}

/** What the body of a request says: in JSON, which no page of another site may send unasked. */
function bodyOf<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  const body: unknown = request.body;
  if (typeof body !== 'string' || request.is('application/json') === false)
    throw new Refusal(failure('unsupported-media-type', 'the body is to be application/json'));
  const said = schema.safeParse(parsedJson(body));
  if (said.success) return said.data;
  throw new Refusal(failure('bad-query', 'the body does not say what is to be done'));
}
