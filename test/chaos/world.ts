import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inC } from '../fabric-agent/supervisor/support.ts';
import { ownPort } from '../support/ports.ts';
import { type BrokerSide, enrol } from './brokers.ts';
import { Crowd, mostAtOnce } from './crowd.ts';
import { Disk } from './disk.ts';
import { Line } from './line.ts';
import { paidSettings } from './payer.ts';
import type { Fault } from './plan.ts';
import { type Fall, Kept } from './process.ts';
import { offer, type Runs, readRuns } from './program.ts';
import type { Scene } from './scene.ts';
import { Supervised, signal } from './supervised.ts';

/** How many of its tasks run at once. */
const atOnce = 8;

/** How long after a full disk a process may still fall over it, in milliseconds. */
const afterFullMs = 10_000;

/** How often it is looked what is on a node whose disk is full, in milliseconds. */
const lookMs = 50;

/** Nobody listens there: broker and agent go on without what they would find. */
const nowhere = 'http://127.0.0.1:9';

const brokerSettings = [
  'broker.agent-silence=3 s',
  'broker.agent-heartbeat=1 s',
  'broker.start-slack=10 s',
  'broker.grace=1 s',
  // Outages are no fault of the tasks here.
  'broker.most-attempts=1000',
  ...paidSettings,
];

const agentSettings = [
  `agent.concurrent-programs=${atOnce}`,
  'agent.detect=false',
  'agent.held-tasks=24',
  'agent.journal-size=64 KiB',
  'agent.broker-retry=50 ms',
  'agent.broker-retry-most=500 ms',
  'agent.broker-wait=3 s',
  'agent.broker-ping=1 s',
  'agent.state-interval=1 s',
  'agent.watch-interval=500 ms',
  'agent.drain=0 ms',
  'egress.answer-timeout=5 s',
];

export interface WorldOptions {
  /** Whether the data of broker and agent lie on small disks, which only root may make. */
  readonly canFill: boolean;
  /** Whether the supervisor is the one in C; else the one in Node.js, which has no parents. */
  readonly inC: boolean;
  /** How many brokers (a count) the node serves. */
  readonly brokers: number;
}

interface Parts {
  readonly folder: string;
  readonly brokers: readonly BrokerSide[];
  readonly agent: Kept;
  /** The agent's. */
  readonly disk: Disk | undefined;
  readonly crowd: Crowd;
  readonly hasParents: boolean;
  readonly falls: readonly Fall[];
  readonly stack: AsyncDisposable;
}

/** Brokers, and one node that reaches each over a line; all of it may be killed, stopped, cut off and filled up. */
export class World implements Scene {
  readonly #parts: Parts;
  readonly #supervised: Supervised;
  readonly #hit = new Set<string>();
  readonly #crowded = new Set<string>();

  /** Starts it, and waits until all is ready. */
  static async open({ canFill, inC: isInC, brokers: count }: WorldOptions): Promise<World> {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'ogm-chaos-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const falls: Fall[] = [];
    const diskOf = (name: string) => (canFill ? stack.use(new Disk(join(folder, name))) : undefined);
    const keep = (name: string, disk: Disk | undefined, args: readonly string[]) => {
      const common = ['--json', '--data', join(folder, name), '--infogather-url', nowhere];
      const mayFall = () => disk?.wasFull(afterFullMs) ?? false;
      const fell = (fall: Fall) => falls.push(fall);
      return stack.use(new Kept({ name, args: [...args, ...common], mayFall, fell }));
    };
    const agentDisk = diskOf('agent');
    const brokers: BrokerSide[] = [];
    for (let number = 1; number <= count; number += 1) {
      const port = await ownPort();
      const url = `http://127.0.0.1:${port}`;
      const line = stack.use(await Line.open(port));
      const name = number === 1 ? 'broker' : `broker-${number}`;
      const disk = diskOf(name);
      const ports = ['--http-port', `${port}`, '--broker-port', '0', '--market-url', nowhere];
      const process = keep(name, disk, ['broker', ...ports, ...set(brokerSettings)]);
      await process.ready();
      const mark = await enrol(url, line, join(folder, 'agent'));
      brokers.push({ url, process, line, disk, mark, store: join(folder, name, 'broker.db') });
    }
    const supervisor = isInC ? [`agent.supervisor=${(await inC.command())[0]}`] : [];
    const doors = ['--host-port', '0', '--poll-port', '0', '--config', offer(folder)];
    const agent = keep('agent', agentDisk, ['agent', ...doors, ...set([...agentSettings, ...supervisor])]);
    const crowd = stack.use(new Crowd(folder, mostAtOnce(atOnce, count)));
    await agent.ready();
    const open = stack.move();
    const all = { folder, brokers, agent, disk: agentDisk, crowd, falls, stack: open };
    return new World({ ...all, hasParents: isInC });
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#supervised = new Supervised(join(parts.folder, 'agent', 'agent', 'tasks'));
  }

  get brokers(): readonly BrokerSide[] {
    return this.#parts.brokers;
  }

