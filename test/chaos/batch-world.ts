import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfogatherClient } from '../../client/index.ts';
import { prefixOf } from '../../fabric-agent/batch/options.ts';
import { buildRunner, runnerBinary } from '../../tools/build-supervisor.ts';
import { ownPort } from '../support/ports.ts';
import { type BrokerSide, enrol } from './brokers.ts';
import { Crowd } from './crowd.ts';
import { type BatchName, hands, type Job, onJobs, reservationsIn, variables } from './hands.ts';
import { Line } from './line.ts';
import type { Fault } from './plan.ts';
import { type Fall, Kept } from './process.ts';
import { application, offer, type Runs, readRuns } from './program.ts';
import type { Scene } from './scene.ts';

/** How many tasks (a count) wait or run in one batch system. */
const mostQueued = 16;

/** For how long they may find each other after all faults, and how often it is looked, in milliseconds. */
const [findMs, lookMs] = [90_000, 500];

const brokerSettings = [
  'broker.agent-silence=3 s',
  'broker.agent-heartbeat=1 s',
  'broker.start-slack=20 s',
  'broker.grace=1 s',
  'broker.learn-interval=1 s',
  'broker.most-attempts=1000',
];

const agentSettings = [
  'agent.detect=false',
  `agent.max-queued=${mostQueued}`,
  'agent.queue-interval=1 s',
  'agent.end-patience=5 s',
  'agent.journal-size=64 KiB',
  'agent.broker-retry=50 ms',
  'agent.broker-retry-most=500 ms',
  'agent.broker-wait=3 s',
  'agent.broker-ping=1 s',
  'agent.state-interval=1 s',
  'agent.watch-interval=500 ms',
  'agent.registration-retry=200 ms',
  'agent.registration-retry-most=1 s',
  'agent.registration-interval=5 s',
  'agent.drain=0 ms',
  'egress.answer-timeout=5 s',
];

const busSettings = ['infogather.poll-interval=1 s', 'infogather.poll-timeout=2 s'];

interface Parts {
  readonly folder: string;
  readonly brokers: readonly BrokerSide[];
  readonly agents: readonly { readonly system: BatchName; readonly process: Kept }[];
  readonly market: Kept;
  readonly bus: Kept;
  /** Where market and bus are. */
  readonly urls: { readonly market: string; readonly bus: string };
  readonly crowd: Crowd;
  readonly falls: readonly Fall[];
  readonly stack: AsyncDisposableStack;
}

/**
 * Brokers, a market, a bus, and a node for each of some batch systems, whose jobs others may end. The batch systems are those of
 * this machine, which have other users: only jobs of this world are touched.
 */
export class BatchWorld implements Scene {
  readonly #parts: Parts;
  readonly #hit = new Set<string>();
  readonly crowded: ReadonlySet<string> = new Set();

