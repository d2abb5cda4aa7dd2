import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { addResource, removeResource } from '../../../broker/agents/store.ts';
import type { Blobs } from '../../../broker/jobs/blobs.ts';
import { Jobs, type JobsParts } from '../../../broker/jobs/jobs.ts';
import { localOwner } from '../../../broker/jobs/owner.ts';
import { type JobSettings, jobSettings } from '../../../broker/jobs/settings.ts';
import { Refusal } from '../../../platform/failure.ts';
import type { Part } from '../../../platform/lifecycle.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { AgentFacts, AgentMessage, BrokerMessage, Ended } from '../../../protocol/agent/messages.ts';
import { type JobRequest, type JobView, jobRequest, type TaskView } from '../../../protocol/jobs/job.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore, type ServiceStore } from '../../support/service-store.ts';

export const owner = localOwner;
const never = new AbortController().signal;

/** Staging that has every blob of which somebody has told its bytes. */
export function givenBlobs(here: ReadonlyMap<string, number> = new Map()): Blobs {
  const those = (blobs: readonly string[]) =>
    new Map(blobs.flatMap((blob) => (here.has(blob) ? [[blob, here.get(blob) ?? 0] as const] : [])));
  return {
    claim: (_sql, _job, _owner, blobs) => those(blobs),
    keep: (_sql, _job, _resource, blobs) => those(blobs),
    sizes: (_sql, blobs) => those(blobs),
    contentOf: async () => undefined,
    release() {},
  };
}

/** Jobs in a world of their own, with a clock that a test moves. Leaving the scope of `await using` ends it. */
export interface GivenJobs extends AsyncDisposable {
  readonly jobs: Jobs;
  readonly clock: ManualClock;
  readonly service: ServiceStore;
  /** While set, the store of the jobs takes nothing, as if the disk were full. */
  isFull: boolean;
  /** What is shared with others than its owner, such as `node ann`: who changes it has to say so to dispatch. */
  readonly shares: Set<string>;
  /** Submits a job of an application `app`, unless it is said otherwise. */
  submit(request?: Partial<z.input<typeof jobRequest>>, who?: string): Promise<JobView>;
  job(id: string, who?: string): Promise<JobView>;
  task(id: string, number?: number): Promise<TaskView>;
  /** How it is with the tasks of a job, such as `1 started 2 matching`. */
  states(id: string): Promise<string>;
  /** An agent that begins a session, and says what it has in its hands. */
  agent(resource: string, facts?: Partial<AgentFacts>, inventory?: Inventory): Promise<ScriptedAgent>;
  /** Takes a resource out of the store, as its owner does; dispatch is not told. */
  takeOut(resource: string): Promise<void>;
  /** Waits until nothing goes on. */
  settle(): Promise<void>;
  /** As if the process had been ended and begun anew on the same file, so many milliseconds later. */
  restart(downMs?: number): Promise<void>;
}

/** What else of the broker there is beside its jobs is made of this, anew at each start. */
export interface Beside {
  readonly config: JobSettings;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly jobs: () => Jobs;
}

export type Inventory = Extract<AgentMessage, { type: 'inventory' }>['tasks'];

export async function givenJobs(
  settings: Partial<JobSettings> = {},
  blobs: Blobs = givenBlobs(),
  beside: (here: Beside) => Partial<JobsParts> & { readonly keeper?: Part } = () => ({}),
): Promise<GivenJobs> {
  const service = await openServiceStore('broker');
  const clock = new ManualClock();
  const config = { ...z.strictObject(jobSettings).parse({ 'open-access': ['*'] }), ...settings };
  let made = 0;
  const open = async () => {
    const newId = () => {
      made += 1;
      return `job${made}`;
    };
    const full = new Refusal({ code: 'store-full', status: 507, detail: 'there is no room left' });
    const { store } = service;
    const fullStore: Store = {
      write: (verb) => (given.isFull ? Promise.reject(full) : store.write(verb)),
      read: (query) => store.read(query),
      close: () => store.close(),
    };
    const mayUse = (resource: string, user: string) => given.shares.has(`${resource} ${user}`);
    const parts = { config, store: fullStore, blobs, mayUse, newId, clock, log: silentLog };
    const { keeper, ...more } = beside({ config, store: fullStore, clock, jobs: () => opened });
    const opened = new Jobs({ ...parts, ...more });
    kept = keeper;
    await keeper?.start();
    await opened.start();
    return opened;
  };
  const settle = async () => {
    for (let turns = 0; turns < 12; turns += 1) await turn();
  };
  let jobs: Jobs;
  let kept: Part | undefined;
  const given: GivenJobs = {
    isFull: false,
    shares: new Set(),
    get jobs() {
      return jobs;
    },
    clock,
    service,
    async submit(request = {}, who = owner) {
      const view = await jobs.submit(who, requestOf(request));
      await settle();
      return view;
    },
    job: (id, who = owner) => jobs.job(who, id, 0, { wait: 0, signal: never }),
    task: (id, number = 1) => jobs.task(owner, id, number),
    async states(id) {
      const { tasks } = await jobs.tasks(owner, id, {});
      return tasks.map(({ number, state }) => `${number} ${state}`).join(' ');
    },
    async agent(resource, facts = {}, inventory = []) {
      const agent = new ScriptedAgent(given, resource);
      await agent.begin(facts, inventory);
      return agent;
    },
    async takeOut(resource) {
      const { store } = service;
      const made = { name: resource, owner, now: 0, most: 100 };
      await store.write((sql) => addResource(sql, made, { secret: resource, until: 0 }));
      await store.write((sql) => removeResource(sql, owner, resource));
    },
    settle,
    async restart(downMs = 0) {
      await kept?.stop();
      await jobs.stop();
      await clock.advance(downMs);
      await service.reopen();
      jobs = await open();
    },
    async [Symbol.asyncDispose]() {
      await kept?.stop();
      await jobs.stop();
      await service[Symbol.asyncDispose]();
    },
  };
  jobs = await open();
  return given;
}

