import { createServer, type Server as PlainServer, type Socket } from 'node:net';
import { createServer as createSecureServer, type Server as SecureServer, TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** How a gate speaks TLS. */
export interface Secure {
  readonly certificate: Certificate;
  /** How long a peer may take to agree on the keys. */
  readonly handshakeMs: number;
}

/** How a door proves itself, and what it speaks at least. */
export function secureContext({ cert, key }: Certificate) {
  return { cert, key, minVersion: 'TLSv1.2' as const };
}

/**
 * Connections come paused, until they are admitted. Without TLS they are half-open, so that a peer may end its input and
 * still be answered; with it they come once the keys are agreed on, and a few more than are served may be agreeing.
 */
export function createListener(
  secure: Secure | undefined,
  connections: number,
  taken: (socket: Socket) => void,
): PlainServer | SecureServer {
  if (secure === undefined)
    return createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, taken);
  const { certificate, handshakeMs } = secure;
  const settings = {
    ...secureContext(certificate),
    handshakeTimeout: handshakeMs,
    ALPNProtocols: ['http/1.1'],
    pauseOnConnect: true,
    noDelay: true,
  };
  const server = createSecureServer(settings, taken);
  server.maxConnections = 3 * connections;
  // Node.js tells of a handshake that failed or takes too long, and leaves the connection open.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** Connections that have come and do not speak TLS yet, by the address and port that they come from. */
export function handshakesOf(server: PlainServer | SecureServer): ReadonlyMap<string, Socket> {
  const begun = new Map<string, Socket>();
  if (!('setSecureContext' in server)) return begun;
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    begun.set(name, socket);
    socket.once('close', () => {
      if (begun.get(name) === socket) begun.delete(name);
    });
  });
  server.on('secureConnection', (socket: Socket) => begun.delete(nameOf(socket)));
  return begun;
}

/** Ends a connection so that half an answer does not look like a whole one. */
export function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
