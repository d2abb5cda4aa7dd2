import { type Document1, type DocumentReader, type Party, partyOf } from '../grammar/index.ts';

/** Reads again what asks, in version 1.0, from the canonical text of what was read before: Asks, Whys and Watches. */
export class AskReader {
  readonly #reader: DocumentReader;

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  ask(text: string): Document1 {
    const reading = this.#reader.readAgain(text);
    if ('document' in reading && 'envelope' in reading.document) return reading.document;
    throw new Error(`this is no question of version 1.0: ${text}`);
  }

  party(text: string): Party {
    return partyOf(this.ask(text));
  }
}
