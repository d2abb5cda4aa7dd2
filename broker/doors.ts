import { documentRoute } from '../language-door/http.ts';
import { languageDoor } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import type { Broker } from './broker.ts';
import type { Work } from './work.ts';

/** The broker's doors: documents over text, HTTP and WebSocket reach the same commands; its work goes over the latter two. */
export function brokerDoors(
  broker: Broker,
  limits: AnswerLimits,
  work?: Pick<Work, 'routes' | 'sockets' | 'entrance'>,
) {
  const door = languageDoor(async (document, sender, _text, line) =>
    broker.receive(document, await work?.entrance.userBy(sender), line),
  );
  return {
    text: textConversation(door),
    routes: [documentRoute('/broker', door), ...(work?.routes() ?? [])],
    sockets: [documentSocket('/broker/ws', limits, door), ...(work?.sockets() ?? [])],
  };
}
