import {
  type Bounds,
  type Document,
  type Document1,
  defaultBounds,
  printDocument,
  printDocument1,
  readAnyDocuments,
} from '../grammar/index.ts';
import { failure } from '../protocol/catalogue.ts';
import { becauseReason } from '../protocol/why/declines.ts';
import { ServiceFailure } from './failure.ts';
import { type CallOptions, request, type ServiceAddress } from './http.ts';

/** A document of either version. */
export type AnyDocument = Document | Document1;

/**
 * How large a document may be that answers: a Tell has more than when it was told (In-reply-to, Event, Cursor,
 * Transport), and a Because says several things about each header of an Ask.
 */
export const answerBounds: Bounds = {
  ...defaultBounds,
  documentBytes: 16 * defaultBounds.documentBytes,
  headers: 16 * defaultBounds.headers,
  headerBytes: 4 * defaultBounds.headerBytes,
};

/** A service that takes documents over HTTP. */
export class DocumentClient {
  readonly #address: ServiceAddress;
  readonly #path: string;

  constructor(address: ServiceAddress, path: string) {
    this.#address = address;
    this.#path = path;
  }

  /** Sends a document; resolves with the documents that answer it, a Decline among them. */
  async send(document: AnyDocument, options: CallOptions = {}): Promise<AnyDocument[]> {
    const text = 'envelope' in document ? printDocument1(document) : printDocument(document);
    return readAnyDocuments(await this.#post(text, options), answerBounds).map((reading) => {
      if ('document' in reading) return reading.document;
      throw new ServiceFailure(failure('unavailable', `${this.#address.url} answers what is no document`));
    });
  }

  /** Tells; resolves when the service has the document on disk. A Decline is thrown as a failure `declined`. */
  async tell(document: AnyDocument, options: CallOptions = {}): Promise<void> {
    refuseDecline(await this.send(document, options));
  }

  /** Asks in version 0.1; resolves with the documents that answer. */
  async ask(document: Document, options: CallOptions = {}): Promise<Document[]> {
    return (await this.send(document, options)).map((answer) => {
      if (!('envelope' in answer)) return answer;
      throw new ServiceFailure(failure('unavailable', `${this.#address.url} answers in another version`));
    });
  }

  #post(body: string, { signal }: CallOptions): Promise<string> {
    return request(this.#address, this.#path, {
      method: 'POST',
      headers: { 'Content-Type': 'text/sla', Accept: 'text/sla' },
      body,
      signal: signal ?? null,
    });
  }
}

/** Throws a failure `declined` where an answer of version 1.0 is a Decline. */
export function refuseDecline(answers: readonly AnyDocument[]): void {
  const decline = answers.find((answer) => answer.action === 'Decline');
  if (decline !== undefined) throw refusalBy(decline);
}

/** What a Decline says, as a failure `declined`. */
export function refusalBy(decline: AnyDocument): ServiceFailure {
  const reason = decline.headers.find(({ name }) => name === 'Reason')?.value;
  const next = reason === undefined ? undefined : becauseReason(reason).next;
  const word = reason === undefined ? undefined : /^[a-z-]+/.exec(reason)?.[0];
  return new ServiceFailure({
    ...failure('declined', `declined: ${reason ?? 'no reason was given'}`, next),
    word,
  });
}
