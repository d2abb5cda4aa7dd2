import { documentRoute } from '../language-door/http.ts';
import type { Receiver } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { documentSocket } from '../language-door/websocket.ts';
import type { Market } from './market.ts';

/** The market's doors: documents over text, HTTP and WebSocket reach the same commands. */
export function marketDoors(market: Market) {
  const receive: Receiver = (document) => market.receive(document);
  return {
    text: textConversation(receive),
    routes: [documentRoute('/market', receive)],
    sockets: [documentSocket('/market/ws', receive)],
  };
}
