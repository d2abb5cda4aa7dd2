import { documentRoute } from '../language-door/http.ts';
import { languageDoor } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import type { Broker } from './broker.ts';

/** The broker's doors: documents over text, HTTP and WebSocket reach the same commands. */
export function brokerDoors(broker: Broker, limits: AnswerLimits) {
  const door = languageDoor((document) => broker.receive(document));
  return {
    text: textConversation(door),
    routes: [documentRoute('/broker', door)],
    sockets: [documentSocket('/broker/ws', limits, door)],
  };
}
