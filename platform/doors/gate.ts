import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Failure } from '../failure.ts';
import { parseAddress } from '../identity/address.ts';
import type { Log } from '../log.ts';
import type { Certificate } from './certificate.ts';
import type { Admission, Listen, Sender } from './door.ts';
import { listenOn } from './listening.ts';
import { createListener, handshakesOf, reset, type Secure, secureContext } from './secure.ts';

export interface GateLimits {
  /** Connections (a count) served at once; as many more may wait for admission, and be told that they may not come in. */
  readonly connections: number;
  /** How many of them may be of guests; all unless set. */
  readonly guests?: number | undefined;
  /** How many of those may be of one user of this machine, or one address; all unless set. */
  readonly guestsEach?: number | undefined;
  /** How long a peer may go on sending after our last word, before it is cut off. */
  readonly lingerMs: number;
  /** How long a door that stops waits for what it is answering. */
  readonly drainMs: number;
}

/** What all doors share: connections are taken, counted, admitted, then served; nothing of them is read before. */
export interface Gate {
  readonly listening: Listen;
  open(): Promise<void>;
  /** Proves itself by another certificate to those who come from now on. */
  renew(certificate: Certificate): void;
  /** Takes no more, tells each served connection to `finish`, and after `drainMs` resets those that are left. */
  close(finish: (socket: Socket) => void): Promise<void>;
}

export function createGate(options: {
  readonly name: string;
  readonly listen: Listen;
  readonly limits: GateLimits;
  readonly admission: Admission;
  /** Speaks TLS. */
  readonly secure?: Secure | undefined;
  /** Whether it may listen on other addresses than this machine's own. */
  readonly elsewhere?: boolean | undefined;
  /** The last words for a peer that may not come in, as the door's protocol writes them. */
  readonly refusal: (failure: Failure) => string;
  readonly serve: (socket: Socket, sender: Sender) => void;
  readonly log: Log;
}): Gate {
  const { limits, log } = options;
  const waiting = new Set<Socket>();
  const served = new Set<Socket>();
  const leaving = new Set<Socket>();
  const guests = new Map<Socket, string>(); // by whom
  let listening: Listen | undefined;
  let closing: Promise<void> | undefined;

  const server = createListener(options.secure, limits.connections, (socket) => {
    socket.on('error', (error) => log.debug('a connection broke', { error: error.message }));
    void admit(socket);
  });
  const handshakes = handshakesOf(server);
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
      else if (verdict.guest && !isRoomFor(peerOf(verdict))) refuse(socket, tooManyGuests(options.name));
      else {
        hold(served, socket);
        if (verdict.guest) holdGuest(socket, peerOf(verdict));
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

  function isRoomFor(peer: string): boolean {
    const { connections, guests: most = connections, guestsEach = most } = limits;
    const theirs = guests.values().reduce((count, one) => count + Number(one === peer), 0);
    return guests.size < most && theirs < guestsEach;
  }

  function holdGuest(socket: Socket, peer: string): void {
    guests.set(socket, peer);
    socket.once('close', () => guests.delete(socket));
  }

  async function shut(finish: (socket: Socket) => void): Promise<void> {
    if (listening === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of [...waiting, ...leaving, ...handshakes.values()]) socket.destroy();
    for (const socket of served) finish(socket);
    const timer = setTimeout(() => {
      // By a reset: half an answer must not look like a whole one.
      for (const socket of served) reset(socket);
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
      listening = await listenOn(server, options.name, options.listen, options.elsewhere === true);
      server.on('error', onServerError);
    },
    renew(certificate) {
      if ('setSecureContext' in server) server.setSecureContext(secureContext(certificate));
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

function peerOf({ uid, address }: Sender): string {
  return uid === undefined ? address : `user ${uid}`;
}

function tooManyGuests(name: string): Failure {
  return {
    ...tooMany(name, 0),
    detail: `${name} serves some connections only of others than its owner, and of each of them, and those are taken`,
  };
}

function tooMany(name: string, connections: number): Failure {
  return {
    code: 'too-many-connections',
    status: 503,
    detail: `${name} serves ${connections} connections at once, and all are taken`,
    next: 'close one, or try again later',
  };
}
