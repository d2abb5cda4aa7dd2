import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SocketAddress } from '../client/frames.ts';
import { type Address, formatAddress, printDocuments } from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Admission, Door, Listen } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { advertise } from './advertised.ts';
import type { Application } from './application.ts';
import type { Kept } from './back-ends/choose.ts';
import { makeCatalogue } from './catalogue.ts';
import { openHostDoors, type Place } from './doors/host-doors.ts';
import { createPollDoor } from './doors/poll-door.ts';
import { buildEnvironment, readAdditions } from './environment.ts';
import { createGathering } from './gathering/index.ts';
import { Notes } from './gathering/notes.ts';
import { gpuHeaders, gpusOf } from './gpus.ts';
import { createOpening } from './hours/opening.ts';
import { pollDoorLimits } from './limits.ts';
import type { ListeningClient } from './listening/listening-client.ts';
import { createRunFolders, type RunFolders } from './local/run-folders.ts';
import { thisMachine, thisMoment } from './machine.ts';
import { openNodeTasks } from './node-tasks.ts';
import { OwnerDrain } from './owner-drain.ts';
import { keptPorts, newNodeName } from './ports.ts';
import type { Register } from './register.ts';
import type { AgentSettings } from './settings.ts';
import { refuseElsewhere } from './systems.ts';
import type { BrokerLine, Tasks, TasksShown } from './tasks/index.ts';
import { type Node, pollTells, type Told } from './tells.ts';
import { allWilling, always, type Willingness } from './willingness.ts';

export interface AgentOptions {
  readonly config: AgentSettings;
  readonly log: Log;
  readonly clock: Clock;
  /** Who may use the doors. */
  readonly admission: Admission;
  /** Tells infogather a RESOURCE document; rejects where it could not, or was refused or declined. */
  readonly register: Register;
  /** Where infogather is, and how a line of the agent's own reaches it; without it there is none. */
  readonly infogather?: { readonly url: string; readonly dial: SocketAddress['dial'] };
  /** How the broker is reached at which this agent was enrolled; without it, and where it was not, it takes no tasks. */
  readonly broker?: BrokerLine;
  /** Where the agent keeps what it needs. */
  readonly dataFolder: string;
  /** What of this machine no program that is isolated sees, beside that. */
  readonly kept?: Kept;
}

/** An application as others reach it. */
export interface Offered {
  readonly name: string;
  /** The address that is told, with its port; null where work is sent to it by brokers alone. */
  readonly host: string | null;
}

/** Offers what this machine can run. */
export interface Agent extends Part {
  /** Known after `start`, in the order of their doors. */
  readonly applications: readonly Offered[];
  /** The Poll address that is told, with its port; null where there is none. Known after `start`. */
  readonly poll: string | null;
  /** How it is, for its owner; known after `start`. */
  show(): AgentShown;
  /** Clients that may call, by their keys; known after `start`. */
  readonly clients: ReadonlyMap<string, ListeningClient>;
  /** Takes no more tasks until it is resumed, also after its next start; resolves when that is sure. */
  drain(): Promise<void>;
  /** Takes tasks again. */
  resume(): Promise<void>;
}

/** How an agent is, as its owner may see it. */
export interface AgentShown {
  readonly node: Node;
  /** When its owner drained it, in milliseconds since 1970. */
  readonly drainedSinceMs: number | undefined;
  /** Why it takes no tasks by its owner's word, as a sentence. */
  readonly unwilling: string | undefined;
  /** Where it was enrolled. */
  readonly tasks: TasksShown | undefined;
}

/** Doors open here alone until there are identities. */
const loopback = '127.0.0.1';

export function createAgent(options: AgentOptions): Agent {
  return new LocalAgent(options);
}