  /** Starts it, and waits until all is ready. */
  static async open(systems: readonly BatchName[], brokerCount: number): Promise<BatchWorld> {
    const unbuilt = existsSync(runnerBinary) ? undefined : await buildRunner(runnerBinary);
    if (unbuilt !== undefined) throw new Error(unbuilt);
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'ogm-chaos-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const falls: Fall[] = [];
    const keep = (name: string, args: readonly string[]) => {
      const common = ['--json', '--data', join(folder, name)];
      const fell = (fall: Fall) => falls.push(fall);
      const kept = { name, args: [...args, ...common], env: variables, mayFall: () => false, fell };
      return stack.use(new Kept(kept));
    };
    const [marketPort, busPort] = [await ownPort(), await ownPort()];
    const urls = { market: `http://127.0.0.1:${marketPort}`, bus: `http://127.0.0.1:${busPort}` };
    const known = ['--market-url', urls.market, '--infogather-url', urls.bus];
    const market = keep('market', ['market', '--http-port', `${marketPort}`, '--market-port', '0']);
    const bus = keep('infogather', [
      ...['infogather', '--http-port', `${busPort}`, '--infogather-port', '0'],
      ...set(busSettings),
    ]);
    const brokers: BrokerSide[] = [];
    for (let number = 1; number <= brokerCount; number += 1) {
      const port = await ownPort();
      const url = `http://127.0.0.1:${port}`;
      const line = stack.use(await Line.open(port));
      const ports = ['--http-port', `${port}`, '--broker-port', '0'];
      const process = keep(`broker-${number}`, ['broker', ...ports, ...known, ...set(brokerSettings)]);
      await process.ready();
      let mark = '';
      for (const system of systems) mark = await enrol(url, line, join(folder, system), system);
      brokers.push({ url, process, line, disk: undefined, mark });
    }
    const offered = offer(folder);
    const agents = systems.map((system) => {
      const doors = [
        '--host-port',
        '0',
        '--poll-port',
        '0',
        '--config',
        offered,
        '--infogather-url',
        urls.bus,
      ];
      const own = [...agentSettings, `agent.back-end=${system}`];
      return { system, process: keep(system, ['agent', ...doors, ...set(own)]) };
    });
    const together = systems.length * mostQueued;
    const crowd = stack.use(new Crowd(folder, { together, each: together }));
    for (const { process } of [...agents, { process: market }, { process: bus }]) await process.ready();
    const open = stack.move();
    return new BatchWorld({ folder, brokers, agents, market, bus, urls, crowd, falls, stack: open });
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  get brokers(): readonly BrokerSide[] {
    return this.#parts.brokers;
  }

  get crowd(): Pick<Crowd, 'largest' | 'wrong'> {
    return this.#parts.crowd;
  }

  get falls(): readonly Fall[] {
    return this.#parts.falls;
  }

  get hit(): ReadonlySet<string> {
    return this.#hit;
  }

  runs(): Promise<Runs> {
    return readRuns(this.#parts.folder);
  }

  async left(): Promise<readonly string[]> {
    const all = this.#parts.agents.flatMap(({ system }) =>
      (['orders', 'claims', 'ends'] as const).map((kind) => this.#names(system, kind)),
    );
    return [...new Set((await Promise.all(all)).flat())].sort();
  }

  async suffer(fault: Fault): Promise<void> {
    const { brokers, agents, market, bus } = this.#parts;
    const broker = one(brokers, fault.pick);
    const agent = one(agents, fault.pick).process;
    switch (fault.does) {
      case 'kill':
        if (fault.whom === 'job') return this.#reach('end', fault.pick);
        ({ broker: broker.process, agent, market, bus })[fault.whom as 'broker']?.kill(fault.forMs);
        return;
      case 'requeue':
        return this.#reach('requeue', fault.pick);
      case 'stop':
        return (fault.whom === 'broker' ? broker.process : agent).stop(fault.forMs);
      case 'cut':
        return broker.line.cut(fault.forMs);
      case 'delay':
        return broker.line.delay(fault.byMs, fault.forMs);
      case 'half-open':
        return broker.line.halfOpen(fault.knows === 'agent' ? 'near' : 'far', fault.forMs);
      case 'fill':
        throw new Error('there is no small disk here');
    }
  }

  /** The bus knows of what is offered, and the market has it from the brokers. */
  async missing(): Promise<readonly string[]> {
    const { market, bus } = this.#parts.urls;
    const wanted = `SLA-version: 1.0\nAction: Ask\nId: chaos\nApplication: ${application}\n`;
    const looks = {
      'the bus knows of no node that offers the application': async () =>
        (await new InfogatherClient({ url: bus, fetch }).applications()).includes(application),
      'the market has no Tell of the application': async () => {
        const headers = { 'Content-Type': 'text/sla' };
        const answer = await fetch(`${market}/market`, { method: 'POST', body: wanted, headers });
        return (await answer.text()).includes('Action: Tell');
      },
    };
    const missing: string[] = [];
    for (const [sentence, look] of Object.entries(looks))
      if (!(await within(findMs, look))) missing.push(sentence);
    if (!(await within(findMs, async () => (await this.#reservations()).length === 0)))
      missing.push(`kept though nothing is agreed any more: ${(await this.#reservations()).join(', ')}`);
    return missing;
  }

  async kept(): Promise<number> {
    await within(findMs, async () => (await this.#reservations()).length > 0);
    return (await this.#reservations()).length;
  }

  async keep(folder: string): Promise<void> {
    const { brokers, agents, market, bus } = this.#parts;
    await cp(this.#parts.folder, folder, { recursive: true, filter: (from) => !from.endsWith('.sock') });
    const all = [...brokers, ...agents].map(({ process }) => process);
    for (const { name, lines } of [...all, market, bus])
      await writeFile(join(folder, `${name}.log`), lines.map((line) => `${line}\n`).join(''));
  }

  /** No job of it stays in a queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { agents, stack } = this.#parts;
    for (const { process } of agents) await process[Symbol.asyncDispose]();
    for (const { system } of agents)
      for (const list of await this.#names(system, 'jobs')) {
        const job = (await readFile(this.#shelf(system, 'jobs', list), 'utf8').catch(() => '')).trim();
        if (job !== '') await onJobs(hands[system].end({ job, index: undefined }));
      }
    await stack.disposeAsync();
  }

  /** Does something to a job that runs an attempt, if there is one. */
  async #reach(what: 'end' | 'requeue', pick: number): Promise<void> {
    const running: { readonly system: BatchName; readonly attempt: string; readonly job: Job }[] = [];
    for (const { system } of this.#parts.agents) {
      const ended = new Set(await this.#names(system, 'ends'));
      for (const attempt of await this.#names(system, 'claims')) {
        const claim = await readFile(this.#shelf(system, 'claims', attempt), 'utf8').catch(() => '');
        const [, job = '', index = '-'] = /^(\d+) (\d+|-) /.exec(claim) ?? [];
        if (job === '' || ended.has(attempt)) continue;
        running.push({ system, attempt, job: { job, index: index === '-' ? undefined : index } });
      }
    }
    const found = running[Math.floor(pick * running.length)];
    if (found === undefined) return;
    this.#hit.add(found.attempt);
    await onJobs(hands[found.system][what](found.job));
  }

  /** What batch systems keep for these nodes. */
  async #reservations(): Promise<string[]> {
    const all = this.#parts.agents.map(async ({ system }) => {
      const own = prefixOf(join(this.#parts.folder, system, 'agent', 'tasks'));
      return (await reservationsIn(system)).filter((name) => name.startsWith(own));
    });
    return (await Promise.all(all)).flat();
  }

  #shelf(system: BatchName, ...path: readonly string[]): string {
    return join(this.#parts.folder, system, 'agent', 'tasks', 'batch', ...path);
  }

  async #names(system: BatchName, kind: 'orders' | 'claims' | 'ends' | 'jobs'): Promise<string[]> {
    const names = await readdir(this.#shelf(system, kind)).catch(() => []);
    return names.filter((name) => !name.startsWith('.'));
  }
}

async function within(ms: number, look: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(lookMs))
    if (await look().catch(() => false)) return true;
  return false;
}

function one<T>(all: readonly T[], pick: number): T {
  return all[Math.floor(pick * all.length)]!;
}

function set(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => ['--set', setting]);
}
