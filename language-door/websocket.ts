import type { Sender } from '../platform/doors/door.ts';
import type { SocketRoute } from '../platform/doors/http.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { AnswerFrame } from '../protocol/frames.ts';
import { answerBody } from './body.ts';
import type { Receiver, Repeats } from './receiver.ts';
import { printReply, type Reply, replyToJson } from './reply.ts';

/** A frame is made whole before it is sent, so it is bounded; HTTP and text answer piece by piece. */
export interface AnswerLimits {
  /** Characters of the headers of the documents of one answering frame. */
  readonly answerBytes: number;
}

/**
 * The language door over WebSocket: each frame is one document, as text or as a JSON object; each gets one answering
 * frame (`protocol/frames.ts`), in the order of the questions.
 */
export function documentSocket(
  path: string,
  limits: AnswerLimits,
  receive: Receiver,
  repeats?: Repeats,
): SocketRoute {
  return {
    path,
    open({ sender }) {
      let frames = 0;
      return {
        receive: async (text) => {
          frames += 1;
          return JSON.stringify({
            frame: frames,
            ...(await answer(text, sender, limits, receive, repeats)),
          } satisfies AnswerFrame);
        },
        closed() {},
      };
    },
  };
}

function checkSize(replies: readonly Reply[], most: number): void {
  let size = 0;
  for (const { headers } of replies) {
    for (const { name, value } of headers) size += name.length + value.length;
    if (size <= most) continue;
    const detail = `the answer is larger than the ${most} bytes that one frame holds`;
    throw new Refusal(failure('answer-too-large', detail));
  }
}

async function answer(
  text: string,
  sender: Sender,
  limits: AnswerLimits,
  receive: Receiver,
  repeats: Repeats | undefined,
): Promise<Omit<AnswerFrame, 'frame'>> {
  try {
    const asJson = text.trimStart().startsWith('{');
    const { replies, warnings } = await answerBody(text, asJson, sender, receive, repeats);
    const remarks = warnings.length === 0 ? {} : { warnings: [...warnings] };
    if (replies === undefined) return { ack: true, ...remarks };
    checkSize(replies, limits.answerBytes);
    return { documents: asJson ? replies.map(replyToJson) : replies.map(printReply), ...remarks };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, status, detail, next } = error;
    return { problem: { code, status, detail, ...(next === undefined ? {} : { next }) } };
  }
}
