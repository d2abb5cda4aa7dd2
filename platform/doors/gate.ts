import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Failure } from '../failure.ts';
import { parseAddress } from '../identity/address.ts';
import type { Log } from '../log.ts';
import type { Admission, Listen, Sender } from './door.ts';
import { listenOnLoopback } from './listening.ts';

export interface GateLimits {
  /** Connections (a count) served at once; as many more may wait for admission, and be told that they may not come in. */
  readonly connections: number;
  /** How long a peer may go on sending after our last word, before it is cut off. */
  readonly lingerMs: number;
  /** How long a door that stops waits for what it is answering. */
  readonly drainMs: number;
}

/** What all doors share: connections are taken, counted, admitted, then served; nothing of them is read before. */
export interface Gate {
  readonly listening: Listen;
  open(): Promise<void>;
  /** Takes no more, tells each served connection to `finish`, and after `drainMs` resets those that are left. */
  close(finish: (socket: Socket) => void): Promise<void>;
}

export function createGate(options: {
  readonly name: string;
  readonly listen: Listen;
  readonly limits: GateLimits;
  readonly admission: Admission;
  /** The last words for a peer that may not come in, as the door's protocol writes them. */
  readonly refusal: (failure: Failure) => string;
  readonly serve: (socket: Socket, sender: Sender) => void;
  readonly log: Log;
}): Gate {
  const { limits, log } = options;
  const waiting = new Set<Socket>();
  const served = new Set<Socket>();
  const leaving = new Set<Socket>();
  let listening: Listen | undefined;
  let closing: Promise<void> | undefined;

  // Paused until admitted, half-open so that a peer may end its input and still be answered.
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', (error) => log.debug('a connection broke', { error: error.message }));
    void admit(socket);
  });
  // Such as too many open files: the connection is lost, the door is not.
  const onServerError = (error: Error) =>
    log.error('a connection could not be taken', { error: error.message });

  async function admit(socket: Socket): Promise<void> {
    if (waiting.size >= limits.connections) {
      refuse(socket, tooMany(options.name, limits.connections));
      return;
    }
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (!localAddress || !localPort || !remoteAddress || !remotePort) {
      socket.destroy(); // reset before it was taken
      return;
    }
    hold(waiting, socket);
    try {
      const verdict = await options.admission.admit({ localAddress, localPort, remoteAddress, remotePort });
      waiting.delete(socket);
      if (socket.destroyed) return;
      if ('code' in verdict) refuse(socket, verdict);
      else if (closing !== undefined) socket.destroy();
      else if (served.size >= limits.connections) refuse(socket, tooMany(options.name, limits.connections));
      else {
        hold(served, socket);
        options.serve(socket, { ...verdict, address: plain(verdict.address) });
      }
    } catch (error) {
      log.error('a connection could not be served', { error });
      socket.destroy();
    }
  }

  function refuse(socket: Socket, failure: Failure): void {
    log.debug('a connection was refused', { code: failure.code });
    if (leaving.size >= limits.connections || closing !== undefined) {
      socket.destroy();
      return;
    }
    hold(leaving, socket);
    socket.end(options.refusal(failure));
    linger(socket, limits.lingerMs);
  }

  function hold(set: Set<Socket>, socket: Socket): void {
    set.add(socket);
    socket.once('close', () => set.delete(socket));
  }

  async function shut(finish: (socket: Socket) => void): Promise<void> {
    if (listening === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of [...waiting, ...leaving]) socket.destroy();
    for (const socket of served) finish(socket);
    const timer = setTimeout(() => {
      // By a reset: half an answer must not look like a whole one.
      for (const socket of served) socket.resetAndDestroy();
    }, limits.drainMs);
    await closed;
    clearTimeout(timer);
  }

  return {
    get listening() {
      if (listening === undefined) throw new Error(`${options.name} does not listen yet`);
      return listening;
    },
    async open() {
      listening = await listenOnLoopback(server, options.name, options.listen);
      server.on('error', onServerError);
    },
    close(finish) {
      closing ??= shut(finish);
      return closing;
    },
  };
}

/**
 * Lets a peer read our last word, which was given to `end`. To close while it still sends would reset the
 * connection and could take that word away, so what comes is thrown away until the peer ends too, for at most
 * `lingerMs` milliseconds after the word has left this process.
 */
export function linger(socket: Socket, lingerMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  socket.removeAllListeners('data');
  socket.resume();
  const wait = () => {
    timer = setTimeout(() => socket.destroy(), lingerMs);
  };
  if (socket.writableFinished) wait();
  else socket.once('finish', wait);
  socket.once('close', () => clearTimeout(timer));
}

function plain(address: string): string {
  return parseAddress(address)?.toString() ?? address;
}

function tooMany(name: string, connections: number): Failure {
  return {
    code: 'too-many-connections',
    status: 503,
    detail: `${name} serves ${connections} connections at once, and all are taken`,
    next: 'close one, or try again later',
  };
}
