import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import type { Store } from '../../platform/store/store.ts';
import type { EnrolledView, EnrolmentView, ResourceView } from '../../protocol/resources.ts';
import type { User } from '../caller.ts';
import { localOwner } from '../jobs/owner.ts';
import { sharesOf } from '../sharing/store.ts';
import { resourceOf } from './agent-names.ts';
import type { Sessions } from './sessions.ts';
import type { AgentSessionSettings } from './settings.ts';
import { resourcesWith } from './several.ts';
import {
  addAgent,
  addResource,
  adopt,
  enrol,
  type ResourceRow,
  removeResource,
  resourcesOf,
  setDraining,
} from './store.ts';

/** What is known of a resource whose agent is there. */
export interface ResourceLoad {
  readonly running: number;
  readonly held: number;
  readonly mostTasks: number | null;
  /** Whether its own owner, or what befell it, has it take no more. */
  readonly isDraining?: boolean;
  readonly says: ResourceView['says'];
  readonly powers?: readonly string[] | null;
  /** Whether its owner's tasks may run there. */
  readonly servesOwner: boolean;
  /** The queue in which its tasks wait. */
  readonly queue?: string | undefined;
}

export interface ResourcesParts {
  readonly config: AgentSessionSettings;
  readonly store: Store;
  readonly sessions: Pick<Sessions, 'heardAgo' | 'drain' | 'remove'>;
  readonly load: () => ReadonlyMap<string, ResourceLoad>;
  /** Called where a resource may have gone, and with it that it was shared. */
  readonly gone: () => Promise<void>;
  readonly keys: KeyPair;
  readonly clock: Clock;
}

/** What owners lend, and the agents that come to be trusted with it. */
export class Resources {
  readonly #parts: ResourcesParts;

  constructor(parts: ResourcesParts) {
    this.#parts = parts;
  }

  /** A resource that awaits its agent, and the secret for that agent, which is told only here. */
  async add(owner: string, name: string): Promise<EnrolmentView> {
    const { store, clock, config } = this.#parts;
    const now = clock.now();
    const secret = randomBytes(32).toString('base64url');
    const until = now + config['enrolment-time'];
    const resource = { name, owner, now, most: config['most-resources'] };
    await store.write((sql) => addResource(sql, resource, { secret, until }));
    return { name, secret, expiresAt: until };
  }

  /** The same of one agent more, of a resource that has some. */
  async addAgent(owner: string, name: string): Promise<EnrolmentView> {
    const { store, clock, config } = this.#parts;
    const now = clock.now();
    const secret = randomBytes(32).toString('base64url');
    const until = now + config['enrolment-time'];
    const resource = { name, owner, now, most: config['most-resources'] };
    await store.write((sql) => addAgent(sql, resource, { secret, until }));
    return { name, secret, expiresAt: until };
  }

  /** Trusts an agent by its key from now on, for the secret that its owner gave it. */
  async enrol(secret: string, key: string): Promise<EnrolledView> {
    const { store, clock, keys } = this.#parts;
    const { name, owner } = await store.write((sql) => enrol(sql, secret, key, clock.now()));
    return { name: resourceOf(name), owner, brokerKey: keys.publicKey };
  }

  /** Trusts the agent of the user who runs the broker, which has been started: that needs no secret. */
  async adopt(name: string, key: string): Promise<EnrolledView> {
    const { store, clock, keys, gone, sessions } = this.#parts;
    const now = clock.now();
    const others = await store.write((sql) => adopt(sql, { name, owner: localOwner, key, now }));
    await gone();
    for (const other of others) await sessions.remove(other);
    return { name, owner: localOwner, brokerKey: keys.publicKey };
  }

  /** Those of a user, with those that are shared with them; an administrator sees all. */
  async list({
    owner,
    isAdministrator = false,
  }: Pick<User, 'owner' | 'isAdministrator'>): Promise<ResourceView[]> {
    const rows = await this.#parts.store.read((sql) => {
      const own = new Set(resourcesOf(sql, owner).map(({ name }) => name));
      return resourcesOf(sql, isAdministrator ? undefined : owner).map((row) => ({
        ...row,
        sharedWith: sharesOf(sql, resourceOf(row.name)),
        mayUse: own.has(row.name),
      }));
    });
    const loads = this.#parts.load();
    const agents = rows.map(({ sharedWith, mayUse, ...row }) => {
      const load = loads.get(row.name);
      const view = { ...this.#view(row, load), serves: servesOf(row, owner, mayUse, load) };
      const queue = load?.queue;
      if (isAdministrator || owner === row.owner) return { ...view, sharedWith, queue };
      return { ...view, running: null, held: null, mostTasks: null, queue };
    });
    return resourcesWith(agents);
  }

  /** What runs goes on; nothing more is sent. */
  async drain(owner: string | undefined, name: string, draining: boolean): Promise<void> {
    const agents = await this.#parts.store.write((sql) => setDraining(sql, owner, name, draining));
    for (const agent of agents) await this.#parts.sessions.drain(agent, draining);
  }

  /** Its agents are strangers from now on; of one that has several, one may be named, as in `pool.2`. */
  async remove(owner: string | undefined, name: string): Promise<void> {
    const { store, sessions, gone } = this.#parts;
    const agents = await store.write((sql) => removeResource(sql, owner, name));
    try {
      await gone();
    } finally {
      for (const agent of agents) await sessions.remove(agent); // whatever else goes wrong
    }
  }

  #view(
    { name, owner, key, draining }: ResourceRow,
    load: ResourceLoad | undefined,
  ): Omit<ResourceView, 'serves'> {
    const heardAgoMs = this.#parts.sessions.heardAgo(name) ?? null;
    const there = draining || load?.isDraining ? 'draining' : 'online';
    const gone = key === null ? 'awaited' : 'silent';
    const none = { running: 0, held: 0, mostTasks: null, says: null, powers: null };
    const { running, held, mostTasks, says, powers } = load ?? none;
    const state = heardAgoMs === null ? gone : there;
    return {
      name,
      owner,
      state,
      heardAgoMs,
      running,
      held,
      mostTasks,
      says,
      ...{ powers: powers ? [...powers] : null, sharedWith: null },
    };
  }
}

/** Which jobs of a user a resource takes, as dispatch will have it. */
function servesOf(
  { owner }: ResourceRow,
  user: string,
  mayUse: boolean,
  load: ResourceLoad | undefined,
): ResourceView['serves'] {
  if (owner === user) return load?.servesOwner === false ? 'none' : 'any';
  if (!mayUse) return 'none';
  return owner === localOwner ? 'any' : 'named';
}
