import type { Router } from 'express';
import { createHttpDoor, type HttpLimits, type SocketRoute } from '../../platform/doors/http.ts';
import { silentLog } from '../../platform/log.ts';
import { anyPort, httpLimits, openAdmission } from '../platform/doors/support.ts';

/** An HTTP door on loopback, open to whoever comes. Leaving the scope of `await using` closes it. */
export interface OpenHttpDoor extends AsyncDisposable {
  readonly url: string;
}

export async function openHttpDoor(
  routes: readonly Router[],
  sockets: readonly SocketRoute[] = [],
  limits: Partial<HttpLimits> = {},
): Promise<OpenHttpDoor> {
  const door = createHttpDoor({
    name: 'the HTTP door',
    listen: anyPort,
    limits: { ...httpLimits, ...limits },
    admission: openAdmission,
    routes,
    sockets,
    log: silentLog,
  });
  await door.start();
  return { url: `http://127.0.0.1:${door.listening.port}`, [Symbol.asyncDispose]: () => door.stop() };
}
