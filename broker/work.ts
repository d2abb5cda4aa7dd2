import type { Clock } from '../platform/clock.ts';
import type { SocketRoute } from '../platform/doors/http.ts';
import { Refusal } from '../platform/failure.ts';
import type { Sweeper } from '../platform/housekeeping.ts';
import { type KeyPair, keyPairIn } from '../platform/identity/key-pair.ts';
import type { Paces } from '../platform/identity/paces.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Sql, Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import { Ledger } from './accounts/ledger.ts';
import { accountRoutes } from './accounts/routes.ts';
import { resourceOf } from './agents/agent-names.ts';
import { Resources } from './agents/resources.ts';
import { resourceRoutes } from './agents/routes.ts';
import { Sessions } from './agents/sessions.ts';
import { findByKey } from './agents/store.ts';
import { Vouching } from './agents/vouching.ts';
import { type UserCaller, userOf } from './caller.ts';
import { type CapacityHouse, capacityHouse } from './capacity/house.ts';
import type { Shortage } from './capacity/keeper.ts';
import { Charging } from './deals/charging.ts';
import { Deals } from './deals/deals.ts';
import { dealRoutes, dealSocket } from './deals/routes.ts';
import { noteShortages } from './deals/shortage.ts';
import { Entrance } from './identities/entrance.ts';
import { withFirstFrame } from './identities/first-frame.ts';
import { Identities } from './identities/identities.ts';
import { Jwts } from './identities/jwts.ts';
import { PageSessions } from './identities/page-sessions.ts';
import { identityRoutes } from './identities/routes.ts';
import type { NodeLoad } from './jobs/agent-node.ts';
import { jobEventSocket } from './jobs/event-socket.ts';
import { Jobs } from './jobs/jobs.ts';
import { printedRoutes } from './jobs/printed-routes.ts';
import { type JobRoutesParts, jobRoutes } from './jobs/routes.ts';
import type { Lent } from './lent.ts';
import { Reservations } from './reservations/reservations.ts';
import { reservationRoutes } from './reservations/routes.ts';
import type { BrokerSettings } from './settings.ts';
import { sharingRoutes } from './sharing/routes.ts';
import { type Keeping, Sharing } from './sharing/sharing.ts';
import { jobQueries } from './staging/job-queries.ts';
import { blobRoutes } from './staging/routes.ts';
import { sendFile, sendMore } from './staging/send-file.ts';
import { Staging } from './staging/staging.ts';
import { strategiesOf } from './strategies/strategies.ts';
import { JobsWhy } from './why/jobs.ts';
import { whyRoutes } from './why/routes.ts';

export interface WorkParts {
  readonly config: BrokerSettings;
  readonly store: Store;
  /** Where the broker keeps the files of jobs, and the key by which it proves itself to agents; it exists. */
  readonly folder: string;
  /** By which the infogather of this house proves itself to agents, where there is one. */
  readonly gatheringKey?: string | undefined;
  /** Counts who comes to the house. */
  readonly paces: Paces;
  readonly clock: Clock;
  readonly log: Log;
}

/** The broker's work: jobs, their files, the agents that run them, and who may have it do so, over one store. */
export class Work implements Part {
  readonly jobs: Jobs;
  /** Why jobs and their tasks wait. */
  readonly why: JobsWhy;
  readonly staging: Staging;
  readonly resources: Resources;
  readonly reservations: Reservations;
  readonly identities: Identities;
  readonly sharing: Sharing;
  /** Who has how much money. */
  readonly ledger: Ledger;
  /** Offers and agreements. */
  readonly deals: Deals;
  /** What of nodes is held and reserved. */
  readonly room: CapacityHouse;
  /** What it gives to say to other services who somebody is. */
  readonly jwts: Jwts;
  /** Who comes in to a house with this broker. */
  readonly entrance: Entrance;
  readonly #parts: WorkParts;
  readonly #sessions: Sessions;
  readonly #pages: PageSessions;

