import type { JsonDocument } from '../json.ts';
import type { Document1 } from './document.ts';

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
