import type { NodeLink } from '../../../broker/jobs/agent-node.ts';
import type { AgentMessage, BrokerMessage, Ended } from '../../../protocol/agent/messages.ts';
import { endedOf, factsOf, type GivenJobs, owner } from './support.ts';

type Stage = 'held' | 'asking' | 'started' | 'ended';

/** An attempt in the hands of a simulated agent. */
interface Attempt {
  readonly task: string;
  readonly attempt: number;
  readonly cpus: number;
  readonly askedAtMs: number;
  stage: Stage;
  exit: Partial<Ended['exit']> | undefined;
}

/** An honest agent: it keeps what it was given over every break, and runs nothing without the broker's yes. */
export class SimulatedAgent {
  readonly resource: string;
  readonly cpus: number;
  /** Every attempt that ran, in order. */
  readonly ran: string[] = [];
  /** Called with each task that was let start, and did not. */
  onLate: (task: string) => void = () => {};
  readonly #given: GivenJobs;
  readonly #attempts = new Map<string, Attempt>();
  #link: NodeLink | undefined;
  #clock = 0;

  constructor(given: GivenJobs, resource: string, cpus: number) {
    this.#given = given;
    this.resource = resource;
    this.cpus = cpus;
  }

  get isThere(): boolean {
    return this.#link !== undefined;
  }

  /** What runs just now takes so many processors. */
  get taken(): number {
    return this.#in('started').reduce((sum, { cpus }) => sum + cpus, 0);
  }

  /** Begins a session, with all that it has in its hands. */
  async come(): Promise<void> {
    const link: NodeLink = {
      send: (messages) => {
        if (this.#link === link) this.#hear(messages);
      },
    };
    this.#link = link;
    this.#given.jobs.dispatch.attach({ resource: this.resource, owner }, link);
    const tasks = [...this.#attempts.values()].map(({ task, attempt, stage }) => ({ task, attempt, stage }));
    const facts = factsOf({ says: { Application: 'app', Cpus: `${this.cpus}` }, mostTasks: 3, mostHeld: 1 });
    await this.#say(facts, { type: 'inventory', tasks });
    for (const one of this.#in('asking')) await this.#ask(one);
    for (const one of this.#in('ended')) await this.#tell(one);
  }

  /** The session is over, for the broker as for the agent; what runs goes on. */
  async go(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    if (link !== undefined) this.#given.jobs.dispatch.detach(this.resource, link);
    await this.#given.settle();
  }

  /** The broker was begun anew: it knows of no session. */
  cut(): void {
    this.#link = undefined;
  }

  /** Asks whether one of those that it holds may start. */
  async ask(at: number): Promise<void> {
    const held = this.#in('held');
    const one = held[at % Math.max(1, held.length)];
    if (one === undefined || !this.isThere) return;
    this.#clock += 1;
    const asking: Attempt = { ...one, stage: 'asking', askedAtMs: this.#clock };
    this.#attempts.set(nameOf(one), asking);
    await this.#ask(asking);
  }

  /** A program ends. */
  async end(at: number, exit: Partial<Ended['exit']>): Promise<void> {
    const running = this.#in('started');
    const one = running[at % Math.max(1, running.length)];
    if (one === undefined) return;
    one.stage = 'ended';
    one.exit = exit;
    if (exit.kind === 'too-late') this.onLate(one.task);
    await this.#tell(one);
  }

  /** Does not take one of those that it holds. */
  async refuse(at: number, elsewhere: boolean): Promise<void> {
    const held = this.#in('held');
    const one = held[at % Math.max(1, held.length)];
    if (one === undefined || !this.isThere) return;
    this.#attempts.delete(nameOf(one));
    const { task, attempt } = one;
    await this.#say({ type: 'refuse', task, attempt, code: 'policy', reason: 'no', elsewhere });
  }

  #in(stage: Stage): Attempt[] {
    return [...this.#attempts.values()].filter((one) => one.stage === stage);
  }

  #ask({ task, attempt, askedAtMs }: Attempt): Promise<void> {
    return this.#say({ type: 'may-start', task, attempt, askedAtMs });
  }

  #tell({ task, attempt, exit }: Attempt): Promise<void> {
    return this.#say(endedOf(task, attempt, exit));
  }

  async #say(...messages: readonly AgentMessage[]): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    await this.#given.jobs.dispatch.receive(this.resource, link, messages);
    await this.#given.settle();
  }

  #hear(messages: readonly BrokerMessage[]): void {
    for (const message of messages) {
      if (message.type === 'drain') continue;
      const name = nameOf(message);
      const known = this.#attempts.get(name);
      if (message.type === 'assign') {
        const { task, attempt, cpus } = message;
        this.#attempts.set(name, { task, attempt, cpus, askedAtMs: 0, stage: 'held', exit: undefined });
      } else if (message.type === 'start' && known?.stage === 'asking') {
        known.stage = 'started';
        this.ran.push(name);
      } else if (message.type === 'drop' && known?.stage === 'asking') this.#attempts.delete(name);
      else if (message.type === 'forget') this.#attempts.delete(name);
      else if (message.type === 'cancel' && known !== undefined) {
        known.stage = 'ended';
        known.exit = { kind: 'cancelled', code: null };
        void this.#tell(known);
      }
    }
  }
}

function nameOf({ task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return `${task} ${attempt}`;
}
