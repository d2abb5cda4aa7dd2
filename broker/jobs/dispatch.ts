import type { Part } from '../../platform/lifecycle.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import type { Lent } from '../lent.ts';
import type { Node, NodeLink, NodeLoad, Resource } from './agent-node.ts';
import { AttemptStore, attemptRules, type TakenBack } from './attempts.ts';
import { Backlog } from './backlog.ts';
import { type DispatchParts, fleetRules } from './dispatch-parts.ts';
import { Fleet } from './fleet.ts';
import { attemptName, Frame, takenBy } from './frame.ts';
import { Freed } from './freed.ts';
import { Gates } from './gates.ts';
import { Granting } from './granting.ts';
import { LiveOutput, type Said, type Wanted } from './live-output.ts';
import type { Changes } from './moving.ts';
import type { Told } from './owned.ts';
import { Questions } from './questions.ts';
import { QueueEnds } from './queue-ends.ts';
import { Rounds } from './rounds.ts';
import { isOnNode, type JobRow } from './rows.ts';
import { Tries } from './tries.ts';
import { Waiting } from './waiting.ts';

/**
 * Brings tasks to nodes. The store says what became of each task; memory holds what waits, which nodes are there, and
 * what each has in its hands.
 */
export class Dispatch implements Part {
  /** Which tasks may start under their agreements. */
  readonly gates: Gates;
  /** Why tasks wait. */
  readonly waiting: Waiting;
  readonly #parts: DispatchParts;
  readonly #store: AttemptStore;
  readonly #backlog: Backlog;
  readonly #fleet: Fleet;
  readonly #granting: Granting;
  readonly #freed: Freed;
  readonly #ends: QueueEnds;
  readonly #output: LiveOutput;
  readonly #questions: Questions;
  readonly #rounds: Rounds;
  readonly #tries: Tries;
  readonly #loaded = Promise.withResolvers<void>();
  /** Until when resources that had tasks before the start are waited for, in milliseconds since 1970. */
  #awaitedUntil = 0;

