import { setImmediate as turn } from 'node:timers/promises';
import type { FramePart } from '../platform/doors/http.ts';
import type { Line as Frames } from '../platform/doors/line.ts';
import { Refusal } from '../platform/failure.ts';
import type { DocumentAnswer } from '../protocol/frames.ts';
import type { FrameAnswers } from './frame-answers.ts';
import { type Framed, type FrameWriting, sizeOf, taken } from './frame-writing.ts';
import { DocumentLine, type Line, type Writing } from './line.ts';
import type { Answered } from './receiver.ts';
import type { Reply } from './reply.ts';

/** Documents of an answer that are made at a stretch, so that the event loop stays free. */
const documentsATurn = 64;

/** Hands a document on to whom it is for; what is refused before that is thrown as a Refusal. */
export type HandOn = (line: Line) => Answered;

/** One document of a frame, and its place in the answer. */
export class FrameDocument implements FramePart, Writing {
  readonly characters: number;
  readonly isLast: boolean;
  readonly #handOn: HandOn;
  readonly #index: number;
  readonly #answers: FrameAnswers;
  readonly #writing: FrameWriting;
  readonly #fail: (error: unknown) => void;
  /** Room that is kept for the answer, in characters of headers, and what of it is written. */
  #room = 0;
  #size = 0;

  constructor(sent: {
    readonly handOn: HandOn;
    readonly characters: number;
    readonly index: number;
    readonly isLast: boolean;
    readonly answers: FrameAnswers;
    readonly writing: FrameWriting;
    /** Told of what is no Refusal; ends the connection. */
    readonly fail: (error: unknown) => void;
  }) {
    this.characters = sent.characters;
    this.isLast = sent.isLast;
    this.#handOn = sent.handOn;
    this.#index = sent.index;
    this.#answers = sent.answers;
    this.#writing = sent.writing;
    this.#fail = sent.fail;
  }

  async begin(line: Frames): Promise<string | undefined> {
    let answer = '';
    let warnings: readonly string[] = [];
    try {
      const answered = this.#handOn(new DocumentLine(line, this));
      warnings = answered.warnings;
      const documents = await answered.replies;
      const said = answered.isSilent ? undefined : this.#written(documents);
      answer = withWarnings(printed(said instanceof Promise ? await said : said), warnings);
    } catch (error) {
      if (error instanceof Refusal) answer = withWarnings(refused(error), warnings);
      else this.#fail(error);
      this.#keepRoom(0);
    }
    this.#answers.take(this.#index, answer);
    return this.isLast ? this.#answers.whole() : undefined;
  }

  pushed(documents: readonly Reply[]): Iterable<string> {
    return this.#writing.pushed(documents);
  }

  /** What is answered beside it is not to take the room that they need. */
  checkAnswer(documents: readonly Reply[]): void {
    let size = 0;
    for (const document of documents) {
      size += sizeOf(taken(document));
      this.#keepRoom(Math.max(this.#room, size));
    }
  }

  #written(documents: readonly Reply[]): Framed[] | Promise<Framed[]> {
    if (documents.length > documentsATurn) return this.#writtenLong(documents);
    return documents.map((document) => this.#write(document));
  }

  /** Many are made in several turns of the event loop. */
  async #writtenLong(documents: readonly Reply[]): Promise<Framed[]> {
    const written: Framed[] = [];
    for (const document of documents) {
      written.push(this.#write(document));
      if (written.length % documentsATurn === 0) await turn();
    }
    return written;
  }

  /** One more document of the answer, as it stands there. Throws a Refusal where there is no room for it. */
  #write(document: Reply): Framed {
    const one = taken(document);
    this.#size += sizeOf(one);
    this.#keepRoom(Math.max(this.#room, this.#size));
    return this.#writing.write(one);
  }

  #keepRoom(size: number): void {
    this.#answers.keepRoom(this.#room, size);
    this.#room = size;
  }
}

/** The members of an answer by documents; where there are none it is that the question was taken. */
function printed(documents: Framed[] | undefined): string {
  return documents === undefined ? '"ack":true' : `"documents":${JSON.stringify(documents)}`;
}

function withWarnings(said: string, warnings: readonly string[]): string {
  return warnings.length === 0 ? said : `${said},"warnings":${JSON.stringify(warnings)}`;
}

/** The member of the answer to what was refused. */
function refused({ code, status, detail, next }: Refusal): string {
  const problem: DocumentAnswer['problem'] = {
    code,
    status,
    detail,
    ...(next === undefined ? {} : { next }),
  };
  return `"problem":${JSON.stringify(problem)}`;
}
