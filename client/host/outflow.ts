import type { Writable } from 'node:stream';

/** The reader at the other end went away, or takes nothing. */
export class OutflowBroken extends Error {
  override readonly name = 'OutflowBroken';
}

/**
 * Writes at the pace of the reader: resolves when more may be written. Throws `OutflowBroken` when the reader has
 * gone, or has taken nothing for `idleMs` milliseconds.
 */
export async function flow(out: Writable, bytes: Uint8Array, idleMs: number): Promise<void> {
  if (out.destroyed || !out.writable) throw new OutflowBroken('the connection is closed');
  if (bytes.length === 0 || out.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => settle('the reader takes nothing'), idleMs);
    const drained = () => settle();
    const closed = () => settle('the connection is closed');
    const settle = (problem?: string) => {
      clearTimeout(timer);
      out.off('drain', drained).off('close', closed).off('error', closed);
      if (problem === undefined) resolve();
      else reject(new OutflowBroken(problem));
    };
    out.on('drain', drained).on('close', closed).on('error', closed);
  });
}
