import { setImmediate as turn } from 'node:timers/promises';
import type { Sender } from '../platform/doors/door.ts';
import type { SocketRoute } from '../platform/doors/http.ts';
import type { Line as Frames } from '../platform/doors/line.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { AnswerFrame, PushedFrame } from '../protocol/frames.ts';
import { answerBody } from './body.ts';
import { DocumentLine, type Writing } from './line.ts';
import type { LanguageDoor } from './receiver.ts';
import { printReply, type Reply, replyToJson } from './reply.ts';

/** Documents of a frame that are made at a stretch, so that the event loop stays free. */
const documentsATurn = 64;

/** A frame is made whole before it is sent, so it is bounded; HTTP and text answer piece by piece. */
export interface AnswerLimits {
  /** Characters of the headers of the documents of one answering frame. */
  readonly answerBytes: number;
}

/**
 * The language door over WebSocket: each frame is one document, as text or as a JSON object; each gets one answering
 * frame (`protocol/frames.ts`), in the order of the questions. What is pushed comes in frames of its own.
 */
export function documentSocket(path: string, { answerBytes }: AnswerLimits, door: LanguageDoor): SocketRoute {
  return {
    path,
    open({ sender }) {
      const asText = new FrameWriting(printReply, answerBytes);
      const asJson = new FrameWriting(replyToJson, answerBytes);
      let frames = 0;
      return {
        async receive(text, line) {
          frames += 1;
          const frame = frames;
          const isJson = text.trimStart().startsWith('{');
          const asked = { text, isJson, writing: isJson ? asJson : asText, sender, line };
          return JSON.stringify({ frame, ...(await answer(asked, door)) } satisfies AnswerFrame);
        },
      };
    },
  };
}

/** One frame that came. */
interface Asked {
  readonly text: string;
  readonly isJson: boolean;
  readonly writing: FrameWriting;
  readonly sender: Sender;
  readonly line: Frames;
}

async function answer(
  { text, isJson, writing, sender, line }: Asked,
  door: LanguageDoor,
): Promise<Omit<AnswerFrame, 'frame'>> {
  try {
    const documents = new DocumentLine(line, writing);
    const { replies, warnings } = await answerBody(text, isJson, sender, door, documents);
    const remarks = warnings.length === 0 ? {} : { warnings: [...warnings] };
    if (replies === undefined) return { ack: true, ...remarks };
    const isLong = replies.length > documentsATurn;
    return { documents: isLong ? await writing.longAnswer(replies) : writing.answer(replies), ...remarks };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, status, detail, next } = error;
    return { problem: { code, status, detail, ...(next === undefined ? {} : { next }) } };
  }
}

/** Documents as frames hold them, in one encoding. */
class FrameWriting implements Writing {
  readonly #written: (document: Reply) => PushedFrame['pushed'][number];
  readonly #most: number;

  constructor(written: (document: Reply) => PushedFrame['pushed'][number], answerBytes: number) {
    this.#written = written;
    this.#most = answerBytes;
  }

  /** The documents of an answering frame. Throws a Refusal where they are larger than one may be. */
  answer(documents: readonly Reply[]): PushedFrame['pushed'] {
    const written: PushedFrame['pushed'] = [];
    let size = 0;
    for (const document of documents) {
      const one = taken(document);
      size = this.#within(size, one);
      written.push(this.#written(one));
    }
    return written;
  }

  /** The same of many documents, made in several turns of the event loop. */
  async longAnswer(documents: readonly Reply[]): Promise<PushedFrame['pushed']> {
    const written: PushedFrame['pushed'] = [];
    let size = 0;
    for (const document of documents) {
      const one = taken(document);
      size = this.#within(size, one);
      written.push(this.#written(one));
      if (written.length % documentsATurn === 0) await turn();
    }
    return written;
  }

  checkAnswer(documents: readonly Reply[]): void {
    let size = 0;
    for (const document of documents) size = this.#within(size, taken(document));
  }

  /** The size of an answer with one document more. */
  #within(before: number, document: Reply): number {
    const size = before + sizeOf(document);
    if (size <= this.#most) return size;
    const detail = `the answer is larger than the ${this.#most} bytes that one frame holds`;
    throw new Refusal(failure('answer-too-large', detail));
  }

  /** As many documents to a frame as may stand in an answer, and at least one. */
  *pushed(documents: readonly Reply[]): Generator<string> {
    let pushed: PushedFrame['pushed'] = [];
    let size = 0;
    for (const document of documents) {
      const one = taken(document);
      size += sizeOf(one);
      if (size > this.#most && pushed.length > 0) {
        yield JSON.stringify({ pushed } satisfies PushedFrame);
        pushed = [];
        size = sizeOf(one);
      }
      pushed.push(this.#written(one));
    }
    if (pushed.length > 0) yield JSON.stringify({ pushed } satisfies PushedFrame);
  }
}

/** The headers of an answer may be made each time that they are asked for. */
function taken(document: Reply): Reply {
  return 'application' in document ? document : { headers: document.headers };
}

function sizeOf({ headers }: Reply): number {
  let size = 0;
  for (const { name, value } of headers) size += name.length + value.length;
  return size;
}
