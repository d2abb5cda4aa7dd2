import { type Bounds, defaultBounds } from '../bounds.ts';
import { headersFromJson, type JsonDocument } from '../json.ts';
import type { Document1 } from './document.ts';
import { type AnyReading, readAnyHeaders } from './read.ts';
import type { Findings } from './reader.ts';

/** The JSON encoding of a document of version 1.x: each header with its value, or its values where it repeats. */
export function toJson1({ headers }: Pick<Document1, 'headers'>): JsonDocument {
  const values = new Map<string, string | string[]>();
  for (const { name, value } of headers) {
    const said = values.get(name);
    values.set(
      name,
      said === undefined ? value : typeof said === 'string' ? [said, value] : [...said, value],
    );
  }
  return Object.fromEntries(values);
}

/** Reads the JSON encoding, as `JSON.parse` gives it, of a document of any version that is read here. */
export function fromAnyJson(
  json: unknown,
  bounds: Bounds = defaultBounds,
  findings: Findings = () => [],
): AnyReading {
  const read = headersFromJson(json, bounds);
  return 'diagnostics' in read ? read : readAnyHeaders(read.headers, undefined, bounds, findings);
}
