import type { Bank } from '../../../broker/accounts/bank.ts';
import { Ledger } from '../../../broker/accounts/ledger.ts';
import { localAdministrator, type UserCaller } from '../../../broker/caller.ts';
import { Capacity } from '../../../broker/capacity/capacity.ts';
import { Claims } from '../../../broker/capacity/claims.ts';
import { Mirror } from '../../../broker/capacity/mirror.ts';
import { tasksAtOnce } from '../../../broker/capacity/timeline.ts';
import { Deals } from '../../../broker/deals/deals.ts';
import type { DealCapacity, WorkUnder } from '../../../broker/deals/parts.ts';
import { Node } from '../../../broker/jobs/agent-node.ts';
import { type BrokerSettings, brokerSettings } from '../../../broker/settings.ts';
import { strategiesOf } from '../../../broker/strategies/strategies.ts';
import { type Document1, readAnyDocuments } from '../../../grammar/index.ts';
import { printReply } from '../../../language-door/reply.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Sql, Store } from '../../../platform/store/store.ts';
import { ManualClock } from '../../support/clock.ts';
import { facts } from '../given-work.ts';

/** Somebody with an account. */
export function userNamed(owner: string): UserCaller {
  return { kind: 'user', owner, scopes: new Set(['read', 'submit']) };
}

/** What nodes there are, by name: how many cpus each has. */
export interface TradedNodes {
  readonly [name: string]: number;
}

/** The deals of a broker over one store, as they are after each start. */
export interface Trade {
  readonly deals: Deals;
  readonly ledger: Ledger;
  /** Sends a document, as text, and returns what answers it. */
  say(user: UserCaller | undefined, text: string): Promise<Document1>;
  stop(): Promise<void>;
}

export interface TradeParts {
  readonly store: Store;
  readonly clock?: ManualClock | undefined;
  readonly nodes?: TradedNodes | undefined;
  readonly settings?: Partial<BrokerSettings> | undefined;
  /** The agreements under which something runs. */
  readonly busy?: ReadonlySet<string> | undefined;
  /** Whether batch systems behind the nodes are to keep what is promised. */
  readonly reserves?: boolean | undefined;
  /** Where the money is; the broker's own ledger unless given. */
  readonly bank?: Bank | undefined;
}

/** A price and the currency that it is in; each node has it. */
const priced = { currencies: ['EUR'], price: ['0.03 EUR/cpu-h + 0.05 EUR/job'] };

/** Deals over a store that is open, with nodes whose agents are there. */
export async function openTrade(parts: TradeParts): Promise<Trade> {
  const { store, clock = new ManualClock(), nodes = { 'node-0': 4 }, settings, busy = new Set() } = parts;
  const { reserves = false } = parts;
  const config = { ...brokerSettings.parse({}), ...priced, ...settings };
  const ledger = new Ledger({ config, store, clock, log: silentLog });
  const { bank = ledger } = parts;
  const all = Object.entries(nodes).map(([name, cpus]) => nodeOf(name, cpus));
  const capacity = await capacityOf(store, clock, nodes, reserves);
  const attempts = 'SELECT 1 AS one FROM agreement_attempts WHERE agreement = @agreement';
  const work: WorkUnder = {
    stop: () => () => {},
    isIdle: (sql, agreement) => !busy.has(agreement) && sql.get(attempts, { agreement }) === undefined,
    endsBy: () => undefined,
    changed() {},
  };
  const deals = new Deals({
    ...{
      config,
      store,
      clock,
      log: silentLog,
      bank,
      strategies: strategiesOf(config),
      capacity,
      work,
    },
    nodes: () => all,
    mayUse: () => true,
    tellBackEnd() {},
  });
  await deals.start();
  return {
    deals,
    ledger,
    async say(user, text) {
      const [reply] = await deals.receive(documentOf(text), user);
      if (reply === undefined) throw new Error('nothing answers');
      return documentOf(printReply(reply));
    },
    stop: () => deals.stop(),
  };
}

