import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localAdministrator, type UserCaller } from '../../broker/caller.ts';
import { Work } from '../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../broker/settings.ts';
import { doorSettings } from '../../cli/door-settings.ts';
import { type Document1, document1Of, type Header } from '../../grammar/index.ts';
import type { Reply } from '../../language-door/reply.ts';
import { systemClock } from '../../platform/clock.ts';
import { keyPairIn } from '../../platform/identity/key-pair.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { silentLog } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { JobRequest } from '../../protocol/jobs/job.ts';
import { ScriptedAgent } from '../broker/agents/scripted-agent.ts';
import { facts, workOn } from '../broker/given-work.ts';
import { type OpenHttpDoor, openHttpDoor } from '../broker/http-door.ts';
import type { Random } from '../chaos/plan.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';

/** What each node has. */
export const nodeCpus = 8;
/** No program runs longer, in milliseconds. */
const longestRunMs = 200;

export interface HouseOptions {
  readonly name: string;
  readonly users: readonly string[];
  readonly nodes: number;
  /** What each user is given. */
  readonly amount: string;
  readonly random: Random;
  readonly settings: Partial<BrokerSettings>;
}

/** A broker in this process, with a store and nodes of its own, that may be stopped and started again. */
export class TradingHouse implements AsyncDisposable {
  readonly name: string;
  readonly #options: HouseOptions;
  readonly #folder: string;
  readonly #service: ServiceStore;
  #work: Work | undefined;
  #door: OpenHttpDoor | undefined;
  #agents: ScriptedAgent[] = [];
  #isOpen = Promise.withResolvers<void>();
  #isUp = false;

  static async open(options: HouseOptions): Promise<TradingHouse> {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-trading-'));
    const house = new TradingHouse(options, folder, await openServiceStore('broker'));
    await house.store.write((sql) => {
      for (const name of options.users)
        sql.run('INSERT INTO users (name, created_at) VALUES (@name, 0)', { name });
    });
    await house.start();
    const { ledger, sharing } = house.work;
    await sharing.addGroup(localAdministrator, 'traders');
    await sharing.addMembers(localAdministrator, 'traders', options.users);
    for (const agent of house.agents) await sharing.share(localAdministrator, agent, ['group:traders']);
    for (const user of options.users)
      await ledger.grant(localAdministrator, user, 'CREDIT', {
        amount: options.amount,
        request: `for-${user}`,
      });
    return house;
  }

  private constructor(options: HouseOptions, folder: string, service: ServiceStore) {
    this.name = options.name;
    this.#options = options;
    this.#folder = folder;
    this.#service = service;
  }

  get store(): Store {
    return this.#service.store;
  }

  get work(): Work {
    if (this.#work === undefined) throw new Error(`${this.name} is closed`);
    return this.#work;
  }

  /** The names of its agents. */
  get agents(): string[] {
    return Array.from({ length: this.#options.nodes }, (_, index) => `node-${index}`);
  }

  /** Resolves once it is open; at once where it is. */
  get opened(): Promise<void> {
    return this.#isOpen.promise;
  }

  /** What a user's document is answered with. */
  receive(document: Document1, owner: string): Promise<readonly Reply[]> {
    return this.work.deals.receive(document, callerOf(owner));
  }

  /** The same of headers. */
  say(owner: string, action: string, id: string, more: readonly Header[]): Promise<readonly Reply[]> {
    const said = { 'SLA-version': '1.0', Action: action, Id: id };
    const head = Object.entries(said).map(([name, value]) => ({ name, value }));
    return this.receive(document1Of([...head, ...more]), owner);
  }

  submit(owner: string, request: JobRequest): Promise<{ readonly id: string }> {
    return this.work.jobs.submit(owner, request);
  }

  /** Whether it takes what is said just now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  async start(): Promise<void> {
    const { settings } = this.#options;
    const config = { ...brokerSettings.parse({ 'open-access': [] }), ...settings };
    const paces = new Paces(doorSettings.parse({}), systemClock);
    const parts = { config, folder: this.#folder, paces, clock: systemClock, log: silentLog };
    const work = await Work.open({ ...parts, store: this.#service.store });
    this.#work = work;
    this.#door = await openHttpDoor(work.routes(), work.sockets(), {}, (request, sender) =>
      work.entrance.identify(request, sender),
    );
    await work.start();
    for (const name of this.agents) this.#agents.push(await this.#agent(name));
    const isKnown = () => [...work.jobs.dispatch.nodes.all].filter((node) => node.isKnown).length;
    while (isKnown() < this.agents.length) await pause(2);
    this.#isUp = true;
    this.#isOpen.resolve();
  }

  async stop(): Promise<void> {
    this.#isUp = false;
    this.#isOpen = Promise.withResolvers();
    for (const agent of this.#agents) agent.cut();
    this.#agents = [];
    await this.#work?.stop();
    await this.#door?.[Symbol.asyncDispose]();
    this.#door = undefined;
    this.#work = undefined;
  }

  /** Stops, and starts again over the same file. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#service.reopen();
    await this.start();
  }

  /** A node goes, and comes again as one that has lost all. */
  async lose(name: string, forMs: number): Promise<void> {
    const place = this.agents.indexOf(name);
    this.#agents[place]?.cut();
    await pause(forMs);
    if (this.#work === undefined) return;
    const agent = await this.#agent(name);
    this.#agents[place] = agent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#service[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #agent(name: string): Promise<ScriptedAgent> {
    const { work, url } = { work: this.work, url: this.#door?.url ?? '' };
    const keys = await keyPairIn(join(this.#folder, name));
    const { brokerKey } = await work.resources.adopt(name, keys.publicKey);
    const agent = new ScriptedAgent(url, keys, brokerKey);
    await agent.connect();
    const says = { Application: ['echo'], Cpus: `${nodeCpus}` };
    const powers = { ...facts.powers, isolates: true };
    await agent.say(
      { ...facts, says, powers, mostTasks: nodeCpus, mostHeld: nodeCpus },
      { type: 'inventory', tasks: [] },
    );
    void workOn(agent, () => this.#run()).catch(() => {}); // it was cut
    return agent;
  }

  async #run() {
    const startedAt = Date.now();
    await pause(this.#options.random() * longestRunMs);
    const endedAt = Date.now();
    const exit = { kind: 'exited' as const, code: 0, startedAt, endedAt, cpuSeconds: 0, maxRssBytes: 0 };
    return { exit };
  }
}

function callerOf(owner: string): UserCaller {
  if (owner === localAdministrator.owner) return localAdministrator;
  return { kind: 'user', owner, scopes: new Set(['read', 'submit']) };
}
