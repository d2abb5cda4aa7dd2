import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeLink } from '../../broker/jobs/agent-node.ts';
import type { Application } from '../../fabric-agent/application.ts';
import type { BackEnd } from '../../fabric-agent/back-ends/back-end.ts';
import { alwaysOpen } from '../../fabric-agent/hours/opening.ts';
import { createTurns } from '../../fabric-agent/local/turns.ts';
import { Blobs } from '../../fabric-agent/tasks/blobs.ts';
import { Floor } from '../../fabric-agent/tasks/floor.ts';
import { InputCache } from '../../fabric-agent/tasks/input-cache.ts';
import { InputShelf } from '../../fabric-agent/tasks/input-shelf.ts';
import { TaskManager } from '../../fabric-agent/tasks/manager.ts';
import { Worker } from '../../fabric-agent/tasks/worker.ts';
import { always } from '../../fabric-agent/willingness.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import { type GivenJobs, owner } from '../broker/jobs/support.ts';
import { rulesOf } from '../fabric-agent/tasks/node.ts';

/** An agent in this process, over a back end of its own, that is linked to a broker without a wire between. */
export interface LinkedAgent extends AsyncDisposable {
  readonly folder: string;
  /** Resolves once a task of it has said something of a kind, such as `may-start j.1`. */
  said(type: AgentMessage['type'], task: string): Promise<void>;
  /** Its session is over. */
  vanish(): void;
}

export interface LinkedOptions {
  readonly resource: string;
  readonly applications: readonly Application[];
  readonly openBackEnd: (folder: string) => Promise<BackEnd>;
  readonly fetch?: typeof fetch;
  readonly tasks?: number;
  /** Tasks (a count) that it takes ahead. */
  readonly held?: number;
}

export async function linkedAgent(given: GivenJobs, options: LinkedOptions): Promise<LinkedAgent> {
  const { resource, applications, tasks = 4, held = 10 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'ogm-linked-'));
  await mkdir(join(folder, 'runs'));
  const backEnd = await options.openBackEnd(join(folder, 'runs'));
  await backEnd.start();
  const patience = { firstMs: 5, mostMs: 20, random: Math.random };
  const capacity = { cpus: 1000, memoryBytes: 2 ** 40, tasks };
  const rules = rulesOf({ applications, capacity });
  const shared = { clock: systemClock, log: silentLog };
  const cache = new InputCache({
    folder: '/nowhere',
    ...{ mostBytes: 0, keptMs: 1, lookMs: 1, brokers: [], taskFolder: () => '/nowhere', ...shared },
  });
  const worker = new Worker({
    place: (key) => backEnd.place(key),
    blobs: new Blobs({
      url: 'http://broker.example',
      fetch: options.fetch ?? (() => Promise.reject(new TypeError('there is no broker'))),
      token: async () => 'token',
      patience,
      clock: systemClock,
    }),
    shelf: new InputShelf(cache, 'none', () => {}),
    transfers: createTurns(4),
    path: '/usr/bin:/bin',
    additions: new Map(),
    outputs: { totalBytes: 1e6, entries: 100, depth: 10, listBytes: 1e6 },
    watchMs: 20,
    ...shared,
  });
  const heard: AgentMessage[] = [];
  let waiting = new Set<() => void>();
  let order: Promise<void> = Promise.resolve();
  const link: NodeLink = { send: (messages) => manager.receive(messages) };
  const send = (message: AgentMessage) => {
    order = order
      .then(() => given.jobs.dispatch.receive(resource, link, [message]))
      .then(() => {
        heard.push(message);
        const wake = waiting;
        waiting = new Set();
        for (const one of wake) one();
      });
  };
  const floor = new Floor(capacity);
  const manager = new TaskManager({
    ...{ backEnd, worker, rules, floor: floor.of('', capacity), send },
    journal: { file: join(folder, 'journal'), compactBytes: 1e6 },
    holds: () => [],
    says: () => ({ Application: applications.map(({ name }) => name), Cpus: '1000', Memory: '1 TiB' }),
    ...{ acceptsUnisolated: false, mostHeld: held, opening: alwaysOpen, willingness: always(undefined) },
    ...{ stateMs: 50, tryFolder: async () => {}, patience, ...shared },
  });
  await manager.start();
  floor.open();
  given.jobs.dispatch.attach({ resource, owner }, link);
  for (const message of manager.greeting()) send(message);
  await order;
  return {
    folder,
    async said(type, task) {
      const is = (message: AgentMessage) =>
        message.type === type && 'task' in message && message.task === task;
      while (!heard.some(is)) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    vanish: () => given.jobs.dispatch.detach(resource, link),
    async [Symbol.asyncDispose]() {
      given.jobs.dispatch.detach(resource, link);
      await manager.stop();
      await order.catch(() => {});
      await backEnd.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
