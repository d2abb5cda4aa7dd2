import { type Document, printDocument, readDocuments } from '../grammar/index.ts';
import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';
import { type CallOptions, request, type ServiceAddress } from './http.ts';

/** A service that takes documents over HTTP. */
export class DocumentClient {
  readonly #address: ServiceAddress;
  readonly #path: string;

  constructor(address: ServiceAddress, path: string) {
    this.#address = address;
    this.#path = path;
  }

  /** Tells; resolves when the service has the document on disk. */
  async tell(document: Document, options: CallOptions = {}): Promise<void> {
    await this.#post(printDocument(document), options);
  }

  /** Asks; resolves with the documents that answer. */
  async ask(document: Document, options: CallOptions = {}): Promise<Document[]> {
    return readDocuments(await this.#post(printDocument(document), options)).map((reading) => {
      if ('document' in reading) return reading.document;
      throw new ServiceFailure(failure('unavailable', `${this.#address.url} answers what is no document`));
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
