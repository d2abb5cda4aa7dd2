import type { TarEntry, TarType } from '../../protocol/tar-guard.ts';
import { type Extended, readGnuName, readPax, readText } from './tar-extended.ts';
import { TarFault } from './tar-fault.ts';

/** What a piece of an archive brought. 'done' follows the last byte of an entry; after 'end' nothing counts. */
export type TarEvent =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'done' }
  | { readonly kind: 'end' };

export interface TarReaderBounds {
  /** Bytes of one extended header (PAX, or a GNU long name), which is held in memory. */
  readonly headerBytes: number;
}

const blockBytes = 512;
const types: ReadonlyMap<string, TarType> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['1', 'link'],
  ['2', 'symlink'],
  ['5', 'directory'],
]);

/**
 * Reads tar archives as they come, in pieces of any size: ustar and PAX (POSIX.1-2008) and GNU with long names. It
 * is strict where readers differ, for an archive that means two things is made by someone who wants that. Throws
 * `TarFault`, after which it is to be thrown away. It holds no more than a block and an extended header.
 */
export class TarReader {
  readonly #bounds: TarReaderBounds;
  readonly #block = new Uint8Array(blockBytes);
  #filled = 0;
  #state: 'header' | 'content' | 'extended' | 'padding' | 'zero' | 'ended' = 'header';
  /** Bytes of content, extended header or padding that are still to come. */
  #left = 0;
  #padding = 0;
  #extendedType = '';
  #extendedBytes = new Uint8Array(0);
  #extended: Extended = {};
  #started = false;

  constructor(bounds: TarReaderBounds) {
    this.#bounds = bounds;
  }

  /** Whether anything came at all. */
  get started(): boolean {
    return this.#started;
  }

