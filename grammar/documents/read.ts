import { type Bounds, defaultBounds } from '../bounds.ts';
import { type Diagnostic, quoted } from '../diagnostics.ts';
import type { Document, Header, Language } from '../document.ts';
import type { Framed } from '../frame.ts';
import { readHeaders } from '../read.ts';
import { scan } from '../scanner.ts';
import { type Source, valuePosition } from '../source.ts';
import { languageOf } from '../vocabulary.ts';
import type { Document1 } from './document.ts';
import { type Findings, Reader } from './reader.ts';

/** A document of any version that is read here, or what keeps it from being one. */
export type AnyReading =
  | { readonly document: Document | Document1; readonly warnings: readonly Diagnostic[] }
  | {
      readonly diagnostics: readonly Diagnostic[];
      /** There where the document is of a version that is not read here: what a Decline answers to. */
      readonly unread?: Unread;
    };

/** What can be told of a document of another version. */
export interface Unread {
  readonly language: Language;
  readonly version: string;
  readonly id: string | undefined;
}

/**
 * Reads a framed document of version 0.1 or 1.x. What the scanner refused stays refused. `findings` adds warnings
 * about what is likely wrong with one of version 1.x, which costs more than reading it.
 */
export function readAnyDocument(
  framed: Framed,
  bounds: Bounds = defaultBounds,
  findings: Findings = nothing,
): AnyReading {
  if (framed.kind === 'refused') return { diagnostics: framed.diagnostics };
  return readAnyHeaders(framed.headers, framed.source, bounds, findings);
}

/** Reads the documents of a whole text, such as a file or the body of a request, in their order. */
export function readAnyDocuments(
  text: string | Uint8Array,
  bounds: Bounds = defaultBounds,
  findings: Findings = nothing,
): AnyReading[] {
  return scan(text, bounds).map((framed) => readAnyDocument(framed, bounds, findings));
}

const nothing: Findings = () => [];

/** Reads headers of which the first is a version header; `source` is their text where they came as text. */
export function readAnyHeaders(
  headers: readonly Header[],
  source: Source | undefined,
  bounds: Bounds,
  findings: Findings,
): AnyReading {
  const { name = '', value: version = '' } = headers[0] ?? {};
  const language = languageOf(name);
  if (language === undefined) throw new TypeError('a version header comes first');
  if (version === '0.1') return readHeaders(headers, source, bounds);
  if (/^1\.[0-9]{1,9}$/.test(version)) {
    return new Reader(language, version, headers, source, bounds).read(findings);
  }
  const found = version === '' ? 'no version' : quoted(version);
  const message = `this service reads versions 0.1 and 1.x of the language; found ${found}`;
  const position = source && valuePosition(source, 0, 0);
  const diagnostics = [
    { severity: 'error', code: 'version-not-understood', message, header: name, position },
  ] as const;
  if (!/^[0-9]{1,9}\.[0-9]{1,9}$/.test(version)) return { diagnostics };
  return { diagnostics, unread: { language, version, id: idOf(headers) } };
}

function idOf(headers: readonly Header[]): string | undefined {
  const id = headers.find(({ name }) => name.toLowerCase() === 'id')?.value;
  return id !== undefined && /^[\x21-\x7e]{1,128}$/.test(id) ? id : undefined;
}
