import type { Router } from 'express';
import { localAdministrator, setCaller } from '../../broker/caller.ts';
import { Entrance } from '../../broker/identities/entrance.ts';
import { doorSettings } from '../../cli/door-settings.ts';
import { systemClock } from '../../platform/clock.ts';
import { type AnySocketRoute, createHttpDoor, type HttpLimits } from '../../platform/doors/http.ts';
import type { Identify } from '../../platform/doors/identify.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { silentLog } from '../../platform/log.ts';
import { anyPort, httpLimits, openAdmission } from '../platform/doors/support.ts';

/** An HTTP door on loopback, open to whoever comes. Leaving the scope of `await using` closes it. */
export interface OpenHttpDoor extends AsyncDisposable {
  readonly url: string;
}

export async function openHttpDoor(
  routes: readonly Router[],
  sockets: readonly AnySocketRoute[] = [],
  limits: Partial<HttpLimits> = {},
  identify: Identify = everyoneIsOwner,
): Promise<OpenHttpDoor> {
  const door = createHttpDoor({
    name: 'the HTTP door',
    listen: anyPort,
    limits: { ...httpLimits, ...limits },
    admission: openAdmission,
    identify,
    routes,
    sockets,
    log: silentLog,
  });
  await door.start();
  return { url: `http://127.0.0.1:${door.listening.port}`, [Symbol.asyncDispose]: () => door.stop() };
}

/** As it is for a broker that has no users, and agents whose tokens `resourceOf` knows. */
export function entranceOf(resourceOf: (token: string) => string | undefined): Identify {
  const identities = {
    show: async () => undefined,
    showHash: async () => undefined,
    showUid: async () => undefined,
  };
  const pages = { find: () => undefined };
  const paces = new Paces(doorSettings.parse({}), systemClock);
  const entrance = new Entrance({ identities, resourceOf, pages, paces });
  return (request, sender) => entrance.identify(request, sender);
}

/** As it is for the user who runs the broker, on its own machine. */
const everyoneIsOwner: Identify = (request, sender) => {
  setCaller(request, localAdministrator);
  return { sender };
};
