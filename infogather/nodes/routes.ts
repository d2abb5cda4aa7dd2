import type { ServerResponse } from 'node:http';
import { type Request, Router } from 'express';
import type { z } from 'zod';
import type { SocketRoute } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import {
  nodeEventQuery,
  nodeEventSubscription,
  nodeHistoryQuery,
  nodeMessageQuery,
  nodeStatusQuery,
} from '../../protocol/node-events.ts';
import type { Nodes } from './nodes.ts';

/** For how long, in seconds, one look for news waits; then the next one does. */
const waitSeconds = 60;

/** As RFC 6455, 7.4.1. */
const policyViolation = 1008;
const internalError = 1011;

/** How nodes stand and stood, over HTTP as JSON. */
export function standingRoutes(nodes: Nodes): Router {
  const router = Router();
  const base = '/infogather/v1/states';
  router.get(base, async (request, response) => {
    response.json(await nodes.states(queryOf(request, nodeStatusQuery)));
  });
  router.get(`${base}/:node`, async (request, response) => {
    response.json(await nodes.state(nodeIn(request)));
  });
  router.get(`${base}/:node/history`, async (request, response) => {
    const { since } = queryOf(request, nodeHistoryQuery);
    response.json(await nodes.historyOf(nodeIn(request), since));
  });
  router.get(`${base}/:node/messages`, async (request, response) => {
    const { level, before } = queryOf(request, nodeMessageQuery);
    response.json(await nodes.messagesOf(nodeIn(request), level, before));
  });
  router.get('/infogather/v1/events', async (request, response) => {
    const { wait, ...asked } = queryOf(request, nodeEventQuery);
    response.json(await nodes.statesAfter(asked, { wait, signal: goneSignal(response) }));
  });
  return router;
}

/**
 * `/infogather/v1/events/ws`: a frame says after which cursor, and of which node or all; from then on pages of events
 * come, as fast as they are read.
 */
export function standingSocket(nodes: Nodes): SocketRoute {
  return {
    path: '/infogather/v1/events/ws',
    open(peer) {
      let isFollowing = false;
      return {
        async receive(text, line) {
          const asked = checked(parsedJson(text), nodeEventSubscription, 'the frame');
          if (isFollowing)
            throw new Refusal(
              failure('bad-request', 'this connection follows events already; open another one'),
            );
          isFollowing = true;
          void follow(nodes, asked, line).catch((error: unknown) => {
            const why = error instanceof Refusal ? sentence(error) : 'the events cannot be read';
            peer.close(error instanceof Refusal ? policyViolation : internalError, why);
          });
          return undefined;
        },
      };
    },
  };
}

async function follow(
  nodes: Nodes,
  { node, after }: z.output<typeof nodeEventSubscription>,
  line: Line,
): Promise<void> {
  const release = line.hold();
  try {
    let cursor = after;
    while (!line.closed.aborted && !nodes.isStopping) {
      const page = await nodes.statesAfter(
        { node, after: cursor },
        { wait: waitSeconds, signal: line.closed },
      );
      cursor = page.cursor;
      if (page.events.length > 0) await line.push([JSON.stringify(page)]);
    }
  } finally {
    release();
  }
}

/** What the query of a request says. Throws a Refusal `bad-query`. */
export function queryOf<S extends z.ZodType>({ query }: Pick<Request, 'query'>, schema: S): z.output<S> {
  return checked(query, schema, 'the query');
}

function checked<S extends z.ZodType>(given: unknown, schema: S, what: string): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(failure('bad-query', `${issue?.path.join('.') || what}: ${issue?.message}`));
}

function nodeIn({ params }: Request): number {
  const { node } = params;
  if (typeof node === 'string' && /^\d{1,15}$/.test(node)) return Number(node);
  throw new Refusal(failure('not-found', 'a node is asked for by its number'));
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return gone.signal;
}
