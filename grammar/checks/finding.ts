import type { DiagnosticCode } from '../diagnostics.ts';
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

/** One pass over a document. */
export type Check = (document: Document1) => Finding[];

/** The tests of a document, each with the place of its header. */
export function testsOf({
  headers,
  party,
}: Document1): { readonly test: PartyTest; readonly header: number }[] {
  let from = 0;
  return (party?.tests ?? []).map((test) => {
    const header = headers.findIndex(
      ({ name, value }, index) => index >= from && `${name}: ${value}` === test.header,
    );
    from = header + 1;
    return { test, header };
  });
}
