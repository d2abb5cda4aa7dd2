import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Listen } from '../../platform/doors/door.ts';
import { listenOn } from '../../platform/doors/listening.ts';

/** A door that is to be opened. */
export interface Place {
  readonly name: string;
  readonly listen: Listen;
  /** Whether it may be on another address than this machine's own. */
  readonly elsewhere?: boolean | undefined;
}

/**
 * Throws the Refusal with which a door would not open where its port is in use, before anything is begun that takes
 * long. (A port that is taken after this is refused by its door.)
 */
export async function checkFree(places: readonly Place[]): Promise<void> {
  for (const { name, listen, elsewhere = false } of places) {
    if (listen.port === 0) continue;
    const server = createServer();
    await listenOn(server, name, listen, elsewhere);
    server.close();
    await once(server, 'close');
  }
}
