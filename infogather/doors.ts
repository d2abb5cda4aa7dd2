import { Router } from 'express';
import { documentRoute } from '../language-door/http.ts';
import { type AnyDocument, languageDoor } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { nodeQuery } from '../protocol/nodes.ts';
import { type AgentSocketParts, agentSocket } from './agents/socket.ts';
import type { Infogather } from './infogather.ts';
import { queryOf, standingRoutes, standingSocket } from './nodes/routes.ts';

/**
 * Infogather's doors: documents over text, HTTP and WebSocket, and what it knows of nodes as JSON; `agents` is what it
 * needs to meet agents over sockets of their own.
 */
export function infogatherDoors(
  infogather: Infogather,
  limits: AnswerLimits,
  agents?: Omit<AgentSocketParts, 'lines' | 'door'>,
) {
  const door = languageDoor((document, sender, _text, line) => infogather.receive(document, sender, line));
  const registering = languageDoor(async (document, sender) => {
    if (registers(document)) return infogather.receive(document, sender);
    throw new Refusal(failure('wrong-service', 'agents tell and untell here, in version 1.0, and no more'));
  });
  return {
    text: textConversation(door),
    routes: [
      documentRoute('/infogather', door),
      nodeRoutes(infogather),
      standingRoutes(infogather.standings),
    ],
    sockets: [
      documentSocket('/infogather/ws', limits, door),
      standingSocket(infogather.standings),
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
    response.json(await infogather.nodes(queryOf(request, nodeQuery)));
  });
  router.get('/infogather/v1/applications', async (_request, response) => {
    response.json({ applications: await infogather.applications() });
  });
  return router;
}
