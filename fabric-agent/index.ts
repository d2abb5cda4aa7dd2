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
import { chooseBackEnd, type Kept, runsThere } from './back-ends/choose.ts';
import { makeCatalogue } from './catalogue.ts';
import { createHostDoor } from './doors/host-door.ts';
import { createPollDoor } from './doors/poll-door.ts';
import { createSeats } from './doors/seats.ts';
import { buildEnvironment, readAdditions } from './environment.ts';
import { createGathering, type EnrolledTasks } from './gathering/index.ts';
import { Notes } from './gathering/notes.ts';
import { gpuHeaders, gpusOf } from './gpus.ts';
import { hostDoorLimits, pollDoorLimits } from './limits.ts';
import { createRunFolders, type RunFolders } from './local/run-folders.ts';
import { createTurns } from './local/turns.ts';
import { type Machine, thisMachine, thisMoment } from './machine.ts';
import { keptPorts, newNodeName, type Ports } from './ports.ts';
import type { Register } from './register.ts';
import type { AgentSettings } from './settings.ts';
import { refuseElsewhere } from './systems.ts';
import { readEnrolments } from './tasks/enrolment.ts';
import { type BrokerLine, createTasks } from './tasks/index.ts';
import { type Node, pollTells, type Told } from './tells.ts';

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
}

/** Where a door is to open, and how long it waits, in milliseconds, for a port in use. */
interface Place {
  readonly listen: Listen;
  readonly listenRetryMs: number;
}

/** Doors open here alone until there are identities. */
const loopback = '127.0.0.1';

export function createAgent(options: AgentOptions): Agent {
  return new LocalAgent(options);
}

class LocalAgent implements Agent {
  readonly #options: AgentOptions;
  readonly #cores = availableParallelism();
  /** Where programs run. */
  readonly #folder: string;
  readonly #runs: RunFolders;
  readonly #notes = new Notes();
  /** In the order in which they were started. */
  readonly #parts: Part[] = [];
  #offered: readonly Told[] = [];
  #poll: Address | undefined;
  #node: Node | undefined;
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
    const { config, dataFolder, infogather, register, clock, log } = this.#options;
    refuseElsewhere(process.platform);
    try {
      await this.#runs.open();
      const additions = readAdditions(config.environment);
      const applications = await this.#catalogue(additions);
      const kept = keptPorts(dataFolder, log);
      const ports = await kept.read();
      const hosts = config['host-doors'] ? await this.#openHosts(applications, additions, ports) : {};
      if (!config['host-doors'])
        this.#offered = applications.map(({ name }) => ({ name, address: undefined }));
      const poll = config['poll-door']
        ? await this.#open(config['poll-port'], ports.poll, (at) => this.#pollDoor(at))
        : undefined;
      this.#poll = poll && advertise(config['poll-address'], poll);
      const { node = newNodeName() } = ports;
      await kept.write({ node, hosts, ...(poll === undefined ? {} : { poll: poll.port }) });
      const machine = { ...thisMachine(config), also: gpuHeaders(await gpusOf(), config.gpus) };
      this.#node = { name: node, applications: this.#offered, poll: this.#poll, machine };
      const tasks = await this.#beginTasks(applications, additions, machine);
      await this.#begin(
        createGathering({
          ...{ config, tasks, clock, log, register, infogather, notes: this.#notes },
          node: this.#node,
          moment: () => this.#moment(),
        }),
      );
    } catch (error) {
      await this.stop();
      throw error;
    }
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

  async #openHosts(
    applications: readonly Application[],
    additions: ReadonlyMap<string, string>,
    kept: Ports,
  ): Promise<Ports['hosts']> {
    const { config, admission, clock, log } = this.#options;
    const concurrent = config['concurrent-programs'] ?? this.#cores;
    const shared = {
      admission,
      seats: createSeats(concurrent + config['waiting-connections']),
      turns: createTurns(concurrent),
      runs: this.#runs,
      path: ownPath(),
      additions,
      clock,
      log,
    };
    const configured = [config['host-port'], ...config['host-ports']];
    const offered: Told[] = [];
    const ports = new Map<string, number>();
    const hosted = applications.filter(({ isInImage }) => isInImage !== true);
    for (const [index, application] of hosted.entries()) {
      const { name } = application;
      const before = Object.hasOwn(kept.hosts, name) ? kept.hosts[name] : undefined;
      const listening = await this.#open(configured[index] ?? 0, before, ({ listen, listenRetryMs }) =>
        createHostDoor({
          ...shared,
          application,
          listen,
          limits: hostDoorLimits(config, concurrent, listenRetryMs),
        }),
      );
      ports.set(name, listening.port);
      offered.push({ name, address: advertise(config['host-address'], listening, index === 0) });
    }
    const others = applications.filter((each) => !hosted.includes(each));
    this.#offered = [...offered, ...others.map(({ name }) => ({ name, address: undefined }))];
    return Object.fromEntries(ports);
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

  async #beginTasks(
    applications: readonly Application[],
    additions: ReadonlyMap<string, string>,
    capacity: Machine,
  ): Promise<EnrolledTasks | undefined> {
    const { config, broker, clock, log, dataFolder, kept } = this.#options;
    const enrolments = broker === undefined ? [] : await readEnrolments(dataFolder);
    const [first] = enrolments;
    if (broker === undefined || first === undefined) return undefined;
    const folder = join(dataFolder, 'tasks');
    const load = () => thisMoment(config, folder, clock.now());
    const path = ownPath();
    const shared = { config, additions, dataFolder, path, clock, log };
    const asked = { ...shared, ...(kept === undefined ? {} : { kept }), surroundings: process.env };
    const backEnd = await chooseBackEnd({ ...asked, folder, capacity, load });
    const there = applications.filter((each) => runsThere(config, each));
    const others = applications.filter((each) => !there.includes(each)).map(({ name }) => name);
    if (others.length > 0)
      log.warn('applications are not offered to brokers, for the back end cannot run them', {
        names: others,
      });
    const tasks = createTasks({ ...shared, applications: there, enrolments, line: broker, backEnd });
    await this.#begin(tasks);
    return { ...tasks, key: first.key };
  }

  #moment() {
    const { config, clock } = this.#options;
    return thisMoment(config, this.#folder, clock.now());
  }
}

/** The owner's search path, which programs get too. */
function ownPath(): string {
  return process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
}
