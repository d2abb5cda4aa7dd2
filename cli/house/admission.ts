import type { Admission } from '../../platform/doors/door.ts';
import { createLocalAdmission } from '../../platform/identity/local-admission.ts';
import type { Log } from '../../platform/log.ts';
import type { Config } from '../settings.ts';

/**
 * Serves the user who runs this process, and nobody else; with `guests`, lets others of this machine in too, who must say
 * who they are.
 */
export function localAdmission({ doors }: Config, log: Log, guests = false): Admission {
  // By its number alone: in a container a user may have no name.
  const owner = process.getuid?.() ?? -1;
  return createLocalAdmission({ owner, attempts: doors['admission-attempts'], guests, log });
}
