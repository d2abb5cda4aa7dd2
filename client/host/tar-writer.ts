/** What is told of an entry that goes out. */
export interface OutgoingEntry {
  /** Relative, of UTF-8 without NUL; a directory's ends with '/'. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly mode: number;
  /** In milliseconds since 1970; whole seconds are sent. */
  readonly mtimeMs: number;
}

/** Two blocks of zeros end an archive. */
export const tarEnd = new Uint8Array(1024);

/** The size that fits eleven octal digits, and the bytes that fit the name's field (POSIX.1-2008, ustar). */
const mostOctal = 8 ** 11 - 1;
const nameBytes = 100;

/** The header of a file or a directory, with a PAX header before it where name or size do not fit. */
export function tarHeader(entry: OutgoingEntry): Uint8Array {
  const name = Buffer.from(entry.name);
  const records: string[] = [];
  if (name.length > nameBytes) records.push(record('path', entry.name));
  if (entry.sizeBytes > mostOctal) records.push(record('size', String(entry.sizeBytes)));
  const flag = entry.name.endsWith('/') ? '5' : '0';
  const short = name.length > nameBytes ? Buffer.from(flag === '5' ? 'PaxEntry/' : 'PaxEntry') : name;
  const own = block(short, flag, entry.sizeBytes > mostOctal ? 0 : entry.sizeBytes, entry);
  if (records.length === 0) return own;
  const content = Buffer.from(records.join(''));
  const pax = block(Buffer.from('PaxHeader'), 'x', content.length, entry);
  return Buffer.concat([pax, content, tarPadding(content.length), own]);
}

/** The zeros that fill up the last block of a content. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return tarEnd.subarray(0, (512 - (sizeBytes % 512)) % 512);
}

function block(name: Buffer, flag: string, sizeBytes: number, entry: OutgoingEntry): Buffer {
  const header = Buffer.alloc(512);
  name.copy(header, 0);
  header.write(octal(entry.mode & 0o777, 7), 100, 'latin1');
  header.write(octal(0, 7), 108, 'latin1');
  header.write(octal(0, 7), 116, 'latin1');
  header.write(octal(sizeBytes, 11), 124, 'latin1');
  const seconds = Math.min(Math.max(Math.floor(entry.mtimeMs / 1000), 0), mostOctal);
  header.write(octal(seconds, 11), 136, 'latin1');
  header.write(flag, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** `LENGTH KEY=VALUE\n`, in which the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}