/** Puts users into a store, each with 5 EUR. */
export async function giveUsers(store: Store, names: readonly string[], amount = '5'): Promise<void> {
  await store.write((sql) => {
    for (const name of names) sql.run('INSERT INTO users (name, created_at) VALUES (@name, 0)', { name });
  });
  const config = { ...brokerSettings.parse({}), ...priced };
  const ledger = new Ledger({ config, store, clock: new ManualClock(), log: silentLog });
  for (const name of names)
    await ledger.grant(localAdministrator, name, 'EUR', { amount, request: `for-${name}` });
}

function nodeOf(name: string, cpus: number): Node {
  const node = new Node({ resource: name, owner: 'local' }, { send() {} });
  node.facts = {
    ...facts,
    says: {
      ...{ Application: ['gcc4.0.2'], Arch: 'x86_64', Cpus: `${cpus}`, Memory: '16 GiB' },
      ...{ Features: 'avx2, sse4_2', Region: 'eu-north' },
    },
    powers: { ...facts.powers, isolates: true },
  };
  node.isKnown = true;
  return node;
}

async function capacityOf(
  store: Store,
  clock: ManualClock,
  nodes: TradedNodes,
  reserves: boolean,
): Promise<DealCapacity> {
  const mirror = new Mirror(new Claims(), () => {});
  await store.read((sql) => mirror.load(sql));
  const totalOf = (cpus: number) =>
    new Map([
      ['cpus', cpus],
      ['memory', 16 * 2 ** 30],
      [tasksAtOnce, 64],
    ]);
  return new Capacity({
    ...{ mirror, tellBackEnd() {} },
    nodes: {
      roomOf(agent, _now, instead) {
        const cpus = nodes[agent];
        if (cpus === undefined) return undefined;
        const taken = mirror.claims.takenOf(agent);
        const its = mirror.claims.ofDealOn(instead ?? 0, agent);
        const total = totalOf(cpus);
        return {
          ...{ most: total, keepsTime: true, reserves, own: [], queue: undefined, total, taken },
          ...{ spans: [], less: its === undefined ? [] : [its.span] },
        };
      },
      totals: () => totalOf(Object.values(nodes).reduce((sum, cpus) => sum + cpus, 0)),
    },
    marginMs: 0,
    tellBackEnd() {},
    now: () => clock.now(),
  });
}

/** What a text says. */
export function documentOf(text: string): Document1 {
  const [reading] = readAnyDocuments(`${text.trim()}\n\n`);
  if (reading === undefined || !('document' in reading) || !('envelope' in reading.document))
    throw new Error(`this is no document of version 1.0: ${text}\n${JSON.stringify(reading)}`);
  return reading.document;
}

/** The value of a header; undefined where it is not there. */
export function said(document: Document1, name: string): string | undefined {
  return document.headers.find((header) => header.name === name)?.value;
}

/** Currencies that do not sum to zero, and accounts below zero that are no issuer's. */
export function faultsOfMoney(sql: Sql): object[] {
  return sql.all(
    `SELECT currency FROM accounts GROUP BY currency
       HAVING sum(nano) % 1000000000 <> 0 OR sum(whole) + sum(nano) / 1000000000 <> 0
     UNION ALL SELECT owner FROM accounts WHERE kind <> 'issuer' AND whole < 0`,
  );
}

/** Money in escrow for what is no agreement under way, and what is held or reserved for deals that are over. */
export function orphans(sql: Sql): object[] {
  return sql.all(
    `SELECT a.owner AS orphan FROM accounts a LEFT JOIN deals d ON d.agreement = a.owner
       WHERE a.kind = 'escrow' AND (a.whole <> 0 OR a.nano <> 0)
         AND coalesce(d.state, '') NOT IN ('accepting', 'active', 'ending')
     UNION ALL SELECT h.deal FROM holds h LEFT JOIN deals d ON d.deal = h.deal
       WHERE coalesce(d.state, '') NOT IN ('open', 'accepting', 'active', 'ending')
     UNION ALL SELECT d.deal FROM deals d WHERE d.state IN ('open', 'accepting', 'active')
         AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.deal = d.deal)`,
  );
}
