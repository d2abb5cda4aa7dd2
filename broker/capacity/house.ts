import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Dispatch } from '../jobs/dispatch.ts';
import type { JobSettings } from '../jobs/settings.ts';
import { Capacity, type CapacityParts } from './capacity.ts';
import { Claims } from './claims.ts';
import { CapacityKeeper, type KeeperParts } from './keeper.ts';

export interface CapacityHouseParts extends Pick<KeeperParts, 'tell'>, Pick<CapacityParts, 'tellBackEnd'> {
  readonly config: Pick<JobSettings, 'agent-silence' | 'start-slack' | 'grace'>;
  readonly store: Store;
  /** Which brings tasks to nodes; called once all is put together. */
  readonly dispatch: () => Pick<Dispatch, 'nodes' | 'claimsChanged'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is held and reserved, with what keeps it and who asks for it. */
export interface CapacityHouse {
  readonly claims: Claims;
  readonly keeper: CapacityKeeper;
  readonly capacity: Capacity;
}

/** Puts together what knows what of nodes is held and reserved. */
export function capacityHouse({
  config,
  store,
  dispatch,
  tell,
  tellBackEnd,
  clock,
  log,
}: CapacityHouseParts): CapacityHouse {
  const claims = new Claims();
  const keeper = new CapacityKeeper({
    ...{ store, claims, tell, clock, log },
    supplyOf: (agent, now) => dispatch().nodes.supplyOf(agent, now),
    freed: (agents) => dispatch().claimsChanged(agents),
    silenceMs: config['agent-silence'],
  });
  const capacity = new Capacity({
    ...{ mirror: keeper.mirror, tellBackEnd },
    nodes: {
      roomOf: (agent, now, instead) => dispatch().nodes.roomOf(agent, now, instead),
      totals: () => dispatch().nodes.totals(),
    },
    marginMs: config['start-slack'] + config.grace,
    now: () => clock.now(),
  });
  return { claims, keeper, capacity };
}
