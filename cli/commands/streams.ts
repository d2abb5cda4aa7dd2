import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Copies a file to a standard stream, which stays open. */
export function copyTo(file: string, stream: NodeJS.WriteStream): Promise<void> {
  return pipeline(createReadStream(file), stream, { end: false });
}
