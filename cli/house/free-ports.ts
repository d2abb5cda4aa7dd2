import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Listen } from '../../platform/doors/door.ts';
import { listenOnLoopback } from '../../platform/doors/listening.ts';

/** A door that is to be opened. */
export interface Place {
  readonly name: string;
  readonly listen: Listen;
}

/**
 * Throws the Refusal with which a door would not open where its port is in use, before anything is begun that takes
 * long. (A port that is taken after this is refused by its door.)
 */
export async function checkFree(places: readonly Place[]): Promise<void> {
  for (const { name, listen } of places) {
    if (listen.port === 0) continue;
    const server = createServer();
    await listenOnLoopback(server, name, listen);
    server.close();
    await once(server, 'close');
  }
}
