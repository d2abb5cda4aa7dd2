import type { Clock } from '../../platform/clock.ts';
import type { Admission, Door, Listen } from '../../platform/doors/door.ts';
import type { Log } from '../../platform/log.ts';
import { advertise } from '../advertised.ts';
import type { Application } from '../application.ts';
import type { Opening } from '../hours/opening.ts';
import { hostDoorLimits } from '../limits.ts';
import type { RunFolders } from '../local/run-folders.ts';
import { createTurns } from '../local/turns.ts';
import type { Ports } from '../ports.ts';
import type { AgentSettings } from '../settings.ts';
import type { Told } from '../tells.ts';
import { createHostDoor } from './host-door.ts';
import { createSeats } from './seats.ts';

/** Where a door is to open, and how long it waits, in milliseconds, for a port in use. */
export interface Place {
  readonly listen: Listen;
  readonly listenRetryMs: number;
}

/** Opens a door at the port that is configured, 0 for any; it may have had another before. */
export type OpenDoor = (
  configured: number,
  kept: number | undefined,
  make: (place: Place) => Door,
) => Promise<Listen>;

export interface HostDoorsOptions {
  readonly config: AgentSettings;
  readonly admission: Admission;
  readonly applications: readonly Application[];
  readonly additions: ReadonlyMap<string, string>;
  /** The ports that the doors had, by the names of their applications. */
  readonly kept: Ports['hosts'];
  readonly runs: RunFolders;
  /** Whether the node serves at this time of day. */
  readonly opening: Pick<Opening, 'unwilling'>;
  /** The agent's search path. */
  readonly path: string;
  /** Programs (a count) that run at once unless the configuration says. */
  readonly cores: number;
  readonly open: OpenDoor;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens a Host door for each application that this machine runs by itself, and says where each is told to be. */
export async function openHostDoors(
  options: HostDoorsOptions,
): Promise<{ readonly offered: readonly Told[]; readonly ports: Ports['hosts'] }> {
  const { config, applications, kept, cores, open, ...parts } = options;
  const concurrent = config['concurrent-programs'] ?? cores;
  const shared = {
    ...parts,
    seats: createSeats(concurrent + config['waiting-connections']),
    turns: createTurns(concurrent),
  };
  const configured = [config['host-port'], ...config['host-ports']];
  const offered: Told[] = [];
  const ports = new Map<string, number>();
  const hosted = applications.filter(({ isInImage, isElsewhere }) => !(isInImage || isElsewhere));
  for (const [index, application] of hosted.entries()) {
    const { name } = application;
    const before = Object.hasOwn(kept, name) ? kept[name] : undefined;
    const listening = await open(configured[index] ?? 0, before, ({ listen, listenRetryMs }) =>
      createHostDoor({
        ...shared,
        application,
        listen,
        limits: hostDoorLimits(config, concurrent, listenRetryMs),
      }),
    );
    ports.set(name, listening.port);
    offered.push({ name, address: advertise(config['host-address'], listening, index === 0) });
  }
  const others = applications.filter((each) => !hosted.includes(each));
  return {
    offered: [...offered, ...others.map(({ name }) => ({ name, address: undefined }))],
    ports: Object.fromEntries(ports),
  };
}