function requestOf(request: Partial<z.input<typeof jobRequest>> = {}): JobRequest {
  return jobRequest.parse({ application: 'app', ...request });
}

export function askOf(...headers: readonly string[]): string {
  return ['SLA-version: 1.0', 'Action: Ask', 'Id: ask-1', ...headers].map((line) => `${line}\n`).join('');
}

/** The facts of a node with 4 cpus. */
export function factsOf(facts: Partial<AgentFacts> = {}): AgentFacts {
  return {
    type: 'facts',
    says: { Application: 'app', Cpus: '4', Memory: '8 GiB', Disk: '100 GiB', Os: 'Linux' },
    powers: { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: true },
    mostTasks: 4,
    mostHeld: 0,
    draining: false,
    ...facts,
  };
}

/** Where an agent speaks. */
export interface AgentWorld {
  readonly jobs: Pick<Jobs, 'dispatch'>;
  settle(): Promise<void>;
}

/** An agent that does what a test says, and keeps what it is told. */
export class ScriptedAgent {
  readonly resource: string;
  readonly heard: BrokerMessage[] = [];
  readonly #given: AgentWorld;
  readonly #link = { send: (messages: readonly BrokerMessage[]) => void this.heard.push(...messages) };

  constructor(given: AgentWorld, resource: string) {
    this.#given = given;
    this.resource = resource;
  }

  async begin(facts: Partial<AgentFacts>, inventory: Inventory, who = owner, isHouse = false): Promise<void> {
    this.attach(who, isHouse);
    await this.say(factsOf(facts), { type: 'inventory', tasks: inventory });
  }

  /** Begins a session, and says nothing yet. */
  attach(who = owner, isHouse = false): void {
    this.#given.jobs.dispatch.attach({ resource: this.resource, owner: who, isHouse }, this.#link);
  }

  /** Says messages in one frame, and returns what it is told since. */
  async say(...messages: readonly AgentMessage[]): Promise<readonly BrokerMessage[]> {
    const before = this.heard.length;
    await this.#given.jobs.dispatch.receive(this.resource, this.#link, messages);
    await this.#given.settle();
    return this.heard.slice(before);
  }

  mayStart(task: string, attempt = 1, askedAtMs = 1000): Promise<readonly BrokerMessage[]> {
    return this.say({ type: 'may-start', task, attempt, askedAtMs });
  }

  end(task: string, attempt = 1, how: Partial<Ended['exit']> = {}, also: Partial<Ended> = {}) {
    return this.say(endedOf(task, attempt, how, also));
  }

  /** Nothing is heard of it any more. */
  async vanish(): Promise<void> {
    this.#given.jobs.dispatch.detach(this.resource, this.#link);
    await this.#given.settle();
  }

  /** The tasks that it was given, such as `job1.1 #1`. */
  get assigned(): string[] {
    return this.heard.flatMap((message) =>
      message.type === 'assign' ? `${message.task} #${message.attempt}` : [],
    );
  }
}

export function endedOf(
  task: string,
  attempt = 1,
  how: Partial<Ended['exit']> = {},
  also: Partial<Ended> = {},
): Ended {
  const nothing = { startedAt: null, endedAt: null, cpuSeconds: null, maxRssBytes: null };
  return {
    type: 'ended',
    task,
    attempt,
    exit: { kind: 'exited', code: 0, ...nothing, ...how },
    stdout: { text: '' },
    stderr: { text: '' },
    outputs: [],
    fault: null,
    ...also,
  };
}

/** What an agent was told, in short: such as `start job1.1 #1`. */
export function brief(messages: readonly BrokerMessage[]): string[] {
  return messages.map((message) =>
    message.type === 'drain' ? 'drain' : `${message.type} ${message.task} #${message.attempt}`,
  );
}
