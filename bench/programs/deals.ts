import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { localAdministrator, type UserCaller } from '../../broker/caller.ts';
import { Work } from '../../broker/index.ts';
import { storeLimits } from '../../cli/house/limits.ts';
import { DocumentReader } from '../../grammar/index.ts';
import { printReply } from '../../language-door/reply.ts';
import { systemClock } from '../../platform/clock.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { Store } from '../../platform/store/store.ts';
import { defaultConfig } from '../harness/house.ts';
import { answerParent } from '../harness/program.ts';
import { type DealRows, standDeals } from './standing-deals.ts';

/** What a broker of this process is to do, over a store of its own that is durable at each answer. */
export type DealsRequest =
  /** To begin: a folder that is empty, and how many agreements stand open from then on. */
  | { readonly does: 'open'; readonly folder: string; readonly count: number }
  /** Deals from the Ask to the Agreement, so many at once, for about so long; ended again afterwards, unmeasured. */
  | { readonly does: 'deal'; readonly atOnce: number; readonly windowMs: number };

export interface DealsReply {
  /** How long each took, from the Ask to the Agreement, in milliseconds. */
  readonly timesMs: readonly number[];
  readonly perSecond: number;
  /** Of `open`: the rows that one deal leaves, by table. */
  readonly rows: DealRows;
}

/** What each node has, and how much of it a deal takes: there are a few nodes more than the deals fill. */
const nodeCpus = 128;
const dealCpus = 2;
const moreNodes = 8;
const users = 1_000;
/** Deals that are ended at once after they were measured. */
const unmeasuredAtOnce = 200;

answerParent(oneBroker());

function oneBroker(): (request: DealsRequest) => Promise<DealsReply> {
  let broker: Promise<BenchBroker> | undefined;
  return async (request) => {
    if (request.does === 'open') {
      const nodes = moreNodes + Math.ceil((request.count * dealCpus) / nodeCpus);
      broker = BenchBroker.open(request.folder, nodes);
      const one = await broker;
      const rows = await one.sample();
      await one.stand(request.count - 1, rows);
      return { timesMs: [], perSecond: 0, rows };
    }
    if (broker === undefined) throw new Error('open it first');
    return { ...(await (await broker).measure(request.atOnce, request.windowMs)), rows: {} };
  };
}

class BenchBroker {
  readonly #work: Work;
  readonly #store: Store;
  readonly #reader = new DocumentReader();
  #documents = 0;

  static async open(folder: string, nodes: number): Promise<BenchBroker> {
    await mkdir(folder, { recursive: true });
    const defaults = defaultConfig();
    const migrations = new URL('../../broker/migrations/', import.meta.url);
    const file = join(folder, 'broker.db');
    const store = await openSqliteStore({ file, migrations, log: silentLog, limits: storeLimits(defaults) });
    const many = 10_000_000;
    const config = {
      ...defaults.broker,
      price: ['0.03 CREDIT/cpu-h + 0.05 CREDIT/job'],
      'offers-share': 100,
      'deal-offers-each': many,
      'deal-agreements-each': many,
      'deal-documents-each': many,
    };
    const paces = new Paces(defaults.doors, systemClock);
    const work = await Work.open({ config, store, folder, paces, clock: systemClock, log: silentLog });
    const broker = new BenchBroker(work, store);
    await broker.#start(nodes);
    return broker;
  }

  private constructor(work: Work, store: Store) {
    this.#work = work;
    this.#store = store;
  }

