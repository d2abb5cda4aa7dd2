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
}

/** One pass over a document. Of several tests each is placed once, so they are passed in. */
export type Check = (document: Document1, tests: readonly PlacedTest[]) => readonly Finding[];

/** A test of a document, and which of its headers it is. */
export interface PlacedTest {
  readonly test: PartyTest;
  readonly header: number;
}

/** The tests of a document in their order, which is that of their headers. */
export function testsOf({ headers, party }: Document1): readonly PlacedTest[] {
  const placed: PlacedTest[] = [];
  const tests = party?.tests ?? [];
  for (let header = 0; header < headers.length; header += 1) {
    const test = tests[placed.length];
    if (test === undefined) break;
    const { name, value } = headers[header] as Header;
    // Most headers are told apart by their length alone.
    if (test.header.length !== name.length + value.length + 2) continue;
    if (test.header === `${name}: ${value}`) placed.push({ test, header });
  }
  return placed;
}
