import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Claims } from '../capacity/claims.ts';
import type { Agreements } from './agreement.ts';
import type { Blobs } from './blobs.ts';
import type { MayUse } from './fitting.ts';
import type { FleetRules } from './fleet.ts';
import type { Changes } from './moving.ts';
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
  readonly agreements: Agreements;
  /** What is held for Offers, and reserved by agreements. */
  readonly claims: Claims;
  /** A node has come or gone, or what it has, or whether it takes tasks, is otherwise. */
  readonly nodeChanged: (agent: string) => void;
  /** Something of these jobs was written. */
  readonly changed: (changes: Pick<Changes, 'jobs' | 'ended'>) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** By what nodes are chosen. */
export function fleetRules({ config, mayUse, claims, nodeChanged, clock }: DispatchParts): FleetRules {
  return {
    claims,
    changed: nodeChanged,
    strategy: nearData(config['input-slack']),
    mayUse,
    patienceMs: config['large-patience'],
    marginMs: config['start-slack'] + config.grace,
    now: () => clock.now(),
  };
}
