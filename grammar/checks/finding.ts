import type { DiagnosticCode } from '../diagnostics.ts';
import type { Header } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import type { PartyTest } from '../documents/model.ts';

/** What is likely wrong with a document that can be read. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Which of the document's headers it is about. */
  readonly header: number;
  /** Whether it is about the header's name, and not its value. */
  readonly isName?: boolean;
  /** Where in the value it is, in UTF-16 units from its beginning as it was sent; absent where it is about all of it. */
  readonly at?: number;
}

/** One pass over a document. */
export type Check = (document: Document1, tests: PlacedTests) => readonly Finding[];

/** The tests of a document in their order, which is that of their headers. */
export class PlacedTests {
  readonly #headers: readonly Header[];
  readonly all: readonly PartyTest[];
  #places: readonly number[] | undefined;

  constructor({ headers, party }: Document1) {
    this.#headers = headers;
    this.all = party?.tests ?? [];
  }

  /** Which of the headers a test is. They are looked for when something is to be said of one. */
  headerOf(index: number): number {
    this.#places ??= this.#found();
    return this.#places[index] ?? 0;
  }

  #found(): readonly number[] {
    const places: number[] = [];
    for (let header = 0; header < this.#headers.length; header += 1) {
      const test = this.all[places.length];
      if (test === undefined) break;
      const { name, value } = this.#headers[header] as Header;
      // Most headers are told apart by their length alone.
      if (test.header.length !== name.length + value.length + 2) continue;
      if (test.header === `${name}: ${value}`) places.push(header);
    }
    return places;
  }
}
