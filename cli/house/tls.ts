import type { Router } from 'express';
import { readCertificate } from '../../platform/doors/certificate.ts';
import { type AnySocketRoute, createHttpDoor, type HttpDoor } from '../../platform/doors/http.ts';
import type { Identify } from '../../platform/doors/identify.ts';
import type { Reading } from '../../platform/doors/reading.ts';
import type { Sweeper } from '../../platform/housekeeping.ts';
import { guestAdmission } from '../../platform/identity/address-admission.ts';
import type { Log } from '../../platform/log.ts';
import type { Config } from '../settings.ts';
import { doorLimits } from './limits.ts';

/** The door of a house on another address than this machine's own. */
export interface SecureDoor {
  readonly door: HttpDoor;
  /** Where callers find it: by the first name of its certificate. */
  readonly url: () => string;
  /** Looks now and then whether the certificate was renewed. */
  readonly sweeper: Sweeper;
}

export interface SecureDoorParts {
  readonly config: Config;
  readonly listen: string;
  readonly identify: Identify;
  readonly routes: readonly Router[];
  readonly sockets: readonly AnySocketRoute[];
  /** Shared by all doors of the house. */
  readonly reading: Reading;
  readonly log: Log;
}

/** A door over TLS, at which everyone is a guest, whose user of this machine or address counts for nothing. */
export async function createSecureDoor(parts: SecureDoorParts): Promise<SecureDoor> {
  const { config, listen, identify, routes, sockets, reading, log } = parts;
  const { certificate: file = '', key = '', 'https-port': port } = config.doors;
  let certificate = await readCertificate(file, key);
  const door = createHttpDoor({
    name: 'https',
    listen: { host: listen, port },
    limits: doorLimits(config),
    admission: guestAdmission,
    identify,
    certificate,
    routes,
    sockets,
    reading,
    log: log.child({ door: 'https' }),
  });
  return {
    door,
    url: () => `https://${certificate.names[0]}:${door.listening.port}`,
    sweeper: {
      name: 'certificate',
      async sweep() {
        const now = await readCertificate(file, key);
        if (now.cert === certificate.cert && now.key === certificate.key) return;
        certificate = now;
        door.renew(now);
        log.info('the certificate of the doors was renewed');
      },
    },
  };
}
