import { crc32 } from 'node:zlib';
import type { Sliced } from '../../platform/slices.ts';

/** Eight digits of the checksum and a blank. */
const prefixLength = 9;
const newline = 0x0a;

/** Elements of a list (a count) that are written in one go; lists that are longer are written in parts. */
const mostTogether = 500;
/** Characters of lines that are put together. */
const charactersTogether = 64 * 1024;

/** What is whole from the beginning on, and how many bytes that is. */
export function readRecords<R>(bytes: Buffer): { readonly records: R[]; readonly goodBytes: number } {
  const records: R[] = [];
  let goodBytes = 0;
  for (;;) {
    const end = bytes.indexOf(newline, goodBytes);
    if (end === -1) return { records, goodBytes };
    const text = bytes.subarray(goodBytes + prefixLength, end);
    if (bytes.toString('latin1', goodBytes, goodBytes + prefixLength) !== prefixOf(crc32(text)))
      return { records, goodBytes };
    records.push(JSON.parse(text.toString()) as R);
    goodBytes = end + 1;
  }
}

/**
 * The lines of records, which change no more: JSON with its checksum before it. In slices, for a record may hold a list
 * of a hundred thousand files.
 */
export function* linesOf(records: Iterable<unknown>): Sliced<Buffer[]> {
  const parts: Buffer[] = [];
  let lines = '';
  for (const record of records) {
    if (isLong(record)) {
      if (lines !== '') parts.push(Buffer.from(lines));
      lines = '';
      parts.push(...(yield* longLine(record)));
    } else lines += lineOf(JSON.stringify(record));
    if (lines.length < charactersTogether) continue;
    parts.push(Buffer.from(lines));
    lines = '';
    yield;
  }
  if (lines !== '') parts.push(Buffer.from(lines));
  return parts;
}

function lineOf(text: string): string {
  return `${prefixOf(crc32(text))}${text}\n`;
}

function prefixOf(checksum: number): string {
  return `${checksum.toString(16).padStart(8, '0')} `;
}

function* longLine(record: unknown): Sliced<Buffer[]> {
  const parts: Buffer[] = [];
  let checksum = 0;
  for (const piece of piecesOf(record)) {
    const part = Buffer.from(piece);
    checksum = crc32(part, checksum);
    parts.push(part);
    yield;
  }
  return [Buffer.from(prefixOf(checksum)), ...parts, Buffer.from('\n')];
}

/** A value as JSON, its long lists in parts. */
function* piecesOf(value: unknown): Generator<string, void, void> {
  if (!isLong(value)) yield JSON.stringify(value);
  else if (Array.isArray(value)) {
    for (let first = 0; first < value.length; first += mostTogether) {
      const some = JSON.stringify(value.slice(first, first + mostTogether)).slice(1, -1);
      yield `${first === 0 ? '[' : ','}${some}`;
    }
    yield ']';
  } else {
    let before = '{';
    for (const [name, one] of Object.entries(value)) {
      if (one === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* piecesOf(one);
      before = ',';
    }
    yield '}';
  }
}

/** Whether it holds a list that takes long to write. */
function isLong(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length > mostTogether;
  for (const name in value) if (isLong((value as Record<string, unknown>)[name])) return true;
  return false;
}
