import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Listen } from '../../../platform/doors/door.ts';
import {
  type AnySocketRoute,
  createHttpDoor,
  type HttpLimits,
  type SocketHandler,
  type SocketPeer,
} from '../../../platform/doors/http.ts';
import type { Identify } from '../../../platform/doors/identify.ts';
import { anyPort, httpLimits, memoryLog, openAdmission } from './support.ts';

type Handler = ReturnType<AnySocketRoute['open']>;

/** A door with one WebSocket route, `/ws`, open; it ends its clients too. */
export interface GivenSocketDoor extends AsyncDisposable {
  readonly listening: Listen;
  readonly log: ReturnType<typeof memoryLog>;
  stop(): Promise<void>;
  /** A client that may not have connected yet. */
  dial(path?: string, options?: { autoPong?: boolean }): WebSocket;
  /** A client that has connected. */
  client(options?: { autoPong?: boolean }): Promise<WebSocket>;
}

/** What `handler` leaves out answers each frame with itself. */
export async function givenSocketDoor(
  handler: (peer: SocketPeer) => Partial<SocketHandler> | Handler = () => ({}),
  limits: Partial<HttpLimits> = {},
  identify?: Identify,
): Promise<GivenSocketDoor> {
  const log = memoryLog();
  const door = createHttpDoor({
    name: 'the test door',
    listen: anyPort,
    limits: { ...httpLimits, ...limits },
    admission: openAdmission,
    routes: [],
    sockets: [
      {
        path: '/ws',
        open: (peer: SocketPeer) => ({ receive: async (frame) => frame, ...handler(peer) }),
      } as AnySocketRoute,
    ],
    identify,
    log,
  });
  await door.start();
  const clients: WebSocket[] = [];
  const dial = (path = '/ws', options = {}) => {
    const websocket = new WebSocket(`ws://127.0.0.1:${door.listening.port}${path}`, options);
    websocket.on('error', () => {});
    clients.push(websocket);
    return websocket;
  };
  return {
    listening: door.listening,
    log,
    stop: () => door.stop(),
    dial,
    async client(options) {
      const websocket = dial('/ws', options);
      await once(websocket, 'open');
      return websocket;
    },
    async [Symbol.asyncDispose]() {
      for (const websocket of clients) websocket.terminate();
      await door.stop();
    },
  };
}

/** The next frames that come. */
export function frames(websocket: WebSocket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const came: string[] = [];
    websocket.on('message', (data) => {
      if (came.push(String(data)) === count) resolve(came);
    });
    websocket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
}
