import { documentRoute } from '../language-door/http.ts';
import { languageDoor } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import type { Market } from './market.ts';
import { priceRoutes } from './prices/routes.ts';

/** The market's doors: documents over text, HTTP and WebSocket reach the same commands; prices stand there as JSON. */
export function marketDoors(market: Market, limits: AnswerLimits) {
  const door = languageDoor(
    (document, sender, text, line) => market.receive(document, sender, text, line),
    (text, sender) => market.repeat(text, sender),
  );
  return {
    text: textConversation(door),
    routes: [documentRoute('/market', door), priceRoutes(market.prices)],
    sockets: [documentSocket('/market/ws', limits, door)],
  };
}
