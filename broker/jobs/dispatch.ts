import type { Part } from '../../platform/lifecycle.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import type { Lent } from '../lent.ts';
import type { Node, NodeLink, NodeLoad, Resource } from './agent-node.ts';
import { AttemptStore, attemptRules, type TakenBack } from './attempts.ts';
import { Backlog } from './backlog.ts';
import { type DispatchParts, fleetRules } from './dispatch-parts.ts';
import { Fleet } from './fleet.ts';
import { attemptName, Frame } from './frame.ts';
import { type Granted, Leases, sortOver } from './leases.ts';
import { LiveOutput, type Said, type Wanted } from './live-output.ts';
import type { Changes, Moved } from './moving.ts';
import type { Told } from './owned.ts';
import { QueueEnds } from './queue-ends.ts';
import { Rounds } from './rounds.ts';
import { isOnNode } from './rows.ts';
import { Tries } from './tries.ts';
import { whyWaits } from './why.ts';

/**
 * Brings tasks to nodes. The store says what became of each task; memory holds what waits, which nodes are there, and
 * what each has in its hands.
 */
export class Dispatch implements Part {
  readonly #parts: DispatchParts;
  readonly #store: AttemptStore;
  readonly #backlog: Backlog;
  readonly #fleet: Fleet;
  readonly #leases: Leases;
  readonly #ends: QueueEnds;
  readonly #output: LiveOutput;
  readonly #rounds: Rounds;
  readonly #tries: Tries;
  readonly #loaded = Promise.withResolvers<void>();
  /** Until when resources that had tasks before the start are waited for, in milliseconds since 1970. */
  #awaitedUntil = 0;

