import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { Certificate } from '../../platform/doors/certificate.ts';
import type { Admission, Listen } from '../../platform/doors/door.ts';
import { createHttpDoor, type HttpDoor, type HttpLimits } from '../../platform/doors/http.ts';
import type { Identify } from '../../platform/doors/identify.ts';
import type { Log } from '../../platform/log.ts';
import { failure } from '../../protocol/catalogue.ts';
import { callSocket, callsPath } from './calls.ts';
import { fileRoutes } from './file-routes.ts';
import type { ListeningClient } from './listening-client.ts';

/** One resource that this process serves, and the clients that may call it, by their keys. */
export interface CalledNode {
  readonly resource: string | null;
  /** Known once it has started. */
  readonly clients: () => ReadonlyMap<string, ListeningClient>;
}

export interface ListeningOptions {
  readonly nodes: readonly CalledNode[];
  readonly listen: Listen;
  /** Speaks TLS, as who it certifies; only so it listens on other addresses than this machine's own. */
  readonly certificate: Certificate | undefined;
  readonly limits: HttpLimits;
  /** Lets everybody in as a guest: who they are they prove by their keys. */
  readonly admission: Admission;
  /** How long a connection may be open until it says who calls, in milliseconds. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** The door at which clients call an agent, to drive it as a broker does: by the same protocol, under the same rules. */
export function createListening(options: ListeningOptions): HttpDoor {
  const { nodes, listen, certificate, limits, admission, patienceMs, clock, log } = options;
  const ofRequest = new WeakMap<IncomingMessage, ListeningClient>();
  const identify: Identify = (request, sender) => {
    if (request.url?.split('?', 1)[0] === callsPath) return { sender };
    const [, token] = /^Bearer ([\x21-\x7e]{1,500})$/.exec(request.headers.authorization ?? '') ?? [];
    const client = token === undefined ? undefined : holderOf(nodes, token);
    if (client === undefined)
      return { failure: failure('not-authenticated', 'this wants the token of a session that stands') };
    ofRequest.set(request, client);
    return { sender };
  };
  return createHttpDoor({
    name: 'the door for clients',
    listen,
    limits,
    admission,
    identify,
    ...(certificate === undefined ? {} : { certificate }),
    routes: [fileRoutes((request) => ofRequest.get(request)?.files)],
    sockets: [
      callSocket({
        find: (key, resource) =>
          nodes
            .filter((node) => resource === undefined || node.resource === resource)
            .map(({ clients }) => clients().get(key)?.arrivals)
            .find((arrivals) => arrivals !== undefined),
        ...{ patienceMs, clock, log },
      }),
    ],
    log,
  });
}

function holderOf(nodes: readonly CalledNode[], token: string): ListeningClient | undefined {
  for (const { clients } of nodes)
    for (const client of clients().values()) if (client.arrivals.holds(token)) return client;
  return undefined;
}