  /** How many tasks ran at once, and when there were more than may be. */
  get crowd(): Pick<Crowd, 'largest' | 'wrong'> {
    return this.#parts.crowd;
  }

  /** Processes that ended by themselves. */
  get falls(): readonly Fall[] {
    return this.#parts.falls;
  }

  /** Attempts, as the node calls them, that may have run when their parent, or their node, was killed. */
  get hit(): ReadonlySet<string> {
    return this.#hit;
  }

  /** Attempts that were on the node while its disk was full: their programs may have failed for want of room. */
  get crowded(): ReadonlySet<string> {
    return this.#crowded;
  }

  runs(): Promise<Runs> {
    return readRuns(this.#parts.folder);
  }

  /** The attempts of which the node still has something. */
  left(): Promise<readonly string[]> {
    return this.#supervised.attempts();
  }

  /** Does a fault to it; resolves once that is over. */
  async suffer(fault: Fault): Promise<void> {
    const { line } = this.#broker(fault.pick);
    switch (fault.does) {
      case 'requeue':
        throw new Error('there is no batch system here');
      case 'kill':
        return this.#kill(fault);
      case 'stop':
        return this.#stop(fault);
      case 'cut':
        return line.cut(fault.forMs);
      case 'delay':
        return line.delay(fault.byMs, fault.forMs);
      case 'half-open':
        return line.halfOpen(fault.knows === 'agent' ? 'near' : 'far', fault.forMs);
      case 'fill':
        return this.#fill(fault);
    }
  }

  /** Copies all that its processes have on disk into a folder, with what they have said. */
  async keep(folder: string): Promise<void> {
    const { brokers, agent } = this.#parts;
    await cp(this.#parts.folder, folder, { recursive: true, filter: (from) => !from.endsWith('.sock') });
    for (const { name, lines } of [agent, ...brokers.map(({ process }) => process)])
      await writeFile(join(folder, `${name}.log`), lines.map((line) => `${line}\n`).join(''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { agent, stack } = this.#parts;
    await agent[Symbol.asyncDispose]();
    const supervisor = await this.#supervised.supervisor();
    await this.#killNode();
    signal(supervisor, 'SIGKILL');
    await stack[Symbol.asyncDispose]();
  }

  #broker(pick: number): BrokerSide {
    const { brokers } = this.#parts;
    return brokers[Math.floor(pick * brokers.length)]!;
  }

  async #fill({ whom, forMs, pick }: Fault & { does: 'fill' }): Promise<void> {
    const { disk } = whom === 'agent' ? this.#parts : this.#broker(pick);
    const filled = disk?.fill(forMs);
    let isOver = false;
    const over = filled?.then(() => {
      isOver = true;
    });
    while (whom === 'agent' && !isOver) {
      for (const attempt of await this.#supervised.attempts()) this.#crowded.add(attempt);
      await sleep(lookMs);
    }
    await over;
  }

  async #kill({ whom, forMs, pick }: Fault & { does: 'kill' }): Promise<void> {
    const { agent, hasParents } = this.#parts;
    switch (whom) {
      case 'market':
      case 'bus':
      case 'job':
        throw new Error(`there is no ${whom} here`);
      case 'broker':
        return this.#broker(pick).process.kill(forMs);
      case 'agent':
        return agent.kill(forMs);
      case 'supervisor':
        if (!hasParents) await this.#hitAll();
        signal(await this.#supervised.supervisor(), 'SIGKILL');
        if (!hasParents) await this.#hitAll();
        return;
      case 'parent': {
        const [attempt, pid] = one(await this.#supervised.parents(), pick) ?? [];
        if (attempt !== undefined) this.#hit.add(attempt);
        return signal(pid, 'SIGKILL');
      }
      case 'node':
        agent.kill(forMs);
        return this.#killNode();
    }
  }

  async #killNode(): Promise<void> {
    await this.#hitAll();
    signal(await this.#supervised.supervisor(), 'SIGKILL');
    for (const pid of (await this.#supervised.parents()).values()) signal(pid, 'SIGKILL');
    await this.#hitAll();
  }

  async #hitAll(): Promise<void> {
    for (const attempt of await this.#supervised.attempts()) this.#hit.add(attempt);
  }

  async #stop({ whom, forMs, pick }: Fault & { does: 'stop' }): Promise<void> {
    if (whom === 'broker') return this.#broker(pick).process.stop(forMs);
    if (whom === 'agent') return this.#parts.agent.stop(forMs);
    const found =
      whom === 'supervisor'
        ? await this.#supervised.supervisor()
        : one(await this.#supervised.parents(), pick)?.[1];
    signal(found, 'SIGSTOP');
    await sleep(forMs);
    signal(found, 'SIGCONT');
  }
}

/** The one of a map at `pick`, from 0 to below 1. */
function one<K, V>(all: ReadonlyMap<K, V>, pick: number): readonly [K, V] | undefined {
  return [...all][Math.floor(pick * all.size)];
}

function set(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => ['--set', setting]);
}
