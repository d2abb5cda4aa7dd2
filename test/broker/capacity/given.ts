import type { Capacity, PlannedSlots, WantedSlots } from '../../../broker/capacity/capacity.ts';
import { type CapacityHouse, capacityHouse } from '../../../broker/capacity/house.ts';
import type { Shortage } from '../../../broker/capacity/keeper.ts';
import type { Agreement, Agreements } from '../../../broker/jobs/agreement.ts';
import { noAgreements } from '../../../broker/jobs/agreement.ts';
import type { Amounts } from '../../../broker/jobs/assignment.ts';
import { nothingUsed } from '../../../grammar/index.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Sql } from '../../../platform/store/store.ts';
import { type GivenJobs, givenBlobs, givenJobs, owner } from '../jobs/support.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** How much longer than was agreed tasks may take a node: start-slack and grace. */
export const marginMs = 40_000;

/** Nodes, jobs, and what is held and reserved of them. */
export interface GivenCapacity extends AsyncDisposable {
  readonly given: GivenJobs;
  readonly room: CapacityHouse;
  readonly capacity: Capacity;
  /** What deals were told of shortages, such as `1 short n1`. */
  readonly told: string[];
  now(): number;
  plan(wanted: Partial<WantedSlots> & { nodes: readonly string[] }): Promise<PlannedSlots | undefined>;
  /** An Offer of so many slots of a cpu for an hour, or as is said; undefined where there is no room. */
  offer(
    wanted: Partial<WantedSlots> & { nodes: readonly string[] },
    who?: string,
  ): Promise<number | undefined>;
  /** Its agreement is `agr` and its number. */
  accept(deal: number): Promise<string>;
  letGo(deal: number, state?: string): Promise<void>;
  /** Does it within a verb. */
  write<T>(verb: (sql: Sql, capacity: Capacity) => T): Promise<T>;
}

export const cpus = (amount: number, memory?: number): Amounts =>
  new Map([['cpus', amount], ...(memory === undefined ? [] : [['memory', memory] as const])]);

export async function givenCapacity(): Promise<GivenCapacity> {
  const told: string[] = [];
  let room: CapacityHouse;
  const tell = (_sql: Sql, shortages: readonly Shortage[]) => {
    const lines = shortages.map(({ deal, short, text }) => `${deal} ${short ? 'short' : 'whole'}: ${text}`);
    return () => void told.push(...lines);
  };
  const given = await givenJobs({}, givenBlobs(), ({ config, store, clock, jobs }) => {
    room = capacityHouse({
      config,
      store,
      clock,
      tell,
      tellBackEnd() {},
      log: silentLog,
      dispatch: () => jobs().dispatch,
    });
    const { claims, keeper } = room;
    return { claims, keeper, agreements, nodeChanged: (agent) => keeper.nodeChanged(agent) };
  });
  const write = async <T>(verb: (sql: Sql, capacity: Capacity) => T) => {
    const result = await given.service.store.write((sql) => verb(sql, room.capacity));
    await given.settle();
    return result;
  };
  const asked = (wanted: Partial<WantedSlots> & { nodes: readonly string[] }): WantedSlots => ({
    ...{ amounts: cpus(1), slots: 1, notBefore: given.clock.now(), lengthMs: hourMs },
    ...wanted,
  });
  return {
    given,
    told,
    get room() {
      return room;
    },
    get capacity() {
      return room.capacity;
    },
    now: () => given.clock.now(),
    plan: (wanted) => write((sql, capacity) => capacity.plan(sql, asked(wanted))),
    offer: (said, who = owner) =>
      write((sql, capacity) => {
        const wanted = asked(said);
        const planned = capacity.plan(sql, wanted);
        if (planned === undefined) return undefined;
        const deal = insertDeal(sql, who, planned.start, planned.start + wanted.lengthMs);
        capacity.hold(sql, deal, planned, wanted.amounts, planned.start + wanted.lengthMs);
        return deal;
      }),
    accept: (deal) =>
      write((sql, capacity) => {
        sql.run(
          "UPDATE deals SET state = 'active', verb = 'Accept', agreement = 'agr' || deal WHERE deal = @deal",
          {
            deal,
          },
        );
        capacity.reserve(sql, deal, `agr${deal}`);
        return `agr${deal}`;
      }),
    letGo: (deal) => write((sql, capacity) => capacity.letGo(sql, deal)),
    write,
    [Symbol.asyncDispose]: () => given[Symbol.asyncDispose](),
  };
}

export function insertDeal(sql: Sql, who: string, startsAt: number, untilAt: number): number {
  return sql.insert(
    `INSERT INTO deals (offer, owner, state, ask_id, ask, terms, created_at, starts_at, until_at)
     VALUES (@offer, @who, 'open', 'ask-1', '[]', '[]', 0, @startsAt, @untilAt)`,
    { offer: `off-${crypto.randomUUID()}`, who, startsAt: Math.floor(startsAt), untilAt: Math.ceil(untilAt) },
  );
}

/** Agreements at no price, of the deals that are there. */
const agreements: Agreements = {
  ...noAgreements,
  find: (sql, who, id) => (agreementOf(sql, id)?.owner === who ? agreementOf(sql, id) : undefined),
  byId: agreementOf,
};

const terms = [
  { name: 'Application', value: '"app"' },
  { name: 'Cpus', value: '1' },
  { name: 'Walltime', value: '10 h' },
];

function agreementOf(sql: Sql, id: string): Agreement | undefined {
  const row = sql.get<{ owner: string; startsAt: number; untilAt: number; state: Agreement['state'] }>(
    'SELECT owner, state, starts_at AS startsAt, until_at AS untilAt FROM deals WHERE agreement = @id',
    { id },
  );
  if (row === undefined) return undefined;
  const slot = { cpus: 1, gpus: 0, memory: 0 };
  const unpriced = { price: undefined, estimate: undefined, used: nothingUsed };
  return { ...row, id, terms, slot, resources: [], ...unpriced };
}
