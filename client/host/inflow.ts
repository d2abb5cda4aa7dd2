import type { Readable } from 'node:stream';

/** The sender at the other end went away in disorder, or sent nothing for too long. */
export class InflowBroken extends Error {
  override readonly name = 'InflowBroken';
}

/**
 * Reads a stream piece by piece, so that the sender goes no faster than what it sends is dealt with. Resolves with
 * undefined at the orderly end of input. Throws `InflowBroken` where the stream broke or nothing came for `idleMs`
 * milliseconds, and the signal's reason where that was aborted; the stream stays as it is then, and may be written.
 */
export async function nextPiece(
  input: Readable,
  idleMs: number,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  signal?.throwIfAborted();
  if (input.readableEnded) return undefined;
  if (input.destroyed) throw new InflowBroken('the connection broke');
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const timer = setTimeout(() => reject(new InflowBroken(`nothing came for ${idleMs / 1000} s`)), idleMs);
  const came = (piece: Buffer) => {
    // At once: the next piece may follow in this very turn, when nobody listens yet.
    input.pause();
    resolve(piece);
  };
  const ended = () => resolve(undefined);
  const broken = () => reject(new InflowBroken('the connection broke'));
  const aborted = () => reject(signal?.reason);
  input.on('data', came).on('end', ended).on('close', broken).on('error', broken);
  signal?.addEventListener('abort', aborted);
  input.resume();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    input.off('data', came).off('end', ended).off('close', broken).off('error', broken);
    signal?.removeEventListener('abort', aborted);
  }
}
