import type { Socket } from 'node:net';
import { Refusal } from '../failure.ts';

/**
 * Reads a connection to the end of its input. However it ends, the connection is closed.
 *
 * @param bounds `timeoutMs` counts the whole reading, not only silence
 * @throws Refusal `too-large`, `timeout`, `unreachable` (it broke off before its end); the reason of `signal`
 */
export function readToEnd(
  socket: Socket,
  bounds: {
    readonly maxBytes: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Buffer> {
  const { maxBytes, timeoutMs, signal } = bounds;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const from = `${socket.remoteAddress} port ${socket.remotePort}`;
  const chunks: Buffer[] = [];
  let size = 0;
  const refuse = (code: string, status: number, detail: string) =>
    reject(new Refusal({ code, status, detail }));
  const onAbort = () => reject(signal?.reason);
  const timer = setTimeout(
    () => refuse('timeout', 504, `${from} did not come to an end within ${timeoutMs / 1000} s`),
    timeoutMs,
  );
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  socket.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else refuse('too-large', 502, `${from} sent more than the ${maxBytes} bytes that are taken`);
  });
  const onClose = () => refuse('unreachable', 502, `${from} broke off`);
  socket.once('end', () => {
    socket.off('close', onClose);
    resolve(Buffer.concat(chunks));
  });
  socket.on('error', (error) => refuse('unreachable', 502, `${from} broke off: ${error.message}`));
  socket.once('close', onClose);
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    socket.destroy();
  });
}
