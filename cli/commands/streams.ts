import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Copies a file to a standard stream, which stays open. */
export function copyTo(file: string, stream: NodeJS.WriteStream): Promise<void> {
  return pipeline(createReadStream(file), stream, { end: false });
}

/** Passes pieces on to a standard stream, which stays open; returns how many bytes they were. */
export async function passTo(pieces: AsyncIterable<Uint8Array>, stream: NodeJS.WriteStream): Promise<number> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  return bytes;
}
