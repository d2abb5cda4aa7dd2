import { crc32 } from 'node:zlib';

/** A field as it is sent: text as UTF-8, a number in decimal digits, bytes as they are; none holds a NUL. */
export type Field = string | number | Uint8Array;

/** Of one frame, without its length. */
const frameBytesMost = 1 << 20;
const fieldsMost = 16_384;
const headBytes = 4;
const terminator = Buffer.of(0);

function body(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = typeof field === 'object' ? field : Buffer.from(String(field));
      if (bytes.includes(0)) throw new TypeError('a field of a frame cannot hold a NUL');
      return [bytes, terminator];
    }),
  );
}

/** One frame: its length in 32 bits, little end first, then the fields, each with a NUL behind it. */
export function frame(...fields: readonly Field[]): Buffer {
  const bytes = body(fields);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** A frame as the journal and the file `exit` keep it, with the CRC-32 of its fields before it. */
export function sealed(...fields: readonly Field[]): Buffer {
  const framed = frame(...fields);
  const sum = Buffer.alloc(headBytes);
  sum.writeUInt32LE(crc32(framed.subarray(headBytes)));
  return Buffer.concat([sum, framed]);
}

/** The fields of a frame's bytes, or nothing where the last has no NUL or they are too many. */
function split(bytes: Buffer): Buffer[] | undefined {
  if (bytes.at(-1) !== 0) return undefined;
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    if (fields.push(bytes.subarray(at, end)) > fieldsMost) return undefined;
    at = end + 1;
  }
  return fields;
}

/** The records of a journal as far as it is whole. */
export function* unsealed(bytes: Buffer): Generator<string[]> {
  for (let at = 0; at + 2 * headBytes <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + headBytes);
    const content = bytes.subarray(at + 2 * headBytes, at + 2 * headBytes + length);
    if (length === 0 || content.length < length || crc32(content) !== bytes.readUInt32LE(at)) return;
    yield (split(content) ?? []).map(String);
    at += 2 * headBytes + length;
  }
}

/** Puts frames together out of the pieces in which they come. */
export class FrameReader {
  #kept: Buffer = Buffer.alloc(0);

  /** The fields of each frame that is whole now. Throws where something that is no frame came. */
  *push(piece: Buffer): Generator<Buffer[]> {
    this.#kept = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    while (this.#kept.length >= headBytes) {
      const length = this.#kept.readUInt32LE();
      if (length > frameBytesMost) throw new RangeError('a frame is longer than its bound');
      if (this.#kept.length < headBytes + length) return;
      const fields = split(this.#kept.subarray(headBytes, headBytes + length));
      this.#kept = this.#kept.subarray(headBytes + length);
      if (fields === undefined || fields.length < 2)
        throw new RangeError('a frame has no verb and number, too many fields, or no NUL at its end');
      yield fields;
    }
  }
}
