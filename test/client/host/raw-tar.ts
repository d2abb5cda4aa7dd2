/** One header by hand, with whatever a liar would put there, and its content. */
export interface RawEntry {
  readonly name?: string | Buffer;
  readonly flag?: string;
  readonly target?: string;
  /** The size field; the length of the content unless set. */
  readonly size?: string | Buffer;
  readonly mode?: string;
  readonly magic?: string;
  readonly prefix?: string;
  readonly content?: string | Buffer;
  /** Added to the right checksum. */
  readonly checksumOff?: number;
}

/** Two blocks of zeros. */
export const end = Buffer.alloc(1024);

export function raw(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  const put = (value: string | Buffer, at: number) => Buffer.from(value).copy(header, at);
  put(entry.name ?? 'file', 0);
  put(entry.mode ?? '0000644\0', 100);
  put(entry.size ?? `${content.length.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put(entry.flag ?? '0', 156);
  put(entry.target ?? '', 157);
  put(entry.magic ?? 'ustar\x0000', 257);
  put(entry.prefix ?? '', 345);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0) + (entry.checksumOff ?? 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A PAX header of these records, each as long as it says. */
export function pax(records: Readonly<Record<string, string>>, flag = 'x'): Buffer {
  return raw({
    name: 'pax',
    flag,
    content: Object.entries(records)
      .map(([key, value]) => record(key, value))
      .join(''),
  });
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (`${length}`.length + Buffer.byteLength(rest) !== length)
    length = `${length}`.length + Buffer.byteLength(rest);
  return `${length}${rest}`;
}
