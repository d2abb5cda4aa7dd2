import { readFileSync } from 'node:fs';
import {
  type AnyReading,
  type Diagnostic,
  defaultBounds,
  findingsOf,
  fromAnyJson,
  readAnyDocument,
  scan,
} from '../../grammar/index.ts';

/** A bad document and what is said about it. One of `text`, `hex` and `json` is there. */
export interface Golden {
  /** With `part` so many `times` in the place of each '%', where it is long. */
  readonly text?: string;
  readonly part?: string;
  readonly times?: number;
  /** Bytes that are no UTF-8. */
  readonly hex?: string;
  readonly json?: unknown;
  readonly said: readonly string[];
  readonly codes: readonly string[];
  /** The line with a caret under the spot, of the first two. */
  readonly carets?: readonly string[];
}

export const golden: readonly Golden[] = readFileSync(new URL('golden.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden);

export function bytesOf({ text = '', part = '', times = 0, hex }: Golden): Uint8Array {
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  return new TextEncoder().encode(times === 0 ? text : text.replaceAll('%', part.repeat(times)));
}

/** What is said about the documents of an example. */
export function diagnosticsOf(one: Golden): readonly Diagnostic[] {
  const readings: AnyReading[] =
    one.json === undefined
      ? scan(bytesOf(one)).map((framed) => readAnyDocument(framed, defaultBounds, findingsOf))
      : [fromAnyJson(one.json, defaultBounds, findingsOf)];
  return readings.flatMap((reading) => ('document' in reading ? reading.warnings : reading.diagnostics));
}
