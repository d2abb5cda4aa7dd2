import type { IncomingMessage } from 'node:http';
import { Refusal } from '../failure.ts';
import { type BodyKind, tooLarge } from './checks.ts';

/**
 * Reads the body of a request whole.
 *
 * @returns text, or bytes, by its kind; undefined where there is none, or where the peer went before its end
 * @throws Refusal `too-large` (what follows is thrown away unread), `not-utf-8`
 */
export async function readBody(
  request: IncomingMessage,
  kind: BodyKind,
  bodyBytes: number,
): Promise<string | Buffer | undefined> {
  if (kind === 'none') return undefined;
  const bytes = await collect(request, bodyBytes);
  if (bytes === undefined || kind === 'bytes') return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const failure = { code: 'not-utf-8', status: 400, detail: 'the body is not text in UTF-8' };
    throw new Refusal(failure, { cause: error });
  }
}

function collect(request: IncomingMessage, bodyBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(new Refusal(tooLarge(bodyBytes)));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}
