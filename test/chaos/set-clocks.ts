import { z } from 'zod';
import type { NodeLink } from '../../broker/jobs/agent-node.ts';
import { Jobs } from '../../broker/jobs/jobs.ts';
import { localOwner } from '../../broker/jobs/owner.ts';
import { jobSettings } from '../../broker/jobs/settings.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import { jobRequest } from '../../protocol/jobs/job.ts';
import { givenBlobs } from '../broker/jobs/support.ts';
import { TestNode } from '../fabric-agent/tasks/node.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';

/** The time of day of one machine, which somebody sets. What is waited for comes after as long as ever. */
class SetClock implements Clock {
  #aheadMs = 0;

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  after(delay: number, task: () => void): () => void {
    return systemClock.after(delay, task);
  }

  /** Sets it forward, or back where that is below 0. */
  set(byMs: number): void {
    this.#aheadMs += byMs;
  }
}

/** A broker gives up a node soon, and lets it rest no longer than a run lasts. */
const config = {
  ...z.strictObject(jobSettings).parse({}),
  'agent-silence': 300,
  'refusal-pause': 20,
  'most-attempts': 1_000,
};

/** The resource by which the broker knows the node. */
const resource = 'node';

/**
 * A broker's jobs and the tasks of a node with a mock back end, in one process: each with a clock of its own, between
 * them a line that may be cut, and both may be begun anew.
 */
export class SetClocks implements AsyncDisposable {
  readonly clocks = { broker: new SetClock(), agent: new SetClock() };
  readonly #service: ServiceStore;
  #jobs: Jobs;
  #node!: TestNode;
  #link: NodeLink | undefined;
  /** What the agent said is done in its order. */
  #doing: Promise<unknown> = Promise.resolve();

  private constructor(service: ServiceStore) {
    this.#service = service;
    this.#jobs = this.#newJobs();
  }

  static async open(): Promise<SetClocks> {
    const world = new SetClocks(await openServiceStore('broker'));
    await world.#jobs.start();
    world.#node = await TestNode.start({
      obliging: false,
      clock: world.clocks.agent,
      heard: (message) => world.#say(message),
    });
    world.join();
    return world;
  }

  get jobs(): Jobs {
    return this.#jobs;
  }

  /** Every attempt whose program was begun, as often as it was. */
  get begun(): readonly string[] {
    return this.#node.machine.begun;
  }

  submit(words: readonly string[], tasks: number, ask: string): Promise<{ readonly id: string }> {
    const request = { application: 'mock', arguments: [...words], tasks, ask };
    return this.#jobs.submit(localOwner, jobRequest.parse(request));
  }

  /** A session begins anew. */
  join(): void {
    this.cut();
    const link: NodeLink = {
      send: (messages) =>
        void setImmediate(() => {
          if (this.#link === link) this.#node.tell(...messages);
        }),
    };
    this.#link = link;
    this.#jobs.dispatch.attach({ resource, owner: localOwner }, link);
    this.#node.greet();
  }

  /** Nothing is heard of the node any more, nor of the broker there. */
  cut(): void {
    const link = this.#link;
    this.#link = undefined;
    if (link !== undefined) this.#jobs.dispatch.detach(resource, link);
  }

  /** As if the broker had been ended and begun anew. */
  async restartBroker(): Promise<void> {
    this.cut();
    await this.#jobs.stop();
    await this.#doing;
    await this.#service.reopen();
    this.#jobs = this.#newJobs();
    await this.#jobs.start();
    this.join();
  }

  /** As if the agent had been killed and begun anew; what it had started goes on. */
  async crashAgent(): Promise<void> {
    this.cut();
    await this.#node.crash();
    this.join();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.#node[Symbol.asyncDispose]();
    await this.#jobs.stop();
    await this.#doing;
    await this.#service[Symbol.asyncDispose]();
  }

  #say(message: AgentMessage): void {
    const [link, jobs] = [this.#link, this.#jobs];
    if (link === undefined) return;
    this.#doing = this.#doing.then(() => jobs.dispatch.receive(resource, link, [message]));
  }

  #newJobs(): Jobs {
    const { store } = this.#service;
    const clock = this.clocks.broker;
    return new Jobs({ config, store, blobs: givenBlobs(), mayUse: () => false, clock, log: silentLog });
  }
}
