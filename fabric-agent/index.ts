import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import {
  type Address,
  formatAddress,
  printDocuments,
  type ResourceTell,
  resourceTell,
} from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Admission, Door, Listen } from '../platform/doors/door.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { advertise } from './advertised.ts';
import type { Application } from './application.ts';
import { makeCatalogue } from './catalogue.ts';
import { createHostDoor } from './doors/host-door.ts';
import { createPollDoor } from './doors/poll-door.ts';
import { createSeats } from './doors/seats.ts';
import { buildEnvironment, readAdditions } from './environment.ts';
import { hostDoorLimits, pollDoorLimits } from './limits.ts';
import { createRunFolders, type RunFolders } from './local/run-folders.ts';
import { createTurns } from './local/turns.ts';
import { createRegistration } from './registration.ts';
import type { AgentSettings } from './settings.ts';

export interface AgentOptions {
  readonly config: AgentSettings;
  readonly log: Log;
  readonly clock: Clock;
  /** Who may use the doors. */
  readonly admission: Admission;
  /** Tells infogather a RESOURCE document; rejects where it could not, or was refused. */
  readonly register: (document: ResourceTell) => Promise<void>;
  /** Where the agent keeps what it needs. */
  readonly dataFolder: string;
}

/** An application as others reach it. */
export interface Offered {
  readonly name: string;
  /** The address that is told, with its port. */
  readonly host: string;
}

/** Offers what this machine can run. */
export interface Agent extends Part {
  /** Known after `start`, in the order of their doors. */
  readonly applications: readonly Offered[];
  /** The Poll address that is told, with its port; known after `start`. */
  readonly poll: string;
}

interface Told {
  readonly name: string;
  readonly address: Address;
}

/** Doors open here alone until there are identities. */
const loopback = '127.0.0.1';

export function createAgent(options: AgentOptions): Agent {
  return new LocalAgent(options);
}

class LocalAgent implements Agent {
  readonly #options: AgentOptions;
  readonly #cores = availableParallelism();
  readonly #runs: RunFolders;
  /** In the order in which they were started. */
  readonly #parts: Part[] = [];
  #offered: readonly Told[] = [];
  #poll: Address | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    const { config, dataFolder, log } = options;
    this.#runs = createRunFolders(config['work-directory'] ?? join(dataFolder, 'runs'), log);
  }

  get applications(): readonly Offered[] {
    return this.#offered.map(({ name, address }) => ({ name, host: formatAddress(address) }));
  }

  get poll(): string {
    if (this.#poll === undefined) throw new Error('the Poll door does not listen yet');
    return formatAddress(this.#poll);
  }

  async start(): Promise<void> {
    const { config } = this.#options;
    try {
      await this.#runs.open();
      const additions = readAdditions(config.environment);
      const applications = await this.#catalogue(additions);
      this.#offered = await this.#openHosts(applications, additions);
      const poll = this.#pollDoor();
      await this.#begin(poll);
      this.#poll = advertise(config['poll-address'], poll.listening);
      await this.#begin(this.#registration());
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
  ): Promise<Told[]> {
    const { config, admission, clock, log } = this.#options;
    const concurrent = config['concurrent-programs'] ?? this.#cores;
    const shared = {
      limits: hostDoorLimits(config, concurrent),
      admission,
      seats: createSeats(concurrent + config['waiting-connections']),
      turns: createTurns(concurrent),
      runs: this.#runs,
      path: ownPath(),
      additions,
      clock,
      log,
    };
    const offered: Told[] = [];
    for (const [index, application] of applications.entries()) {
      const door = createHostDoor({ ...shared, application, listen: this.#hostListen(index) });
      await this.#begin(door);
      offered.push({
        name: application.name,
        address: advertise(config['host-address'], door.listening, index === 0),
      });
    }
    return offered;
  }

  #hostListen(index: number): Listen {
    const { config } = this.#options;
    return {
      host: loopback,
      port: index === 0 ? config['host-port'] : (config['host-ports'][index - 1] ?? 0),
    };
  }

  #pollDoor(): Door {
    const { config, admission, clock, log } = this.#options;
    return createPollDoor({
      listen: { host: loopback, port: config['poll-port'] },
      limits: pollDoorLimits(config),
      admission,
      tell: () => printDocuments(this.#documents()),
      clock,
      log,
    });
  }

  #registration(): Part {
    const { config, register, clock, log } = this.#options;
    return createRegistration({
      documents: () => this.#documents(),
      register,
      intervalMs: config['registration-interval'],
      retryMs: config['registration-retry'],
      retryMostMs: config['registration-retry-most'],
      random: Math.random,
      clock,
      log,
    });
  }

  #documents(): ResourceTell[] {
    const poll = this.#poll;
    const date = Math.floor(this.#options.clock.now() / 1000);
    const cpuLoad = Number((loadavg()[0]! / this.#cores).toFixed(2));
    return this.#offered.map(({ name, address }) =>
      resourceTell({ application: name, host: address, poll, cpuLoad, date }),
    );
  }
}

/** The owner's search path, which programs get too. */
function ownPath(): string {
  return process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
}
