import type { Bounds } from '../bounds.ts';
import type { Finding } from '../checks/finding.ts';
import { boundedDiagnostics, type Diagnostic, type Position } from '../diagnostics.ts';
import { positionAt, type Source, valuePosition } from '../source.ts';
import type { Document1 } from './document.ts';
import type { Place } from './order.ts';

/** What is likely wrong with a document of version 1.x: `findingsOf` of checks/, or nothing. */
export type Findings = (document: Document1) => readonly Finding[];

export type Reading1 =
  | { readonly document: Document1; readonly warnings: readonly Diagnostic[] }
  | { readonly diagnostics: readonly Diagnostic[] };

/** A document that may stand, with what is likely wrong with it; `places` are those of its headers in the source. */
export function withWarnings(
  document: Document1,
  findings: Findings,
  places: readonly Place[],
  source: Source | undefined,
  { diagnostics: most }: Bounds,
): Reading1 {
  const found = findings(document);
  if (found.length === 0) return { document, warnings: [] };
  const warnings = found.map(({ code, message, header, isName, at = 0 }, count): Diagnostic => {
    const place = places[header];
    // Beyond the bound only their number is said.
    const position =
      count > most ? undefined : positionOf(source, place?.index ?? 0, isName ? undefined : at);
    return { severity: 'warning', code, message, header: place?.word.printed, position };
  });
  return { document, warnings: boundedDiagnostics(warnings, most) };
}

/** Where a header stands in the source, or the character `inValue` of its value. */
export function positionOf(
  source: Source | undefined,
  index: number,
  inValue: number | undefined,
): Position | undefined {
  if (source === undefined) return undefined;
  if (inValue !== undefined) return valuePosition(source, index, inValue);
  return positionAt(source, source.offsets[index] ?? 0);
}
