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
import { type UserCaller, userOf } from './caller.ts';
import { Entrance } from './identities/entrance.ts';
import { withFirstFrame } from './identities/first-frame.ts';
import { Identities } from './identities/identities.ts';
import { identityRoutes } from './identities/routes.ts';
import { eventSocket } from './jobs/event-socket.ts';
import { Jobs } from './jobs/jobs.ts';
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

/** The broker's work: jobs, their files, the agents that run them, and who may have it do so, over one store. */
export class Work implements Part {
  readonly jobs: Jobs;
  readonly staging: Staging;
  readonly resources: Resources;
  readonly identities: Identities;
  /** Who comes in to a house with this broker. */
  readonly entrance: Entrance;
  readonly #parts: WorkParts;
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
    return new Work(parts, jobs, staging, resources, sessions);
  }

  private constructor(
    parts: WorkParts,
    jobs: Jobs,
    staging: Staging,
    resources: Resources,
    sessions: Sessions,
  ) {
    const { config, clock } = parts;
    this.#parts = parts;
    this.identities = new Identities(parts);
    const resourceOf = (token: string) => sessions.resourceOf(token);
    this.entrance = new Entrance({ config, identities: this.identities, resourceOf, clock });
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
    this.identities.stop();
    await this.jobs.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Housekeeping, each part for itself. */
  get sweepers(): Sweeper[] {
    return [
      { name: 'jobs', sweep: (now) => this.jobs.sweep(now) },
      { name: 'tokens', sweep: (now) => this.identities.sweep(now) },
      { name: 'files of jobs', sweep: (now) => this.staging.sweep(now) },
    ];
  }

  /** What users and agents reach it by, over HTTP. */
  routes() {
    const { jobs, staging, resources, identities } = this;
    return [
      jobRoutes({
        jobs,
        ownerOf: (request, scope, job) => this.#ownerOf(userOf(request, scope), job),
        sendBlob: async (owner, blob, request, response) =>
          sendFile(request, response, await staging.find({ kind: 'user', owner }, blob)),
      }),
      blobRoutes(staging),
      resourceRoutes(resources),
      identityRoutes(identities),
    ];
  }

  /** The same over WebSocket. */
  sockets(): SocketRoute[] {
    const { config, clock } = this.#parts;
    const events = eventSocket(this.jobs, ({ request }, job) => this.#ownerOf(userOf(request, 'read'), job));
    const patienceMs = config['handshake-time'];
    return [withFirstFrame(events, { entrance: this.entrance, patienceMs, clock }), this.#sessions.socket];
  }

  /** For whom a user acts: an administrator for the owner of the job, where it is one that is there. */
  async #ownerOf({ owner, isAdministrator }: UserCaller, job: string | undefined): Promise<string> {
    if (!isAdministrator || job === undefined) return owner;
    return (await this.#parts.store.read((sql) => jobQueries.ownerById(sql, job))) ?? owner;
  }
}
