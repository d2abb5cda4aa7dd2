/**
 * The SLA language: what programs outside this folder may use. Bytes go through a Scanner, what it frames through
 * readDocument; documents come back as text through printDocument. JSON goes through fromJson and toJson.
 * All of it is pure and runs in a browser too.
 */
export { type Bounds, defaultBounds } from './bounds.ts';
export {
  annotatedDiagnostic,
  type Diagnostic,
  type DiagnosticCode,
  diagnosticCodes,
  diagnosticLines,
  diagnosticSentence,
  type Position,
} from './diagnostics.ts';
export type {
  Action,
  Address,
  Document,
  Header,
  Language,
  ResourceAsk,
  ResourceTell,
  SlaAsk,
  SlaTell,
} from './document.ts';
export type { Framed, FramedDocument, FramedRefusal } from './frame.ts';
export { fromJson, type JsonDocument, toJson } from './json.ts';
export { resourceAsk, resourceTell, slaAsk, slaTell, withHost, withLoad } from './make.ts';
export { betterRegistration, matchesResource, matchesSla } from './match.ts';
export { nearest } from './near.ts';
export { printDocument, printDocuments } from './print.ts';
export { type Reading, readDocument } from './read.ts';
export { Scanner, scan } from './scanner.ts';
export type { Source } from './source.ts';
export { formatAddress, parseAddress } from './values.ts';
export { type Term, type TermName, vocabulary } from './vocabulary.ts';
export { readDocuments } from './whole.ts';