  constructor(parts: DispatchParts) {
    const { config, store, blobs, reader, agreements, clock, log } = parts;
    const halfLifeMs = config['usage-half-life'];
    this.#parts = parts;
    this.#fleet = new Fleet(fleetRules(parts));
    this.#backlog = new Backlog({ halfLifeMs, assumedMs: config['usage-assumed'] }, reader);
    this.#store = new AttemptStore({
      store,
      blobs,
      halfLifeMs,
      agreements,
      rules: attemptRules(config),
      fitsElsewhere: (job, refused) => this.#fitsElsewhere(job, refused),
      serves: (resource, owner) => this.#fleet.serves(resource, owner),
    });
    this.#tries = new Tries(clock, log);
    const limits = { readsEach: config['reads-each'], answerMs: config['read-wait'] };
    this.#output = new LiveOutput(limits, clock);
    this.#questions = new Questions(clock);
    const common = { fleet: this.#fleet, tries: this.#tries, clock };
    this.#granting = new Granting({
      ...{ ...common, store: this.#store, silenceMs: config['agent-silence'] },
      isAwaited: () => clock.now() < this.#awaitedUntil,
      follow: (changes) => this.#follow(changes),
      freed: (agent) => this.#freed.with(agent),
    });
    this.#freed = new Freed({
      ...{ ...common, backlog: this.#backlog, pauseMs: config['refusal-pause'] },
      wake: () => this.#rounds.wake(),
      letStart: ({ resource, link }) => this.receive(resource, link, []),
    });
    this.#ends = new QueueEnds({
      ...{ queues: this.#fleet.queues, leases: this.#granting.leases, backlog: this.#backlog, clock },
      freed: (agent) => this.#freed.with(agent),
    });
    this.gates = new Gates({ store, agreements, clock, opened: (agreement) => this.#freed.under(agreement) });
    this.waiting = new Waiting({
      ...{ backlog: this.#backlog, fleet: this.#fleet, gates: this.gates },
      ...{ questions: this.#questions, clock },
    });
    this.#rounds = new Rounds({
      ...{ ...common, gates: this.gates, backlog: this.#backlog, store: this.#store },
      tasksAtOnce: config['tasks-at-once'],
      follow: (changes) => this.#follow(changes),
      told: (back) => this.#takenBack(back),
      freed: (node) => this.#freed.on(node),
      reload: () => this.#load(),
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
    this.#questions.stop();
    this.#granting.stop();
    this.#ends.stop();
    this.#rounds.stop();
    this.gates.stop();
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
    this.#over(this.#fleet.get(resource.resource));
    this.#fleet.attach(resource, link);
  }

  /** A session is over: nothing was heard of the agent for too long. What has not started goes elsewhere. */
  detach(resource: string, link: NodeLink): void {
    this.#over(this.#fleet.with(resource, link));
    if (this.#fleet.detach(resource, link)) this.#giveUp(new Set([resource]));
  }

  /** A resource was removed: what may have run there is lost. */
  async remove(resource: string): Promise<void> {
    await this.#loaded.promise;
    const node = this.#fleet.remove(resource);
    this.#over(node);
    this.#follow(await this.#store.gone(this.#parts.clock.now(), resource));
    this.#freed.with(resource);
  }

  /** Whether a node gets no more tasks, by the word of its owner. It counts for this session. */
  async drain(resource: string, isDraining: boolean): Promise<void> {
    const node = this.#fleet.get(resource);
    if (node === undefined) return;
    this.#fleet.drain(node, isDraining);
    node.link.send([{ type: 'drain', draining: isDraining }]);
    this.#freed.on(node);
  }

  /** How busy the nodes are that are there. */
  load(): ReadonlyMap<string, NodeLoad> {
    return this.#fleet.loads();
  }

  /** What nodes have, and what of it is taken. */
  get nodes(): Pick<Fleet, 'all' | 'roomOf' | 'supplyOf' | 'totals'> {
    return this.#fleet;
  }

  /** What is held or reserved of nodes has changed, or begins or ends now: what waits for them is looked at again. */
  claimsChanged(agents: Iterable<string>): void {
    for (const agent of agents) this.#freed.with(agent);
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
      takesOf: (task) => takenBy(this.#backlog.needOfTask(task), node, this.#parts.claims),
      mayBegin: (attempt) => this.#fleet.mayBegin(node, attempt, this.#parts.clock.now()),
      learn: (facts) => this.#fleet.learn(node, facts, this.#parts.clock.now()),
      known: () => this.#fleet.known(node),
      output: (output) => this.#output.heard(node, output),
      standing: (said) => this.#questions.heard(node, said),
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
    if (frame.refusesForNow) this.#freed.later(node);
    if (frame.hasFreed) this.#freed.on(node);
  }

  /** What an attempt prints on its node. Throws a Refusal where that cannot be told just now. */
  read(resource: string, wanted: Wanted, signal: AbortSignal): Promise<Said> {
    return this.#output.read(resource, this.#fleet.get(resource), wanted, signal);
  }

  /** Follows what an owner has done, and tells the agents. */
  told({ changes, job, messages }: Told): void {
    if (job.state !== 'NEW' && job.endedAt === null) this.#backlog.add(job);
    if (job.cancelMs !== null || job.closed !== null) this.#backlog.stop(job.job);
    this.#takenBack({ changes, messages });
  }

  /** Jobs wait for no others any more. */
  begin(ready: readonly JobRow[], changes: Changes): void {
    for (const job of ready) if (job.endedAt === null) this.#backlog.add(job);
    this.#follow(changes);
  }

  /** Follows the end of an agreement: nothing of its jobs starts any more. */
  stopped({ jobs, ...back }: TakenBack & { readonly jobs: readonly number[] }): void {
    for (const job of jobs) this.#backlog.stop(job);
    this.#takenBack(back);
  }

  /** Whether nothing was heard of a node for long. */
  isSilent(resource: string): boolean {
    return this.#fleet.get(resource) === undefined && this.#parts.clock.now() >= this.#awaitedUntil;
  }

  /** Takes up what the store says; returns the resources that have tasks in their hands. */
  async #load(): Promise<ReadonlySet<string>> {
    const underWay = await this.#store.underWay();
    this.gates.forget();
    this.#backlog.load(underWay);
    const onNodes = underWay.tasks.filter(({ state }) => isOnNode(state));
    for (const task of onNodes) this.#granting.grant(task);
    this.#fleet.queues.started(onNodes.filter(({ state }) => state === 'started'));
    return new Set(onNodes.map(({ resource }) => resource));
  }

  /** What a node was asked in its session is not answered any more. */
  #over(node: Node | undefined): void {
    this.#output.gone(node);
    this.#questions.gone(node);
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
      if (message.type === 'forget' && node.occupancy.remove(attemptName(message))) this.#freed.on(node);
    }
    this.#follow(changes);
  }

  #follow(changes: Changes): void {
    this.#backlog.follow(changes);
    for (const moved of changes.moved) this.#granting.moved(moved);
    for (const agreement of changes.agreements) this.gates.changed(agreement);
    if (changes.agreements.length > 0) this.#parts.agreements.told(changes.agreements);
    this.#parts.changed(changes);
    this.#rounds.wake();
  }

  #giveUp(silent: ReadonlySet<string>): void {
    for (const agent of silent) this.#ends.left(agent);
    this.#tries.until('give up what is silent', async () => {
      const back = [...silent].filter((resource) => this.#fleet.get(resource) !== undefined);
      const gone = silent.difference(new Set(back));
      this.#follow(await this.#store.silent(gone, this.#parts.clock.now()));
    });
  }
}
