import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { BlobFile } from './staging.ts';

/** Bytes of a file that are read at once. */
const pieceBytes = 64 * 1024;

/** From the first byte up to and without the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Answers with a blob, or the one range of it that is asked for (RFC 9110, 14), as fast as the peer reads. Throws a
 * Refusal `not-found` where it has gone meanwhile.
 *
 * @param tag names these bytes, as an ETag
 */
export async function sendFile(
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  response: ServerResponse,
  { blob, path, bytes }: BlobFile,
  tag = blob,
): Promise<void> {
  const handle = await opened(path, blob);
  try {
    response.setHeader('Content-Type', 'application/octet-stream');
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('ETag', `"${tag}"`);
    const span = spanOf(request, tag, bytes);
    if (span === 'none') {
      response.setHeader('Content-Range', `bytes */${bytes}`);
      throw new Refusal({
        ...failure('bad-query', `the blob has ${bytes} bytes, none of them there`),
        status: 416,
      });
    }
    const { from, to } = span ?? { from: 0, to: bytes };
    if (span !== undefined) {
      response.statusCode = 206;
      response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes}`);
    }
    response.setHeader('Content-Length', to - from);
    if (request.method !== 'HEAD') await passed(handle, { from, to }, response);
    response.end();
  } finally {
    await handle.close();
  }
}

/** Goes on with a part of a blob in an answer that has begun; cuts it where the blob has no such part. */
export async function sendMore(
  response: ServerResponse,
  { path, blob }: BlobFile,
  span: Span,
): Promise<void> {
  const handle = await opened(path, blob);
  try {
    await passed(handle, span, response);
  } finally {
    await handle.close();
  }
}

async function opened(path: string, blob: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Refusal(failure('not-found', `there is no blob ${blob}`), { cause: error });
  }
}

/**
 * Sends bytes of a file: while some are on their way the next are read, always into the same memory. A peer that goes
 * before the end is no fault; a file that ends before it cuts the answer.
 */
async function passed(file: FileHandle, { from, to }: Span, response: ServerResponse): Promise<void> {
  const size = Math.min(pieceBytes, to - from);
  const pieces = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)] as const;
  let sent: Promise<void> = Promise.resolve();
  for (let at = from, turn = 0; at < to && !response.destroyed; turn ^= 1) {
    const piece = pieces[turn as 0 | 1];
    const { bytesRead } = await file.read(piece, 0, Math.min(size, to - at), at);
    await sent; // the other piece: it may be read into again
    if (bytesRead === 0) {
      response.destroy();
      return;
    }
    sent = written(response, piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  await sent;
}

/** Resolves when the system has the bytes, or the peer has gone. */
function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('close', resolve);
  response.write(bytes, () => {
    response.off('close', resolve);
    resolve();
  });
  return promise;
}

/** The range that is asked for, of bytes that have this ETag; undefined where it is the whole, `none` where nothing of it is there. */
export function spanOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  tag: string,
  bytes: number,
): Span | 'none' | undefined {
  const { range } = headers;
  const condition = headers['if-range'];
  if (range === undefined || (condition !== undefined && condition !== `"${tag}"`)) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === '' && last === '') return undefined; // several ranges, or none that is understood
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  return from < to ? { from, to } : 'none';
}
