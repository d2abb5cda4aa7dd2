import { findingsOf } from '../../../grammar/checks/index.ts';
import type { Document1 } from '../../../grammar/documents/document.ts';
import { FactList } from '../../../grammar/documents/fact-list.ts';
import type { Party } from '../../../grammar/documents/model.ts';
import { PlainTest } from '../../../grammar/documents/plain-test.ts';
import { type AnyReading, readAnyDocument } from '../../../grammar/documents/read.ts';
import {
  annotatedDiagnostic,
  defaultBounds,
  diagnosticLines,
  diagnosticSentence,
  scan,
} from '../../../grammar/index.ts';

export const tellHead = 'SLA-version: 1.0\nAction: Tell\nId: t1\nBroker-IP: 127.0.0.1:7685\n';
export const askHead = 'SLA-version: 1.0\nAction: Ask\nId: a1\n';

/** What becomes of a text with one document in it, its likely faults among the warnings. */
export function readingOf(text: string): AnyReading {
  const [first, ...rest] = scan(text).map((framed) => readAnyDocument(framed, defaultBounds, findingsOf));
  if (first === undefined || rest.length > 0) throw new Error('one document, please');
  return first;
}

/** The document of version 1.x of a text. */
export function documentOf(text: string): Document1 {
  const reading = readingOf(text);
  if (!('document' in reading)) throw new Error(diagnosticLines(reading.diagnostics));
  if (!('envelope' in reading.document)) throw new Error('version 1.x, please');
  return reading.document;
}

export function partyOf(text: string): Party {
  const { party } = documentOf(text);
  if (party === undefined) throw new Error('a Tell or an Ask, please');
  return party;
}

/** What stands in JSON for what JSON cannot hold, or what is made when somebody asks for it. */
export function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof FactList) return [...value];
  if (!(value instanceof PlainTest)) return value;
  const { name, spelled, test, header, negotiable } = value;
  return { name, spelled, test, header, negotiable };
}

/** What is said about a text: the sentences of its errors and warnings. */
export function sentencesOf(text: string): string[] {
  const reading = readingOf(text);
  return ('document' in reading ? reading.warnings : reading.diagnostics).map(diagnosticSentence);
}

/** The same as a terminal shows it. */
export function shownOf(text: string): string {
  const reading = readingOf(text);
  return ('document' in reading ? reading.warnings : reading.diagnostics).map(annotatedDiagnostic).join('');
}
