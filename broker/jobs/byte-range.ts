import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { spanOf } from '../staging/send-file.ts';

/**
 * Answers with bytes that are at hand, or the one range of them that is asked for (RFC 9110, 14).
 *
 * @param tag names them: where it is the same, so are they
 */
export function sendBytes(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  bytes: Buffer,
  tag: string,
): void {
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', `"${tag}"`);
  const span = spanOf(request, tag, bytes.length);
  if (span === 'none') {
    response.setHeader('Content-Range', `bytes */${bytes.length}`);
    const detail = `there are ${bytes.length} bytes, none of them where you ask`;
    throw new Refusal({ ...failure('bad-query', detail), status: 416 });
  }
  const { from, to } = span ?? { from: 0, to: bytes.length };
  if (span !== undefined) {
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes.length}`);
  }
  response.setHeader('Content-Length', to - from);
  response.end(bytes.subarray(from, to));
}
