import type { Listen } from '../../platform/doors/door.ts';
import { type Said, sayer } from '../harness/messages.ts';
import { answerParent } from '../harness/program.ts';
import { closedLoop, type Loop, type OpenLane } from '../load/closed-loop.ts';
import { httpLane } from '../load/http.ts';
import { textLane } from '../load/text.ts';
import { websocketLane } from '../load/websocket.ts';

/** What is loaded, with what, and how hard. The reply is how many answers came a second. */
export interface LoadRequest extends Loop {
  readonly door: 'text' | 'http' | 'websocket';
  readonly to: Listen;
  /** Of HTTP and WebSocket. */
  readonly path: string;
  readonly said: Said;
  /** Documents a frame, of WebSocket; one unless given. */
  readonly together?: number;
}

answerParent<LoadRequest, number>((request) => closedLoop(laneOf(request), request));

function laneOf({ door, to, path, said, together }: LoadRequest): OpenLane {
  const say = sayer(said);
  switch (door) {
    case 'text':
      return textLane(to, say);
    case 'http':
      return httpLane(to, path, say);
    case 'websocket':
      return websocketLane(to, path, say, together);
  }
}
