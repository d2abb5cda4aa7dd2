import type { Socket } from 'node:net';

/** Text on its way to a socket: small pieces of one turn leave together, and a slow reader makes the writer wait. */
export interface Outbox {
  /** Takes a piece; returns undefined while there is room, else a promise that there is (or the socket has gone). */
  write(piece: string): Promise<void> | undefined;
  /** Hands what was taken to the socket now. */
  flush(): void;
}

/** @param unsentBytes how much may wait in this process before the writer has to */
export function createOutbox(socket: Socket, unsentBytes: number): Outbox {
  let pending = '';
  let pendingBytes = 0;
  let scheduled = false;

  function flush(flushed?: () => void): void {
    scheduled = false;
    const bytes = Buffer.from(pending);
    pending = '';
    pendingBytes = 0;
    if (bytes.length > 0 || flushed !== undefined) socket.write(bytes, flushed);
  }

  return {
    write(piece) {
      pending += piece;
      pendingBytes += Buffer.byteLength(piece);
      if (pendingBytes + socket.writableLength >= unsentBytes)
        return new Promise((resolve) => flush(() => resolve()));
      if (!scheduled) process.nextTick(flush);
      scheduled = true;
      return undefined;
    },
    flush: () => flush(),
  };
}