  async #start(nodes: number): Promise<void> {
    const { ledger, sharing, jobs, resources } = this.#work;
    const names = Array.from({ length: users }, (_, user) => nameOf(user));
    await this.#store.write((sql) => {
      for (const name of names) sql.run('INSERT INTO users (name, created_at) VALUES (@name, 0)', { name });
    });
    await this.#work.start();
    await sharing.addGroup(localAdministrator, 'all');
    await sharing.addMembers(localAdministrator, 'all', names);
    for (let node = 0; node < nodes; node += 1) {
      const resource = `node-${node}`;
      await resources.adopt(resource, `key ${node}`);
      const link = { send() {} };
      jobs.dispatch.attach({ resource, owner: localAdministrator.owner }, link);
      const says = { Application: 'nothing', Cpus: `${nodeCpus}`, Memory: '1 PiB' };
      const powers = { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true };
      const facts = {
        type: 'facts',
        says,
        powers,
        mostTasks: nodeCpus,
        mostHeld: nodeCpus,
        draining: false,
      } as const;
      await jobs.dispatch.receive(resource, link, [facts, { type: 'inventory', tasks: [] }]);
      await sharing.share(localAdministrator, resource, ['group:all']);
    }
    await Promise.all(
      names.map((user) =>
        ledger.grant(localAdministrator, user, 'CREDIT', { amount: '1000000', request: `for-${user}` }),
      ),
    );
  }

  /** Makes one deal in a store that has none yet, and returns the rows that it has left. */
  async sample(): Promise<DealRows> {
    await this.#deal();
    return this.#store.read((sql) => {
      const of = (table: string, where = '1') => sql.all(`SELECT * FROM ${table} WHERE ${where}`);
      return {
        deals: of('deals'),
        holds: of('holds'),
        deal_documents: of('deal_documents'),
        deal_events: of('deal_events'),
        transfers: of('transfers', `kind = 'escrow'`),
        accounts: of('accounts', `kind = 'escrow'`),
      };
    });
  }

  /** Has so many agreements more stand open, each node as full as it gets. */
  stand(count: number, rows: DealRows): Promise<void> {
    const [work, store] = [this.#work, this.#store];
    const ownerOf = (deal: number) => nameOf(deal % users);
    const agentOf = (deal: number) => `node-${Math.floor(((deal + 1) * dealCpus) / nodeCpus)}`;
    return standDeals({ work, store, rows, count, ownerOf, agentOf });
  }

  async measure(atOnceNow: number, windowMs: number): Promise<Omit<DealsReply, 'rows'>> {
    const made: { readonly agreement: string; readonly user: number }[] = [];
    const timesMs: number[] = [];
    const begun = performance.now();
    const until = begun + windowMs;
    const dealer = async () => {
      do {
        const from = performance.now();
        made.push(await this.#deal());
        timesMs.push(performance.now() - from);
      } while (performance.now() < until);
    };
    await Promise.all(Array.from({ length: atOnceNow }, dealer));
    const perSecond = (made.length * 1_000) / (performance.now() - begun);
    await atOnce(unmeasuredAtOnce, made.length, async (index) => {
      const one = made[index];
      if (one !== undefined) await this.#say(one.user, 'Complete', `Agreement: ${one.agreement}`);
    });
    return { timesMs, perSecond };
  }

  async #deal(): Promise<{ readonly agreement: string; readonly user: number }> {
    const user = this.#documents % users;
    const offer = await this.#say(
      user,
      'Ask',
      `Application: nothing\nCpus: ${dealCpus}\nWalltime: 1 h\nBudget: 1 CREDIT`,
    );
    const agreement = await this.#say(user, 'Accept', `Offer: ${offer}`);
    return { agreement, user };
  }

  /** Sends a document as a door does, and returns the Id of what answers it. */
  async #say(user: number, action: string, more: string): Promise<string> {
    this.#documents += 1;
    const text = `SLA-version: 1.0\nAction: ${action}\nId: d-${this.#documents}\n${more}\n`;
    const [reading] = this.#reader.readText(text);
    if (reading === undefined || !('document' in reading) || !('envelope' in reading.document))
      throw new Error(`this is no document: ${text}`);
    const [reply] = await this.#work.deals.receive(reading.document, callerOf(user));
    const answer = reply === undefined ? '' : printReply(reply);
    const [, does, id] = /^Action: (.*)\n(?:Id: (.*)\n)?/m.exec(answer) ?? [];
    if (does === 'Decline' || does === undefined || (id === undefined && action !== 'Complete'))
      throw new Error(`${text} is answered by ${answer}`);
    return id ?? '';
  }
}

function nameOf(user: number): string {
  return `user-${user}`;
}

function callerOf(user: number): UserCaller {
  return { kind: 'user', owner: nameOf(user), scopes: new Set(['read', 'submit']) };
}

async function atOnce(most: number, count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
}
