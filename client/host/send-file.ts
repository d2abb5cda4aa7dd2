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
  while (sent < sizeBytes) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, sizeBytes - sent));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, sent);
    if (bytesRead === 0) break;
    await send(buffer.subarray(0, bytesRead));
    sent += bytesRead;
  }
  for (let missing = sizeBytes - sent; missing > 0; missing -= chunkBytes)
    await send(new Uint8Array(Math.min(missing, chunkBytes)));
  await send(tarPadding(sizeBytes));
  return sent;
}
