import { type Request, Router } from 'express';
import { documentRoute } from '../language-door/http.ts';
import { type AnyDocument, languageDoor } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { nodeQuery } from '../protocol/nodes.ts';
import { type AgentSocketParts, agentSocket } from './agents/socket.ts';
import type { Infogather } from './infogather.ts';

/**
 * Infogather's doors: documents over text, HTTP and WebSocket, and what it knows of nodes as JSON; `agents` is what it
 * needs to meet agents over sockets of their own.
 */
export function infogatherDoors(
  infogather: Infogather,
  limits: AnswerLimits,
  agents?: Omit<AgentSocketParts, 'lines' | 'door'>,
) {
  const door = languageDoor((document, sender) => infogather.receive(document, sender));
  const registering = languageDoor(async (document, sender) => {
    if (registers(document)) return infogather.receive(document, sender);
    throw new Refusal(failure('wrong-service', 'agents tell and untell here, in version 1.0, and no more'));
  });
  return {
    text: textConversation(door),
    routes: [documentRoute('/infogather', door), nodeRoutes(infogather)],
    sockets: [
      documentSocket('/infogather/ws', limits, door),
      ...(agents === undefined
        ? []
        : [agentSocket({ ...agents, lines: infogather.agents, door: registering })]),
    ],
  };
}

function registers(document: AnyDocument): boolean {
  return 'envelope' in document && (document.action === 'Tell' || document.action === 'Untell');
}

function nodeRoutes(infogather: Infogather): Router {
  const router = Router();
  router.get('/infogather/v1/nodes', async (request, response) => {
    response.json(await infogather.nodes(queryOf(request)));
  });
  router.get('/infogather/v1/applications', async (_request, response) => {
    response.json({ applications: await infogather.applications() });
  });
  return router;
}

function queryOf(request: Request) {
  const query = nodeQuery.safeParse(request.query);
  if (query.success) return query.data;
  const [issue] = query.error.issues;
  throw new Refusal(failure('bad-query', `${issue?.path.join('.')}: ${issue?.message}`));
}