class LocalAgent implements Agent {
  readonly #options: AgentOptions;
  /** Where programs run. */
  readonly #folder: string;
  readonly #runs: RunFolders;
  readonly #notes = new Notes();
  /** In the order in which they were started. */
  readonly #parts: Part[] = [];
  #offered: readonly Told[] = [];
  #poll: Address | undefined;
  #node: Node | undefined;
  #drain: OwnerDrain | undefined;
  #willing: Willingness = always(undefined);
  #tasks: Tasks | undefined;
  #clients: ReadonlyMap<string, ListeningClient> = new Map();
  #stopping: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    const { config, dataFolder } = options;
    const log = this.#notes.over(options.log);
    this.#options = { ...options, log };
    this.#folder = config['work-directory'] ?? join(dataFolder, 'runs');
    this.#runs = createRunFolders(this.#folder, log);
  }

  get applications(): readonly Offered[] {
    return this.#offered.map(({ name, address }) => ({
      name,
      host: address === undefined ? null : formatAddress(address),
    }));
  }

  get poll(): string | null {
    return this.#poll === undefined ? null : formatAddress(this.#poll);
  }

  async start(): Promise<void> {
    const { config, admission, dataFolder, infogather, register, broker, clock, log } = this.#options;
    const { kept: programsSeeNot } = this.#options;
    refuseElsewhere(process.platform);
    try {
      await this.#runs.open();
      const opening = createOpening(config, clock);
      await this.#begin(opening);
      const drain = await OwnerDrain.in(dataFolder, clock);
      this.#drain = drain;
      const willingness = allWilling([unlessSettings(config), drain]);
      this.#willing = allWilling([willingness, opening]);
      const additions = readAdditions(config.environment);
      const applications = await this.#catalogue(additions);
      const kept = keptPorts(dataFolder, log);
      const ports = await kept.read();
      const hosted = config['host-doors']
        ? await openHostDoors({
            ...{ config, admission, applications, additions, clock, log },
            ...{ opening: this.#willing, kept: ports.hosts, runs: this.#runs },
            ...{ path: ownPath(), cores: availableParallelism() },
            open: (...asked) => this.#open(...asked),
          })
        : { offered: applications.map(({ name }) => ({ name, address: undefined })), ports: {} };
      this.#offered = hosted.offered;
      const poll = config['poll-door']
        ? await this.#open(config['poll-port'], ports.poll, (at) => this.#pollDoor(at))
        : undefined;
      this.#poll = poll && advertise(config['poll-address'], poll);
      const { node = newNodeName() } = ports;
      await kept.write({ node, hosts: hosted.ports, ...(poll === undefined ? {} : { poll: poll.port }) });
      const machine = { ...thisMachine(config), also: gpuHeaders(await gpusOf(), config.gpus) };
      this.#node = { name: node, applications: this.#offered, poll: this.#poll, machine };
      const opened = await openNodeTasks({
        ...{ config, line: broker, applications, additions, opening, willingness, clock, log },
        ...{ capacity: machine, dataFolder, kept: programsSeeNot, path: ownPath() },
      });
      this.#tasks = opened?.tasks;
      this.#clients = new Map(opened?.clients.map((one) => [one.enrolled.enrolment.brokerKey, one]));
      if (opened !== undefined) {
        await this.#begin(opened.tasks);
        this.#node = { ...this.#node, machine: opened.capacity };
      }
      await this.#begin(
        createGathering({
          ...{ config, clock, log, register, infogather, notes: this.#notes },
          tasks: opened?.key && { ...opened.tasks, key: opened.key },
          node: this.#node,
          moment: () => this.#moment(),
        }),
      );
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  get clients(): ReadonlyMap<string, ListeningClient> {
    return this.#clients;
  }

  show(): AgentShown {
    if (this.#node === undefined) throw new Error('the agent has not started');
    return {
      node: this.#node,
      drainedSinceMs: this.#drain?.sinceMs,
      unwilling: this.#willing.unwilling,
      tasks: this.#tasks?.show(),
    };
  }

  async drain(): Promise<void> {
    await this.#drain?.drain();
    this.#options.log.info('its owner has drained this node');
  }

  async resume(): Promise<void> {
    await this.#drain?.resume();
    this.#options.log.info('its owner has this node take tasks again');
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
    await this.#runs.close();
  }

  async #begin(part: Part): Promise<void> {
    this.#parts.push(part);
    await part.start();
  }

  async #catalogue(additions: ReadonlyMap<string, string>): Promise<Application[]> {
    await using run = await this.#runs.make();
    const environment = buildEnvironment({
      path: ownPath(),
      home: run.work,
      temporary: run.temporary,
      additions,
    });
    const { config, log } = this.#options;
    return await makeCatalogue({ config, environment, folder: run.work, log });
  }

  /**
   * Opens a door at the port that is configured; where that is any, at the one that it had before, unless another
   * has it now. Nothing is waited for then: any other does as well.
   */
  async #open(configured: number, kept: number | undefined, make: (place: Place) => Door): Promise<Listen> {
    const { config } = this.#options;
    const taken = [config['host-port'], ...config['host-ports'], config['poll-port']];
    if (configured === 0 && kept !== undefined && !taken.includes(kept)) {
      const door = make({ listen: { host: loopback, port: kept }, listenRetryMs: 0 });
      try {
        await this.#begin(door);
        return door.listening;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    const door = make({
      listen: { host: loopback, port: configured },
      listenRetryMs: config['listen-retry'],
    });
    await this.#begin(door);
    return door.listening;
  }

  #pollDoor({ listen, listenRetryMs }: Place): Door {
    const { config, admission, clock, log } = this.#options;
    return createPollDoor({
      listen,
      limits: pollDoorLimits(config, listenRetryMs),
      admission,
      tell: async () => {
        // Nobody knows of the door before all of it is open.
        if (this.#node === undefined) return '';
        return printDocuments(pollTells(this.#node, await this.#moment()));
      },
      clock,
      log,
    });
  }

  #moment() {
    const { config, clock } = this.#options;
    return thisMoment(config, this.#folder, clock.now());
  }
}

/** What the settings say, which hold until the next start. */
function unlessSettings({ 'accept-tasks': isWilling }: AgentSettings): Willingness {
  return always(isWilling ? undefined : 'its owner has it take no tasks (agent.accept-tasks)');
}

/** The owner's search path, which programs get too. */
function ownPath(): string {
  return process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
}
