import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Blobs } from './blobs.ts';
import type { MayUse } from './fitting.ts';
import type { FleetRules } from './fleet.ts';
import type { NeedReader } from './need.ts';
import { nearData } from './placement.ts';
import type { JobSettings } from './settings.ts';

/** With what tasks are brought to nodes. */
export interface DispatchParts {
  readonly config: JobSettings;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly reader: NeedReader;
  readonly mayUse: MayUse;
  /** Something of these jobs was written. */
  readonly changed: (jobs: readonly number[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** By what nodes are chosen. */
export function fleetRules({ config, mayUse, clock }: DispatchParts): FleetRules {
  return {
    strategy: nearData(config['input-slack']),
    mayUse,
    patienceMs: config['large-patience'],
    marginMs: config['start-slack'] + config.grace,
    now: () => clock.now(),
  };
}
