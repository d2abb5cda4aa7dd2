import { TarFault } from './tar-fault.ts';

/** What an extended header says of the entry after it. */
export interface Extended {
  readonly path?: string;
  readonly target?: string;
  readonly sizeBytes?: number;
  readonly mtimeMs?: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of an archive, which must be UTF-8. */
export function readText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new TarFault('a name in the archive is not UTF-8');
  }
}

/**
 * Reads the records of a PAX header, each `LENGTH KEY=VALUE\n` (POSIX.1-2008, pax, "Extended Header"). Readers that
 * are lenient here differ from each other, so that one archive means two things: every record must be exactly as
 * long as it says, and none may come twice. Keys that change nothing about where or how much is written are skipped.
 */
export function readPax(bytes: Uint8Array, global: boolean): Extended {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const { key, value, end } = readRecord(bytes, at);
    if (records.has(key)) throw new TarFault(`a PAX header says ${printable(key)} twice`);
    records.set(key, value);
    at = end;
  }
  const extended: { -readonly [K in keyof Extended]: Extended[K] } = {};
  for (const [key, value] of records) {
    if (/^(GNU\.sparse\.|SCHILY\.realsize$)/.test(key)) throw new TarFault('sparse files are not taken');
    if (key === 'path') extended.path = value;
    else if (key === 'linkpath') extended.target = value;
    else if (key === 'size') extended.sizeBytes = readSize(value);
    else if (key === 'mtime') extended.mtimeMs = readTime(value);
  }
  if (global && Object.keys(extended).length > 0)
    throw new TarFault('a global PAX header may not name a path, a link, a size or a time');
  return extended;
}

/** Reads the name that a GNU header 'L' or 'K' carries: text, then one NUL. */
export function readGnuName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  if (end !== bytes.length - 1) throw new TarFault('a GNU long name does not end where its header says');
  return readText(bytes.subarray(0, end));
}

function readRecord(bytes: Uint8Array, at: number): { key: string; value: string; end: number } {
  const lie = new TarFault('a PAX header holds a record that is not as long as it says');
  const blank = bytes.indexOf(0x20, at);
  if (blank <= at || blank - at > 10) throw lie;
  const digits = readText(bytes.subarray(at, blank));
  const end = at + Number(digits);
  if (!/^[1-9]\d*$/.test(digits) || end > bytes.length || end <= blank + 1 || bytes[end - 1] !== 0x0a)
    throw lie;
  const equals = bytes.indexOf(0x3d, blank);
  if (equals <= blank + 1 || equals >= end) throw lie;
  const key = readText(bytes.subarray(blank + 1, equals));
  // Extended attributes may hold any bytes; they are skipped unread.
  const value = /^(path|linkpath|size|mtime)$/.test(key) ? readText(bytes.subarray(equals + 1, end - 1)) : '';
  return { key, value, end };
}

function readSize(value: string): number {
  const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new TarFault(`a PAX header says the size ${printable(value)}`);
  return size;
}

function readTime(value: string): number {
  if (!/^-?\d{1,12}(\.\d{1,18})?$/.test(value))
    throw new TarFault(`a PAX header says the time ${printable(value)}`);
  return Number(value) * 1000;
}

function printable(text: string): string {
  return `'${text.slice(0, 40).replaceAll(/\p{Cc}/gu, '?')}'`;
}
