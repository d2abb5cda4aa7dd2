import { documentRoute } from '../language-door/http.ts';
import type { Receiver, Repeats } from '../language-door/receiver.ts';
import { textConversation } from '../language-door/text.ts';
import { type AnswerLimits, documentSocket } from '../language-door/websocket.ts';
import type { Market } from './market.ts';

/** The market's doors: documents over text, HTTP and WebSocket reach the same commands. */
export function marketDoors(market: Market, limits: AnswerLimits) {
  const receive: Receiver = (document, sender, text, line) => market.receive(document, sender, text, line);
  const repeats: Repeats = (text, sender) => market.repeat(text, sender);
  return {
    text: textConversation(receive, repeats),
    routes: [documentRoute('/market', receive, repeats)],
    sockets: [documentSocket('/market/ws', limits, receive, repeats)],
  };
}
