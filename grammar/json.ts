import { type Bounds, defaultBounds } from './bounds.ts';
import { boundedDiagnostics, type Diagnostic, type DiagnosticCode, quoted } from './diagnostics.ts';
import type { Document, Header } from './document.ts';
import { isName } from './name.ts';
import { type Reading, readHeaders } from './read.ts';
import { trimmed } from './source.ts';
import { byteCount } from './utf8.ts';
import { knownName, languageOf } from './vocabulary.ts';

/** A document in JSON: each header with its value, or with its values where it repeats. */
export type JsonDocument = Readonly<Record<string, string | readonly string[]>>;

/** The JSON encoding, in the text's order; values are the text's. A repeated header stands at its first place. */
export function toJson({ language, headers }: Document): JsonDocument {
  const names = new Map<string, string>();
  const values = new Map<string, string | string[]>();
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    const key = names.get(lower) ?? knownName(language, name) ?? name;
    names.set(lower, key);
    const said = values.get(key);
    if (said === undefined) values.set(key, value);
    else values.set(key, typeof said === 'string' ? [said, value] : [...said, value]);
  }
  return Object.fromEntries(values);
}

/**
 * Reads the JSON encoding, as `JSON.parse` gives it. The version header may stand anywhere, for the members of an
 * object have no order. The bounds are those of the text that it stands for.
 */
export function fromJson(json: unknown, bounds: Bounds = defaultBounds): Reading {
  const read = headersFromJson(json, bounds);
  return 'diagnostics' in read ? read : readHeaders(read.headers, undefined, bounds);
}

/** The headers of the JSON encoding, the version first, whatever it is. */
export function headersFromJson(
  json: unknown,
  bounds: Bounds,
): { readonly headers: readonly Header[] } | { readonly diagnostics: readonly Diagnostic[] } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const message = `a document in JSON is an object such as {"SLA-version": "1.0", "Action": "Ask", …}; found ${kindOf(json)}`;
    return refusal('wrong-shape', message);
  }
  const diagnostics: Diagnostic[] = [];
  const headers: Header[] = [];
  let bytes = 0;
  for (const [name, value] of pairs(json)) {
    const size = sizeBytes(name) + (typeof value === 'string' ? sizeBytes(value) : 0) + ': \n'.length;
    const header = readPair(name, value, size, bounds);
    if ('severity' in header) diagnostics.push(header);
    else headers.push(header);
    bytes += size;
    if (bytes > bounds.documentBytes) {
      return refusal(
        'document-too-large',
        `a document has at most ${bounds.documentBytes} bytes, and this one has more`,
      );
    }
    if (headers.length + diagnostics.length > bounds.headers) {
      return refusal(
        'too-many-headers',
        `a document has at most ${bounds.headers} headers, and this one has more`,
      );
    }
  }
  if (diagnostics.length > 0) return { diagnostics: boundedDiagnostics(diagnostics, bounds.diagnostics) };
  const version = headers.findIndex(({ name }) => languageOf(name) !== undefined);
  const [first] = version < 0 ? [] : headers.splice(version, 1);
  if (first === undefined) {
    return refusal(
      'version-missing',
      "a document has the header 'SLA-version' or 'RESOURCE-version', such as \"1.0\"",
    );
  }
  return { headers: [first, ...headers] };
}

/** Each member once, or as often as its array is long. What is no string is left for `readPair` to refuse. */
function* pairs(json: object): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(json) as [string, unknown][]) {
    if (Array.isArray(value) && value.length > 0) for (const one of value) yield [name, one];
    else yield [name, value];
  }
}

/** `size` is that of the header as a line of text, in bytes. */
function readPair(name: string, value: unknown, size: number, bounds: Bounds): Header | Diagnostic {
  const refuse = (code: DiagnosticCode, message: string): Diagnostic => ({
    severity: 'error',
    code,
    message,
    header: name,
  });
  if (!isName(name)) {
    return refuse(
      'not-a-header',
      `a header's name is a letter, then letters, digits, '_' and '-'; found ${quoted(name)}`,
    );
  }
  if (typeof value !== 'string') {
    return refuse(
      'wrong-shape',
      `${quoted(name)} is a string or an array of strings; found ${kindOf(value)}`,
    );
  }
  if (/[^\P{Cc}\t]/u.test(value)) {
    return refuse(
      'control-character',
      `${quoted(name)} has a control character in its value; found ${quoted(value)}`,
    );
  }
  if (!value.isWellFormed()) {
    return refuse(
      'invalid-utf8',
      `${quoted(name)} has half a character in its value, a lone surrogate; found ${quoted(value)}`,
    );
  }
  if (size > bounds.headerBytes) {
    return refuse(
      'header-too-large',
      `a header has at most ${bounds.headerBytes} bytes, and ${quoted(name)} has more`,
    );
  }
  const { begin, end } = trimmed(value, 0, value.length);
  return { name, value: value.slice(begin, end) };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Bytes of UTF-8. A string's units are a lower bound, which is enough where it is far too long already. */
function sizeBytes(text: string): number {
  return text.length > 1024 * 1024 ? text.length : byteCount(text);
}

function refusal(code: DiagnosticCode, message: string): { readonly diagnostics: readonly Diagnostic[] } {
  return { diagnostics: [{ severity: 'error', code, message }] };
}