  /** Opens what a broker has left; nothing begins before `start`. */
  static async open(parts: WorkParts): Promise<Work> {
    const keys = await keyPairIn(`${parts.folder}/broker-key`);
    const { config, store, clock, log } = parts;
    const folder = `${parts.folder}/broker-blobs`;
    const staging = new Staging({ config, store, folder, jobs: jobQueries, clock });
    await staging.open();
    const sharing = await Sharing.open({
      ...{ config, store, clock, log },
      keepingOf: (resource) => leastKeeping(resource, dispatch.load()),
      changed: () => dispatch.accessChanged(),
    });
    const mayUse = (resource: string, user: string) => sharing.mayUse(resourceOf(resource), user);
    const room = capacityHouse({
      ...{ config, store, clock, log },
      dispatch: () => dispatch,
      tell: (sql, shortages) => work.noteShortages(sql, shortages),
      tellBackEnd: (agent) => reservations.changed(agent),
    });
    const { claims, keeper } = room;
    const nodeChanged = (agent: string) => keeper.nodeChanged(agent);
    const ledger = new Ledger(parts);
    const agreements = new Charging({ bank: ledger, deals: () => work.deals, clock });
    const jobs = new Jobs({
      ...{ config, store, blobs: staging, mayUse, agreements, claims, nodeChanged, clock, log },
    });
    const { dispatch } = jobs;
    const find = (key: string) => store.read((sql) => findByKey(sql, key));
    const vouching = new Vouching({ config, keys, proofKey: parts.gatheringKey, clock });
    const reservations = new Reservations({
      config,
      store,
      clock,
      heard: (sql, agent) => {
        const done = work.deals.reserving.heard(sql);
        return () => {
          done();
          nodeChanged(agent);
        };
      },
    });
    const sessions = new Sessions({
      ...{ config, keys, find, listener: dispatch, vouching, reservations, clock, log },
    });
    const resources = new Resources({
      ...{ config, store, sessions, keys, clock },
      load: () => dispatch.load(),
      gone: () => sharing.refresh(),
    });
    const built = { jobs, staging, resources, reservations, sharing, room, ledger };
    const work = new Work(parts, keys, built, sessions);
    return work;
  }

  private constructor(
    parts: WorkParts,
    keys: KeyPair,
    {
      jobs,
      staging,
      resources,
      reservations,
      sharing,
      room,
      ledger,
    }: Pick<Work, 'jobs' | 'staging' | 'resources' | 'reservations' | 'sharing' | 'room' | 'ledger'>,
    sessions: Sessions,
  ) {
    const { config, store, paces, clock, log } = parts;
    this.#parts = parts;
    this.sharing = sharing;
    this.room = room;
    this.ledger = ledger;
    this.deals = new Deals({
      ...{ config, store, clock, log, bank: ledger, strategies: strategiesOf(config) },
      capacity: room.capacity,
      work: jobs.workUnder,
      tellBackEnd: (agent) => reservations.changed(agent),
      nodes: () => jobs.dispatch.nodes.all,
      shareOf: (agent) => jobs.dispatch.lent(agent)?.share,
      mayUse: (agent, user) => sharing.mayUse(resourceOf(agent), user),
    });
    this.identities = new Identities({ ...parts, gone: () => sharing.refresh() });
    this.jwts = new Jwts({ config, keys, clock });
    const holderOf = (token: string) => sessions.resourceOf(token);
    this.#pages = new PageSessions({ config, clock });
    this.entrance = new Entrance({
      identities: this.identities,
      resourceOf: holderOf,
      pages: this.#pages,
      paces,
    });
    this.jobs = jobs;
    this.why = new JobsWhy(parts.store, jobs.dispatch.waiting);
    this.staging = staging;
    this.resources = resources;
    this.reservations = reservations;
    this.#sessions = sessions;
  }

  /** What is held and reserved is known before anything is given out beside it. */
  async start(): Promise<void> {
    await this.room.keeper.start();
    await this.jobs.start();
    await this.deals.start();
  }

