import { defaultBounds } from '../bounds.ts';
import type { Header } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import { readAnyHeaders } from '../documents/read.ts';

/**
 * A document of version 1.0 that a program makes: its headers in any order and spelling, the version first. One that
 * breaks a rule of the language is the caller's mistake: TypeError, with what is wrong.
 */
export function document1Of(headers: readonly Header[]): Document1 {
  checkSize(headers);
  const reading = readAnyHeaders(headers, undefined, defaultBounds, () => []);
  if ('document' in reading && 'envelope' in reading.document) return reading.document;
  const [first] = 'diagnostics' in reading ? reading.diagnostics : [];
  throw new TypeError(first?.message ?? 'this is no document of version 1.0');
}

function checkSize(headers: readonly Header[]): void {
  const { headers: most, headerBytes, documentBytes } = defaultBounds;
  if (headers.length > most) throw new TypeError(`a document has at most ${most} headers`);
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const { name, value } of headers) {
    const lineBytes = encoder.encode(`${name}: ${value}\n`).length;
    if (lineBytes > headerBytes) throw new TypeError(`a header has at most ${headerBytes} bytes`);
    bytes += lineBytes;
  }
  if (bytes > documentBytes) throw new TypeError(`a document has at most ${documentBytes} bytes`);
}

/** A text as the value of a fact that is typed a string: quoted where it could be read as something else. */
export function stringText(text: string): string {
  return bare.test(text) ? text : quotedText(text);
}

const bare =
  /^(?!(?:not|has|any|unsaid)(?![\p{L}\p{N}_]))[\p{L}_][\p{L}\p{N}_.+/:@-]*(?: [\p{L}\p{N}_.+/:@-]+)*$/iu;

/** A text in quotes. JSON leaves some control characters as they are, which a document cannot hold. */
export function quotedText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007F-\u009F]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
