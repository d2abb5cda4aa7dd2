import type { Socket } from 'node:net';

/**
 * Calls `act` where nothing was read from or written to a connection for as long as its timeout says. A process that
 * was stopped, or busy for long, finds unread what came meanwhile: that is read before the peer is judged by it.
 */
export function onSilence(socket: Socket, act: () => void): void {
  socket.on('timeout', () => afterReading(socket, act));
}

/** Lets the event loop read what lies there, then calls `act` unless a connection has moved or gone. */
export function afterReading(socket: Socket, act: () => void): void {
  const { bytesRead, bytesWritten } = socket;
  setImmediate(() => {
    if (!socket.destroyed && socket.bytesRead === bytesRead && socket.bytesWritten === bytesWritten) act();
  });
}