  async stop(): Promise<void> {
    this.#sessions.stop();
    this.identities.stop();
    this.#pages.stop();
    await this.deals.stop();
    await this.room.keeper.stop();
    await this.jobs.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Says in deals that something of what they have has gone, or is there again; what is returned is done after the commit. */
  noteShortages(sql: Sql, shortages: readonly Shortage[]): () => void {
    const owners = noteShortages(sql, shortages, this.deals.moves, this.#parts.clock.now());
    return () => this.deals.log.told(owners);
  }

  /** What there is yet for this broker of the node of the agent with a key; undefined where that is not here. */
  lent(agentKey: string): Lent | undefined {
    const agent = this.#sessions.agentOf(agentKey);
    return agent === undefined ? undefined : this.jobs.dispatch.lent(agent);
  }

  /** Housekeeping, each part for itself. */
  get sweepers(): Sweeper[] {
    return [
      { name: 'jobs', sweep: (now) => this.jobs.sweep(now) },
      { name: 'deals', sweep: (now) => this.deals.sweep(now) },
      { name: 'reservations', sweep: (now) => this.reservations.sweep(now) },
      { name: 'tokens', sweep: (now) => this.identities.sweep(now) },
      { name: 'files of jobs', sweep: (now) => this.staging.sweep(now) },
    ];
  }

  /** What users and agents reach it by, over HTTP. */
  routes() {
    const { jobs, staging, resources, reservations, identities, jwts, sharing, ledger } = this;
    const ofJobs: JobRoutesParts = {
      jobs,
      ownerOf: (request, scope, job) => this.#ownerOf(userOf(request, scope), job),
      whose: (request, asked) => whoseOf(userOf(request, 'read'), asked),
      sendBlob: async (owner, blob, request, response, tag) =>
        sendFile(request, response, await staging.find({ kind: 'user', owner }, blob), tag),
      sendMore: async (owner, blob, span, response) =>
        sendMore(response, await staging.find({ kind: 'user', owner }, blob), span),
    };
    return [
      jobRoutes(ofJobs),
      whyRoutes({
        jobs: this.why,
        ownerOf: (request, scope, job) => this.#ownerOf(userOf(request, scope), job),
        deal: (user, id) => this.deals.get(user, id),
        now: () => this.#parts.clock.now(),
      }),
      printedRoutes(ofJobs),
      blobRoutes(staging),
      resourceRoutes(resources),
      reservationRoutes(reservations),
      sharingRoutes(sharing),
      identityRoutes(identities, jwts, this.#pages),
      accountRoutes(ledger, this.#parts.config['statement-page']),
      ...dealRoutes(this.deals, this.#parts.store),
    ];
  }

  /** The same over WebSocket. */
  sockets(): SocketRoute[] {
    const { config, clock } = this.#parts;
    const events = jobEventSocket(this.jobs, ({ request }, job) =>
      this.#ownerOf(userOf(request, 'read'), job),
    );
    const known = { entrance: this.entrance, patienceMs: config['handshake-time'], clock };
    const all = [events, dealSocket(this.deals, this.#parts.store)];
    return [...all.map((route) => withFirstFrame(route, known)), this.#sessions.socket];
  }

  /** For whom a user acts: an administrator for the owner of the job, where it is one that is there. */
  async #ownerOf({ owner, isAdministrator }: UserCaller, job: string | undefined): Promise<string> {
    if (!isAdministrator || job === undefined) return owner;
    return (await this.#parts.store.read((sql) => jobQueries.ownerById(sql, job))) ?? owner;
  }
}

/** How programs run by whichever agent of a resource keeps them apart least; undefined where none is there. */
function leastKeeping(resource: string, loads: ReadonlyMap<string, NodeLoad>): Keeping | undefined {
  const all = [...loads].flatMap(([agent, { keeping }]) =>
    resourceOf(agent) === resource && keeping !== undefined ? [keeping] : [],
  );
  const serves = ({ isolates, acceptsUnisolated, isHouse }: Keeping) =>
    isolates || (acceptsUnisolated && !isHouse);
  return all.find((one) => !serves(one)) ?? all[0];
}

/** Everybody's, as who lists jobs says it. */
const everybody = '*';

/** Whose jobs somebody lists; everybody's where it is undefined. */
function whoseOf({ owner, isAdministrator }: UserCaller, asked = owner): string | undefined {
  if (asked === owner) return owner;
  if (!isAdministrator)
    throw new Refusal(failure('not-allowed', 'jobs of others are listed to administrators'));
  return asked === everybody ? undefined : asked;
}
