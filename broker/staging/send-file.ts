import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { BlobFile } from './staging.ts';

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
    if (request.method === 'HEAD' || from === to) response.end();
    else await passed(handle.createReadStream({ start: from, end: to - 1, autoClose: false }), response);
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

/** A peer that goes before the end is no fault. */
async function passed(from: NodeJS.ReadableStream, to: ServerResponse): Promise<void> {
  try {
    await pipeline(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
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
