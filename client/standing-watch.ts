import type { z } from 'zod';
import { type Document1, printDocument1, readAnyDocuments } from '../grammar/index.ts';
import { failure } from '../protocol/catalogue.ts';
import { answerFrame, pushedFrame } from '../protocol/frames.ts';
import { type AnyDocument, answerBounds, refusalBy, refuseDecline } from './documents.ts';
import { ServiceFailure } from './failure.ts';
import type { Frames } from './frames.ts';

/** A document that a Watch is sent. */
export interface Watched {
  readonly document: AnyDocument;
  /** What happened to a match: matched, changed or gone. Undefined in the first answer, and of an Ask for a broker. */
  readonly event: string | undefined;
  /**
   * Where the Watch can be taken up again after this document, without a gap or a repeat; undefined before the end of
   * the first answer.
   */
  readonly cursor: number | undefined;
}

/** One Watch, over one connection after the other. */
export class StandingWatch {
  readonly #watch: Pick<Document1, 'headers'>;
  readonly #connect: () => Promise<Frames>;
  #cursor: number | undefined; // of what was handed over last
  #frames: Frames | undefined;
  #isConnected = false; // ever
  #isAnswered = false; // ever
  #isGreeted = false; // over this connection
  #end: ServiceFailure | undefined;

  constructor(watch: Pick<Document1, 'headers'>, cursor: number | undefined, connect: () => Promise<Frames>) {
    this.#watch = watch;
    this.#cursor = cursor;
    this.#connect = connect;
  }

  /** To be called with each document before it is handed over. */
  handOver({ cursor }: Watched): void {
    this.#cursor = cursor;
  }

  /** Whether the Watch can go on over another connection after this error. */
  survives(error: unknown): boolean {
    if (this.#end !== undefined || !(error instanceof ServiceFailure) || error.status < 500) return false;
    return this.#isAnswered ? this.#cursor !== undefined : this.#isConnected;
  }

  /** What the next frame brings, which may be nothing; connects where need be. After an error it connects anew. */
  async next(): Promise<readonly Watched[]> {
    if (this.#end !== undefined) throw this.#end;
    try {
      this.#frames ??= await this.#ask();
      const frame = await this.#frames.next();
      return this.#isGreeted ? this.#events(frame) : this.#answer(frame);
    } catch (error) {
      this.#frames?.[Symbol.dispose]();
      this.#frames = undefined;
      throw error;
    }
  }

  async #ask(): Promise<Frames> {
    this.#isGreeted = false;
    const frames = await this.#connect();
    this.#isConnected = true;
    const headers = this.#watch.headers.filter(({ name }) => name !== 'Cursor');
    if (this.#cursor !== undefined) headers.push({ name: 'Cursor', value: `${this.#cursor}` });
    frames.send(printDocument1({ headers }));
    return frames;
  }

  #answer(frame: string): Watched[] {
    const { documents: texts = [], problem } = this.#parsed(answerFrame, frame);
    if (problem !== undefined) {
      const refusal = new ServiceFailure(problem);
      // One that passes, such as of a service that stops, is waited for only by a Watch that stood already.
      throw this.#isAnswered ? refusal : this.#ends(refusal);
    }
    const documents = this.#read(texts);
    refuseDecline(documents);
    const isTakenUp = this.#isAnswered;
    this.#isGreeted = true;
    this.#isAnswered = true;
    if (isTakenUp) return []; // an Ack, which the caller has no use for
    // The events that a Watch was taken up for are still to come, whatever cursor its Ack has.
    const from = this.#cursor;
    const begun = documents.findLast(({ action }) => action === 'Because' || action === 'Ack');
    return documents.map((document) => ({
      document,
      event: undefined,
      cursor: from ?? (document === begun ? cursorOf(document) : undefined),
    }));
  }

  #events(frame: string): Watched[] {
    const documents = this.#read(this.#parsed(pushedFrame, frame).pushed);
    // A Decline with a Cursor is a document of a deal; one without ends the Watch.
    const last = documents.findIndex(
      (document) => document.action === 'Decline' && cursorOf(document) === undefined,
    );
    if (last >= 0) this.#end = refusalBy(documents[last]!);
    return (last < 0 ? documents : documents.slice(0, last)).map((document) => ({
      document,
      event: headerOf(document, 'Event'),
      cursor: cursorOf(document) ?? this.#cursor,
    }));
  }

  #parsed<S extends z.ZodType>(schema: S, frame: string): z.output<S> {
    const result = schema.safeParse(jsonOf(frame));
    if (result.success) return result.data;
    throw this.#ends(notUnderstood());
  }

  #read(texts: readonly unknown[]): AnyDocument[] {
    return texts.map((text) => {
      const [reading] = typeof text === 'string' ? readAnyDocuments(text, answerBounds) : [];
      if (reading === undefined || !('document' in reading)) throw this.#ends(notUnderstood());
      return reading.document;
    });
  }

  /** To ask again would bring the same again. */
  #ends(refusal: ServiceFailure): ServiceFailure {
    this.#end = refusal;
    return refusal;
  }
}

/** By name, for a Tell of version 0.1 has them among the headers that it does not know. */
function headerOf({ headers }: AnyDocument, name: string): string | undefined {
  return headers.find((header) => header.name === name)?.value;
}

function cursorOf(document: AnyDocument): number | undefined {
  const said = headerOf(document, 'Cursor');
  return said === undefined || !/^\d+$/.test(said) ? undefined : Number(said);
}

function jsonOf(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}

function notUnderstood(): ServiceFailure {
  return new ServiceFailure(failure('unavailable', 'the service sends what cannot be understood'));
}
