import { documentRoute } from '../language-door/http.ts';
import type { Receiver } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import type { Broker } from './broker.ts';

/** The broker's doors: documents over text, HTTP and WebSocket reach the same commands. */
export function brokerDoors(broker: Broker, limits: AnswerLimits) {
  const receive: Receiver = (document) => broker.receive(document);
  return {
    text: textConversation(receive),
    routes: [documentRoute('/broker', receive)],
    sockets: [documentSocket('/broker/ws', limits, receive)],
  };
}
