import type { Admission, Door } from '../../platform/doors/door.ts';
import type { Reading } from '../../platform/doors/reading.ts';
import { createTextDoor } from '../../platform/doors/text.ts';
import { createRangeAdmission } from '../../platform/identity/address-admission.ts';
import type { Log } from '../../platform/log.ts';
import type { Config } from '../settings.ts';
import type { Place } from './free-ports.ts';
import { doorLimits } from './limits.ts';

export interface TextDoorsParts<M> {
  readonly config: Config;
  readonly place: Place;
  /** Who comes in on this machine. */
  readonly admission: Admission;
  readonly conversation: Pick<Parameters<typeof createTextDoor<M>>[0], 'split' | 'receive'>;
  /** Shared by all doors of the house. */
  readonly reading: Reading;
  readonly log: Log;
}

/** The text door of a service on this machine, and the one for other machines where there is one, which may do less. */
export interface TextDoors {
  readonly here: Door;
  readonly elsewhere?: Door;
}

export function createTextDoors<M>(parts: TextDoorsParts<M>): TextDoors {
  const { config, place, admission, conversation, reading, log } = parts;
  const { name, listen } = place;
  const shared = {
    name,
    limits: doorLimits(config),
    reading,
    log: log.child({ door: name }),
    ...conversation,
  };
  const here = createTextDoor({ ...shared, listen, admission });
  const { listen: host, text, 'text-tell': textTell } = config.doors;
  if (host === undefined || text.length + textTell.length === 0) return { here };
  const ranges = createRangeAdmission({ 'doors.text': text, 'doors.text-tell': textTell });
  const elsewhere = { listen: { host, port: listen.port }, elsewhere: true, admission: ranges };
  return { here, elsewhere: createTextDoor({ ...shared, ...elsewhere }) };
}
