import type { Clock } from '../platform/clock.ts';
import type { SocketRoute } from '../platform/doors/http.ts';
import type { Sweeper } from '../platform/housekeeping.ts';
import { keyPairIn } from '../platform/identity/key-pair.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Store } from '../platform/store/store.ts';
import { Resources } from './agents/resources.ts';
import { resourceRoutes } from './agents/routes.ts';
import { Sessions } from './agents/sessions.ts';
import { findByKey } from './agents/store.ts';
import { ownerOf } from './caller.ts';
import { eventSocket } from './jobs/event-socket.ts';
import { Jobs } from './jobs/jobs.ts';
import { localOwner } from './jobs/owner.ts';
import { jobRoutes } from './jobs/routes.ts';
import type { BrokerSettings } from './settings.ts';
import { jobQueries } from './staging/job-queries.ts';
import { blobRoutes } from './staging/routes.ts';
import { sendFile } from './staging/send-file.ts';
import { Staging } from './staging/staging.ts';

export interface WorkParts {
  readonly config: BrokerSettings;
  readonly store: Store;
  /** Where the broker keeps the files of jobs, and the key by which it proves itself to agents; it exists. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The broker's work: jobs, their files, and the agents that run them, over one store. */
export class Work implements Part {
  readonly jobs: Jobs;
  readonly staging: Staging;
  readonly resources: Resources;
  readonly #sessions: Sessions;

  /** Opens what a broker has left; nothing begins before `start`. */
  static async open(parts: WorkParts): Promise<Work> {
    const keys = await keyPairIn(`${parts.folder}/broker-key`);
    const { config, store, clock, log } = parts;
    const folder = `${parts.folder}/broker-blobs`;
    const staging = new Staging({ config, store, folder, jobs: jobQueries, clock });
    await staging.open();
    const jobs = new Jobs({ config, store, blobs: staging, clock, log });
    const { dispatch } = jobs;
    const find = (key: string) => store.read((sql) => findByKey(sql, key));
    const sessions = new Sessions({ config, keys, find, listener: dispatch, clock, log });
    const resources = new Resources({ config, store, sessions, load: () => dispatch.load(), keys, clock });
    return new Work(jobs, staging, resources, sessions);
  }

  private constructor(jobs: Jobs, staging: Staging, resources: Resources, sessions: Sessions) {
    this.jobs = jobs;
    this.staging = staging;
    this.resources = resources;
    this.#sessions = sessions;
  }

  start(): Promise<void> {
    return this.jobs.start();
  }

  async stop(): Promise<void> {
    this.#sessions.stop();
    await this.jobs.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Housekeeping, each part for itself. */
  get sweepers(): Sweeper[] {
    return [
      { name: 'jobs', sweep: (now) => this.jobs.sweep(now) },
      { name: 'files of jobs', sweep: (now) => this.staging.sweep(now) },
    ];
  }

  /** What users and agents reach it by, over HTTP. */
  routes() {
    const { jobs, staging, resources } = this;
    const resourceOf = (token: string) => this.#sessions.resourceOf(token);
    return [
      jobRoutes({
        jobs,
        ownerOf,
        sendBlob: async (owner, blob, request, response) =>
          sendFile(request, response, await staging.find({ kind: 'user', owner }, blob)),
      }),
      blobRoutes(staging, resourceOf),
      resourceRoutes(resources),
    ];
  }

  /** The same over WebSocket. */
  sockets(): SocketRoute[] {
    return [eventSocket(this.jobs, () => localOwner), this.#sessions.socket];
  }
}
