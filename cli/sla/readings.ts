import {
  type AnyReading,
  annotatedDiagnostic,
  type Diagnostic,
  type Document,
  type Document1,
  defaultBounds,
  findingsOf,
  fromAnyJson,
  type JsonDocument,
  printDocument,
  printDocument1,
  readAnyDocuments,
  toJson,
  toJson1,
} from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Input } from './files.ts';

export type AnyDocument = Document | Document1;

/** The readings of a file's documents, warnings about likely mistakes among them. JSON is known by its first character. */
export function readingsOf({ name, bytes }: Input): AnyReading[] {
  const readings = isJson(bytes)
    ? jsonValues(name, bytes).map((value) => fromAnyJson(value, defaultBounds, findingsOf))
    : readAnyDocuments(bytes, defaultBounds, findingsOf);
  if (readings.length === 0) throw new Refusal(failure('document-refused', `${name} holds no document`));
  return readings;
}

/** The documents of a file, and what was warned of; one that is refused refuses them all. */
export function documentsOf(input: Input): { documents: AnyDocument[]; warnings: Diagnostic[] } {
  const readings = readingsOf(input);
  const refused = readings.flatMap((reading) => ('diagnostics' in reading ? reading.diagnostics : []));
  if (refused.length > 0) {
    const lines = [input.name, ...refused.map(annotatedDiagnostic)].join('\n').trimEnd();
    throw new Refusal(failure('document-refused', lines));
  }
  const read = readings.filter((reading) => 'document' in reading);
  return {
    documents: read.map(({ document }) => document),
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

export function textOf(document: AnyDocument): string {
  return 'envelope' in document ? printDocument1(document) : printDocument(document);
}

export function jsonOf(document: AnyDocument): JsonDocument {
  return 'envelope' in document ? toJson1(document) : toJson(document);
}

export function isJson(bytes: Uint8Array): boolean {
  const begin = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  return begin.startsWith('{') || begin.startsWith('[');
}

/** One value, the members of an array, or a value a line. */
function jsonValues(name: string, bytes: Uint8Array): unknown[] {
  const text = new TextDecoder().decode(bytes);
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return text.split('\n').flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch (error) {
        const why = String(error instanceof Error ? error.message : error).replaceAll(/\p{Cc}/gu, '\uFFFD');
        throw new Refusal(failure('document-refused', `${name}, line ${index + 1}, is no JSON: ${why}`));
      }
    });
  }
}
