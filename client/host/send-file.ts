import type { FileHandle } from 'node:fs/promises';
import { tarPadding } from './tar-writer.ts';

const chunkBytes = 256 * 1024;

/**
 * Sends exactly `sizeBytes` of a file as the content of an entry, with its padding. Whatever happens to the file
 * meanwhile, the archive stays whole: what it grew by is left out, what it lost is sent as zeros. Resolves with the
 * bytes that were really read.
 */
export async function sendContent(
  handle: FileHandle,
  sizeBytes: number,
  send: (bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  let sent = 0;
  let next = readAt(handle, 0, sizeBytes);
  for (;;) {
    const piece = await next;
    if (piece.length === 0) break;
    // The next piece is read while this one is on its way.
    next = readAt(handle, sent + piece.length, sizeBytes);
    // Looked at in the next round, if there is one.
    next.catch(() => {});
    await send(piece);
    sent += piece.length;
  }
  for (let missing = sizeBytes - sent; missing > 0; missing -= chunkBytes)
    await send(new Uint8Array(Math.min(missing, chunkBytes)));
  await send(tarPadding(sizeBytes));
  return sent;
}

async function readAt(handle: FileHandle, position: number, sizeBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, sizeBytes - position));
  if (buffer.length === 0) return buffer;
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}
