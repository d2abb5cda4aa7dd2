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
        receive(text, line) {
          frames += 1;
          const isJson = /^\s*\{/.test(text);
          return answer(
            { frame: frames, text, isJson, writing: isJson ? asJson : asText, sender, line },
            door,
          );
        },
      };
    },
  };
}

/** One frame that came. */
interface Asked {
  /** Its number. */
  readonly frame: number;
  readonly text: string;
  readonly isJson: boolean;
  readonly writing: FrameWriting;
  readonly sender: Sender;
  readonly line: Frames;
}

async function answer(asked: Asked, door: LanguageDoor): Promise<string> {
  const { frame, text, isJson, writing, sender, line } = asked;
  try {
    const { isSilent, warnings, replies } = answerBody(
      text,
      isJson,
      sender,
      door,
      new DocumentLine(line, writing),
    );
    const documents = await replies;
    const remarks = warnings.length === 0 ? {} : { warnings: [...warnings] };
    if (isSilent) return printed({ frame, ack: true, ...remarks });
    const isLong = documents.length > documentsATurn;
    const written = isLong ? await writing.longAnswer(documents) : writing.answer(documents);
    return printed({ frame, documents: written, ...remarks });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, status, detail, next } = error;
    return printed({ frame, problem: { code, status, detail, ...(next === undefined ? {} : { next }) } });
  }
}

function printed(frame: AnswerFrame): string {
  return JSON.stringify(frame);
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
