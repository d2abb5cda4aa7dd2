import { divided } from '../grammar/index.ts';
import type { AnySocketRoute, FramePart, SocketPeer } from '../platform/doors/http.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { frameDocuments } from '../protocol/frames.ts';
import { answerBody, answerJson, answerPassage, noDocument, parseJson } from './body.ts';
import { FrameAnswers, type FrameShape } from './frame-answers.ts';
import { FrameDocument, type HandOn } from './frame-document.ts';
import { FrameWriting } from './frame-writing.ts';
import type { Line } from './line.ts';
import type { LanguageDoor } from './receiver.ts';
import { printReply, replyToJson } from './reply.ts';

/** A frame is made whole before it is sent, so it is bounded; HTTP and text answer piece by piece. */
export interface AnswerLimits {
  /** Characters of the headers of the documents of one answering frame. */
  readonly answerBytes: number;
}

/**
 * The language door over WebSocket: each frame is one document or several, as text or in JSON; each gets one answering
 * frame (`protocol/frames.ts`), in the order of the questions. What is pushed comes in frames of its own.
 */
export function documentSocket(path: string, limits: AnswerLimits, door: LanguageDoor): AnySocketRoute {
  return { path, open: (peer) => new DocumentFrames(peer, limits, door) };
}

/** The frames of one connection. */
class DocumentFrames {
  readonly #peer: SocketPeer;
  readonly #door: LanguageDoor;
  readonly #most: number;
  readonly #asText: FrameWriting;
  readonly #asJson: FrameWriting;
  #frames = 0;

  constructor(peer: SocketPeer, { answerBytes }: AnswerLimits, door: LanguageDoor) {
    this.#peer = peer;
    this.#door = door;
    this.#most = answerBytes;
    this.#asText = new FrameWriting(printReply, answerBytes);
    this.#asJson = new FrameWriting(replyToJson, answerBytes);
  }

  split(text: string): readonly FramePart[] {
    this.#frames += 1;
    const { sender } = this.#peer;
    const door = this.#door;
    const opening = /^\s*([[{])/.exec(text)?.[1];
    const writing = opening === undefined ? this.#asText : this.#asJson;
    const one = (handOn: HandOn) => this.#parts('one', [{ handOn, characters: text.length }], writing);
    try {
      if (opening === '[') {
        const objects = checkCount(objectsIn(text));
        const characters = Math.ceil(text.length / objects.length);
        const sent = objects.map((json) => ({
          characters,
          handOn: (line: Line) => answerJson(json, sender, door, line),
        }));
        return this.#parts('several', sent, writing);
      }
      const passages = opening === undefined ? checkCount(divided(text, frameDocuments)) : [];
      if (passages.length < 2) return one((line) => answerBody(text, opening === '{', sender, door, line));
      const sent = passages.map((passage) => ({
        characters: passage.length,
        handOn: (line: Line) => answerPassage(passage, sender, door, line),
      }));
      return this.#parts('several', sent, writing);
    } catch (error) {
      return one(() => {
        throw error;
      });
    }
  }

  #parts(shape: FrameShape, sent: readonly Sent[], writing: FrameWriting): readonly FramePart[] {
    const answers = new FrameAnswers(this.#frames, shape, sent.length, this.#most);
    const { fail } = this.#peer;
    const last = sent.length - 1;
    return sent.map(
      ({ handOn, characters }, index) =>
        new FrameDocument({ handOn, characters, index, isLast: index === last, answers, writing, fail }),
    );
  }
}

/** A document of a frame, as it came. */
interface Sent {
  readonly handOn: HandOn;
  readonly characters: number;
}

function objectsIn(text: string): readonly unknown[] {
  const objects = parseJson(text) as readonly unknown[];
  if (objects.length === 0) throw new Refusal(noDocument());
  return objects;
}

/** A frame of more documents than it may hold is refused as a whole. */
function checkCount<D>(documents: readonly D[]): readonly D[] {
  if (documents.length <= frameDocuments) return documents;
  const detail = `a frame holds at most ${frameDocuments} documents, and this one has more`;
  throw new Refusal(failure('too-many-documents', detail));
}
