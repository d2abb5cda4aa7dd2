import { printDocument, toJson } from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import type { SocketRoute } from '../platform/doors/http.ts';
import { Refusal } from '../platform/failure.ts';
import type { AnswerFrame } from '../protocol/frames.ts';
import { parse } from './http.ts';
import type { Receiver } from './receiver.ts';

/**
 * The language door over WebSocket: each frame is one document, as text or as a JSON object; each gets one answering
 * frame (`protocol/frames.ts`), in the order of the questions.
 */
export function documentSocket(path: string, receive: Receiver): SocketRoute {
  return {
    path,
    open({ sender }) {
      let frames = 0;
      return {
        receive: async (text) => {
          frames += 1;
          return JSON.stringify({
            frame: frames,
            ...(await answer(receive, text, sender)),
          } satisfies AnswerFrame);
        },
        closed() {},
      };
    },
  };
}

async function answer(receive: Receiver, text: string, sender: Sender): Promise<Omit<AnswerFrame, 'frame'>> {
  try {
    const asJson = text.trimStart().startsWith('{');
    const document = parse(text, asJson);
    const answers = await receive(document, sender);
    if (document.action === 'Tell') return { ack: true };
    return { documents: asJson ? answers.map(toJson) : answers.map(printDocument) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, status, detail, next } = error;
    return { problem: { code, status, detail, ...(next === undefined ? {} : { next }) } };
  }
}