  constructor(parts: DispatchParts) {
    const { config, store, blobs, reader, clock, log } = parts;
    const halfLifeMs = config['usage-half-life'];
    this.#parts = parts;
    this.#fleet = new Fleet(fleetRules(parts));
    this.#backlog = new Backlog({ halfLifeMs, assumedMs: config['usage-assumed'] }, reader);
    this.#store = new AttemptStore({
      store,
      blobs,
      halfLifeMs,
      rules: attemptRules(config),
      fitsElsewhere: (job, refused) => this.#fitsElsewhere(job, refused),
      serves: (resource, owner) => this.#fleet.serves(resource, owner),
    });
    this.#tries = new Tries(clock, log);
    const limits = { readsEach: config['reads-each'], answerMs: config['read-wait'] };
    this.#output = new LiveOutput(limits, clock);
    this.#leases = new Leases(clock, (over) => this.#expire(over));
    this.#ends = new QueueEnds({
      ...{ queues: this.#fleet.queues, leases: this.#leases, backlog: this.#backlog, clock },
      freed: (agent) => this.#freedWith(agent),
    });
    this.#rounds = new Rounds({
      backlog: this.#backlog,
      fleet: this.#fleet,
      store: this.#store,
      tasksAtOnce: config['tasks-at-once'],
      follow: (changes) => this.#follow(changes),
      told: (back) => this.#takenBack(back),
      freed: (node) => this.#freed(node),
      reload: () => this.#load(),
      tries: this.#tries,
      clock,
    });
  }

  /** Takes up what is under way. Resources that do not come back in time are given up as silent. */
  async start(): Promise<void> {
    const { clock, config } = this.#parts;
    this.#awaitedUntil = clock.now() + config['agent-silence'];
    await this.#store.gone(clock.now());
    const awaited = await this.#load();
    this.#loaded.resolve();
    clock.after(config['agent-silence'], () => {
      const silent = new Set([...awaited].filter((resource) => this.#fleet.get(resource) === undefined));
      if (silent.size > 0) this.#giveUp(silent);
    });
    this.#rounds.wake();
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#output.stop();
    this.#leases.stop();
    this.#ends.stop();
    this.#rounds.stop();
    await this.#tries.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Resolves once what was under way before the start is known. */
  get loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /** A session of an agent begins. Its node gets nothing before it has said its facts and its inventory. */
  attach(resource: Resource, link: NodeLink): void {
    this.#output.gone(this.#fleet.get(resource.resource));
    this.#fleet.attach(resource, link);
  }

  /** A session is over: nothing was heard of the agent for too long. What has not started goes elsewhere. */
  detach(resource: string, link: NodeLink): void {
    this.#output.gone(this.#fleet.with(resource, link));
    if (this.#fleet.detach(resource, link)) this.#giveUp(new Set([resource]));
  }

  /** A resource was removed: what may have run there is lost. */
  async remove(resource: string): Promise<void> {
    await this.#loaded.promise;
    const node = this.#fleet.remove(resource);
    this.#output.gone(node);
    this.#follow(await this.#store.gone(this.#parts.clock.now(), resource));
    this.#freedWith(resource);
  }

  /** Whether a node gets no more tasks, by the word of its owner. It counts for this session. */
  async drain(resource: string, isDraining: boolean): Promise<void> {
    const node = this.#fleet.get(resource);
    if (node === undefined) return;
    node.isDraining = isDraining;
    node.link.send([{ type: 'drain', draining: isDraining }]);
    this.#freed(node);
  }

  /** How busy the nodes are that are there. */
  load(): ReadonlyMap<string, NodeLoad> {
    return this.#fleet.loads();
  }

  /** What there is yet of the node of an agent that is there. */
  lent(agent: string): Lent | undefined {
    return this.#fleet.lent(agent);
  }

  /** Who may use which resources has changed: what has not started where it may not goes elsewhere. */
  async accessChanged(): Promise<void> {
    await this.#loaded.promise;
    this.#fleet.accessChanged();
    this.#backlog.wake((need) => this.#fleet.fitting(need).length > 0);
    this.#takenBack(await this.#store.withdraw(this.#parts.clock.now()));
  }

  /**
   * Does what one frame of an agent says; resolves after the commit. Messages of a session that counts no more are
   * left undone. Rejects with a Refusal where the facts of the node cannot be read.
   */
  async receive(resource: string, link: NodeLink, messages: readonly AgentMessage[]): Promise<void> {
    await this.#loaded.promise;
    const node = this.#fleet.with(resource, link);
    if (node === undefined) return;
    const frame = new Frame(node, {
      amountsOf: (task) => {
        const need = this.#backlog.needOfTask(task);
        return need === undefined ? new Map() : node.occupancy.amountsOf(need);
      },
      learn: (facts) => this.#fleet.learn(node, facts, this.#parts.clock.now()),
      known: () => this.#fleet.queues.known(node),
      output: (output) => this.#output.heard(node, output),
    });
    const kept = frame.read(messages);
    if (kept.length > 0) {
      const now = this.#parts.clock.now();
      const queueMs = node.facts?.powers.queueMs;
      const { changes, replies } = await this.#store.receive(resource, kept, now, queueMs);
      frame.answered(replies, this.#parts.clock.now());
      const all = [...replies, ...frame.drops];
      if (this.#fleet.with(resource, link) !== undefined && all.length > 0) link.send(all);
      this.#follow(changes);
      if (kept.some(({ type }) => type === 'inventory')) this.#ends.known(node);
    }
    if (frame.refusesForNow) this.#pause(node);
    if (frame.hasFreed) this.#freed(node);
  }

  /** What an attempt prints on its node. Throws a Refusal where that cannot be told just now. */
  read(resource: string, wanted: Wanted, signal: AbortSignal): Promise<Said> {
    return this.#output.read(resource, this.#fleet.get(resource), wanted, signal);
  }

  /** Follows what an owner has done, and tells the agents. */
  told({ changes, job, messages }: Told): void {
    if (job.state !== 'NEW' && job.endedAt === null) this.#backlog.add(job);
    if (job.cancelMs !== null) this.#backlog.stop(job.job);
    this.#takenBack({ changes, messages });
  }

  /** Whether nothing was heard of a node for long. */
  isSilent(resource: string): boolean {
    return this.#fleet.get(resource) === undefined && this.#parts.clock.now() >= this.#awaitedUntil;
  }

  /** Why a job waits, as a sentence; undefined where none of its tasks does. */
  whyWaits(job: number): string | undefined {
    const [need] = this.#backlog.waiting(job);
    return need && whyWaits(need, this.#fleet, this.#parts.clock.now());
  }

  /** Takes up what the store says; returns the resources that have tasks in their hands. */
  async #load(): Promise<ReadonlySet<string>> {
    const underWay = await this.#store.underWay();
    this.#backlog.load(underWay);
    const onNodes = underWay.tasks.filter(({ state }) => isOnNode(state));
    for (const task of onNodes) this.#grant(task);
    this.#fleet.queues.started(onNodes.filter(({ state }) => state === 'started'));
    return new Set(onNodes.map(({ resource }) => resource));
  }

  #fitsElsewhere(job: number, refused: readonly string[]): boolean {
    const need = this.#backlog.needOf(job);
    return need === undefined || this.#fleet.fitting(need).some((resource) => !refused.includes(resource));
  }

  /** What nodes have in their hands no more: they are told, and memory follows. */
  #takenBack({ changes, messages }: TakenBack): void {
    for (const { resource, message } of messages) {
      const node = this.#fleet.get(resource);
      if (node === undefined) continue;
      node.link.send([message]);
      if (message.type === 'forget' && node.occupancy.remove(attemptName(message))) this.#freed(node);
    }
    this.#follow(changes);
  }

  #follow(changes: Changes): void {
    this.#backlog.follow(changes);
    for (const moved of changes.moved) {
      if (moved.after === 'started') this.#grant(moved);
      else if (moved.after !== 'staging-out') this.#leases.remove(moved);
    }
    this.#parts.changed(changes.jobs);
    this.#rounds.wake();
  }

  #grant({ job, number, attempt, resource, leaseUntil }: Omit<Moved, 'before' | 'after'>): void {
    if (leaseUntil !== null) this.#leases.add({ job, number, attempt, resource, until: leaseUntil });
  }

  /** A node has room, or may have, and with it those that share its queue: what waits for some is looked at again. */
  #freed(node: Node): void {
    for (const one of [node, ...this.#fleet.queues.others(node)]) this.#hasRoom(one);
  }

  /** What an agent had in a queue that is not there any more leaves room to the others. */
  #freedWith(agent: string): void {
    for (const node of this.#fleet.queues.of(agent)) this.#hasRoom(node);
  }

  #hasRoom(node: Node): void {
    const { resource, link } = node;
    if (node.isOpen) this.#backlog.wake((need) => this.#fleet.fitting(need).includes(resource));
    this.#rounds.wake();
    if (node.asking.size > 0) this.#tries.once('let tasks start', () => this.receive(resource, link, []));
  }

  /** A node that does not begin what it has room for, by its own word, is not given it again and again. */
  #pause(node: Node): void {
    if (node.isPaused) return;
    node.isPaused = true;
    this.#parts.clock.after(this.#parts.config['refusal-pause'], () => {
      node.isPaused = false;
      this.#freed(node);
    });
  }

  #giveUp(silent: ReadonlySet<string>): void {
    for (const agent of silent) this.#ends.left(agent);
    this.#tries.until('give up what is silent', async () => {
      const back = [...silent].filter((resource) => this.#fleet.get(resource) !== undefined);
      const gone = silent.difference(new Set(back));
      this.#follow(await this.#store.silent(gone, this.#parts.clock.now()));
    });
  }

  /** A node that is there, or may yet come back, has a while longer to say how what it ran ended. */
  #expire(over: readonly Granted[]): void {
    const { clock, config } = this.#parts;
    const now = clock.now();
    const isAwaited = now < this.#awaitedUntil;
    const { late, leases } = sortOver(over, (resource) => this.#fleet.get(resource) !== undefined, isAwaited);
    for (const lease of late)
      this.#leases.add({ ...lease, until: now + config['agent-silence'], isLate: true });
    if (leases.length === 0) return;
    this.#tries.until('end leases', async () => {
      this.#follow(await this.#store.expire(leases, this.#parts.clock.now()));
      for (const { resource } of leases) this.#freedWith(resource);
    });
  }
}
