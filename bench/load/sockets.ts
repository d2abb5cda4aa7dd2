import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Listen } from '../../platform/doors/door.ts';

/** A connected socket; whatever breaks it later is told to `failed`. */
export async function connected(to: Listen, failed: (reason: Error) => void): Promise<Socket> {
  const socket = connect({ ...to, noDelay: true });
  await once(socket, 'connect');
  socket.on('error', failed);
  socket.on('end', () => failed(new Error('the door ended the connection')));
  return socket;
}

export async function disconnected(socket: Socket): Promise<void> {
  if (socket.closed) return;
  socket.removeAllListeners('end');
  const closed = once(socket, 'close');
  socket.end();
  socket.destroySoon();
  await closed;
}