  push(chunk: Uint8Array): TarEvent[] {
    const events: TarEvent[] = [];
    if (chunk.length > 0) this.#started = true;
    let at = 0;
    while (at < chunk.length && this.#state !== 'ended') {
      const wanted =
        this.#state === 'header' || this.#state === 'zero' ? blockBytes - this.#filled : this.#left;
      const piece = chunk.subarray(at, at + wanted);
      at += piece.length;
      if (this.#state === 'header' || this.#state === 'zero') {
        this.#block.set(piece, this.#filled);
        this.#filled += piece.length;
        if (this.#filled === blockBytes) this.#takeBlock(events);
      } else {
        if (this.#state === 'content') events.push({ kind: 'data', bytes: piece });
        else if (this.#state === 'extended')
          this.#extendedBytes.set(piece, this.#extendedBytes.length - this.#left);
        this.#left -= piece.length;
        if (this.#left === 0) this.#finishSection(events);
      }
    }
    return events;
  }

  /** The input has ended: so does the archive, if it may end here. */
  end(): TarEvent[] {
    if (this.#state === 'ended') return [];
    const whole = (this.#state === 'header' || this.#state === 'zero') && this.#filled === 0;
    if (!whole) throw new TarFault('the archive ends in the middle of an entry');
    if (Object.keys(this.#extended).length > 0)
      throw new TarFault('the archive ends after a header that announces an entry');
    this.#state = 'ended';
    return [{ kind: 'end' }];
  }

  #takeBlock(events: TarEvent[]): void {
    this.#filled = 0;
    const zero = this.#block.every((byte) => byte === 0);
    if (this.#state === 'zero') {
      if (!zero) throw new TarFault('the archive goes on after a block of zeros');
      this.#state = 'ended';
      events.push({ kind: 'end' });
    } else if (zero) {
      if (Object.keys(this.#extended).length > 0)
        throw new TarFault('the archive ends after a header that announces an entry');
      this.#state = 'zero';
    } else this.#takeHeader(readHeader(this.#block), events);
  }

  #takeHeader(header: Header, events: TarEvent[]): void {
    if ('xgLK'.includes(header.flag)) {
      if (header.sizeBytes === 0 || header.sizeBytes > this.#bounds.headerBytes)
        throw new TarFault(
          `an extended header has ${header.sizeBytes} bytes; 1 to ${this.#bounds.headerBytes} are taken`,
        );
      this.#extendedType = header.flag;
      this.#extendedBytes = new Uint8Array(header.sizeBytes);
      this.#enter('extended', header.sizeBytes, events);
      return;
    }
    const extended = this.#extended;
    this.#extended = {};
    // A header that has a size of its own beside another one is read differently by different readers.
    if (extended.sizeBytes !== undefined && header.sizeBytes !== 0 && header.sizeBytes !== extended.sizeBytes)
      throw new TarFault(`an entry has two sizes, ${header.sizeBytes} and ${extended.sizeBytes} bytes`);
    const sizeBytes = extended.sizeBytes ?? header.sizeBytes;
    const type = types.get(header.flag) ?? 'other';
    if (type !== 'file' && type !== 'other' && sizeBytes !== 0)
      throw new TarFault(`an entry of type ${type} has a content of ${sizeBytes} bytes`);
    const entry: TarEntry = {
      name: extended.path ?? header.name,
      type,
      sizeBytes,
      mode: header.mode,
      mtimeMs: extended.mtimeMs ?? header.mtimeMs,
      target: type === 'symlink' || type === 'link' ? (extended.target ?? header.target) : '',
    };
    events.push({ kind: 'entry', entry });
    this.#enter('content', sizeBytes, events);
  }

  #enter(state: 'content' | 'extended', sizeBytes: number, events: TarEvent[]): void {
    this.#state = state;
    this.#left = sizeBytes;
    this.#padding = (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
    if (sizeBytes === 0) this.#finishSection(events);
  }

  #finishSection(events: TarEvent[]): void {
    if (this.#state === 'content') events.push({ kind: 'done' });
    if (this.#state === 'extended') this.#takeExtended();
    this.#left = this.#padding;
    this.#padding = 0;
    this.#state = this.#left === 0 ? 'header' : 'padding';
  }

  #takeExtended(): void {
    const bytes = this.#extendedBytes;
    this.#extendedBytes = new Uint8Array(0);
    if (this.#extendedType === 'g') {
      readPax(bytes, true);
      return;
    }
    let more: Extended;
    if (this.#extendedType === 'x') more = { ...readPax(bytes, false) };
    else more = this.#extendedType === 'L' ? { path: readGnuName(bytes) } : { target: readGnuName(bytes) };
    for (const key of Object.keys(more))
      if (key in this.#extended) throw new TarFault('two headers announce one entry, and differ');
    this.#extended = { ...this.#extended, ...more };
  }
}

interface Header {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly flag: string;
  readonly target: string;
}

function readHeader(block: Uint8Array): Header {
  if (checksum(block) !== readNumber(block, 148, 8))
    throw new TarFault('this is no tar archive, or a broken one: a header has a wrong checksum');
  const magic = String.fromCharCode(...block.subarray(257, 265));
  const ustar = magic === 'ustar\x0000';
  if (!ustar && magic !== 'ustar  \0')
    throw new TarFault('the archive has an old format; make it with tar --format=ustar, gnu or pax');
  const name = readField(block, 0, 100);
  const prefix = ustar ? readField(block, 345, 155) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: readNumber(block, 100, 8),
    sizeBytes: readNumber(block, 124, 12),
    mtimeMs: readNumber(block, 136, 12) * 1000,
    flag: String.fromCharCode(block[156]!),
    target: readField(block, 157, 100),
  };
}

function readField(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return readText(end === -1 ? field : field.subarray(0, end));
}

/** An octal number, or one of base 256 where the first bit is set (GNU). */
function readNumber(block: Uint8Array, offset: number, length: number): number {
  const field = block.subarray(offset, offset + length);
  let value = 0;
  if (field[0] === 0x80) for (const byte of field.subarray(1)) value = value * 256 + byte;
  else {
    const digits = /^ *([0-7]*)[ \0]*$/.exec(String.fromCharCode(...field))?.[1];
    value = digits === undefined ? Number.NaN : Number.parseInt(`0${digits}`, 8);
  }
  if (!Number.isSafeInteger(value))
    throw new TarFault('a header of the archive holds a number that cannot be');
  return value;
}

/** The sum of all bytes of a header, those of the checksum itself taken as blanks. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockBytes; at += 1) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}
