import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type GroupView, principalOf } from '../../protocol/sharing.ts';
import type { UserCaller } from '../caller.ts';
import type { Access } from './access.ts';
import type { SharingSettings } from './settings.ts';
import {
  accessOf,
  addGroup,
  addMembers,
  checkResource,
  groups,
  membersOf,
  principalsOf,
  removeGroup,
  removeMembers,
  share,
  unshare,
} from './store.ts';

/** How the programs of a node run, as far as others than its owner are concerned. */
export interface Keeping {
  /** Whether they reach nothing of the machine but what is theirs. */
  readonly isolates: boolean;
  /** Whether the owner of the node lets others' run all the same. */
  readonly acceptsUnisolated: boolean;
  /** Whether they run as the user who runs the broker, who is its administrator there. */
  readonly isHouse: boolean;
}

export interface SharingParts {
  readonly config: SharingSettings;
  readonly store: Store;
  /** How the programs of a resource run; undefined where its agent is not there. */
  readonly keepingOf: (resource: string) => Keeping | undefined;
  /** Called after each change, once it is on disk. */
  readonly changed: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** With whom owners share what they lend, and the groups of users by which they do: those are for administrators. */
export class Sharing {
  readonly #parts: SharingParts;
  #access: Access;

  /** Takes up what the store says. */
  static async open(parts: SharingParts): Promise<Sharing> {
    return new Sharing(parts, await parts.store.read(accessOf));
  }

  private constructor(parts: SharingParts, access: Access) {
    this.#parts = parts;
    this.#access = access;
  }

  /** Whether a resource is shared with a user. */
  mayUse(resource: string, user: string): boolean {
    return this.#access.mayUse(resource, user);
  }

  /** Shares a resource; throws a Refusal `not-isolated` where others' programs would run among its owner's things. */
  async share(by: UserCaller, resource: string, names: readonly string[]): Promise<void> {
    const { store, config, keepingOf } = this.#parts;
    const owner = ownerOf(by);
    await store.read((sql) => checkResource(sql, owner, resource));
    checkKeeping(resource, keepingOf(resource));
    const most = config['most-shares'];
    await this.#changeShares(resource, (sql) =>
      share(sql, { owner, resource, most }, names.map(principalOf)),
    );
    this.#parts.log.info('a resource was shared', { resource, with: names, by: by.owner });
  }

  /** What of those users has not started there goes elsewhere; what runs there goes on. */
  async unshare(by: UserCaller, resource: string, names: readonly string[]): Promise<void> {
    await this.#changeShares(resource, (sql) => unshare(sql, ownerOf(by), resource, names.map(principalOf)));
    this.#parts.log.info('a resource is shared no more', { resource, with: names, by: by.owner });
  }

  groups(): Promise<GroupView[]> {
    return this.#parts.store.read(groups);
  }

  async addGroup(by: UserCaller, name: string): Promise<void> {
    const { clock, config } = this.#parts;
    const now = clock.now();
    await this.#changeGroup(name, (sql) => addGroup(sql, name, now, config['most-groups']));
    this.#parts.log.info('a group was made', { group: name, by: by.owner });
  }

  async removeGroup(by: UserCaller, name: string): Promise<void> {
    await this.#changeAll((sql) => removeGroup(sql, name));
    this.#parts.log.info('a group was removed', { group: name, by: by.owner });
  }

  async addMembers(by: UserCaller, group: string, users: readonly string[]): Promise<void> {
    const most = this.#parts.config['most-members'];
    await this.#changeGroup(group, (sql) => addMembers(sql, group, users, most));
    this.#parts.log.info('users were put into a group', { group, users, by: by.owner });
  }

  async removeMembers(by: UserCaller, group: string, users: readonly string[]): Promise<void> {
    await this.#changeGroup(group, (sql) => removeMembers(sql, group, users));
    this.#parts.log.info('users were taken out of a group', { group, users, by: by.owner });
  }

  /** Users or resources have gone, and what was shared with them. */
  refresh(): Promise<void> {
    return this.#changeAll(() => {});
  }

  #changeShares(resource: string, verb: (sql: Sql) => void): Promise<void> {
    return this.#change(
      verb,
      (sql) => principalsOf(sql, resource),
      (shares) => this.#access.share(resource, shares),
    );
  }

  #changeGroup(group: string, verb: (sql: Sql) => void): Promise<void> {
    return this.#change(
      verb,
      (sql) => membersOf(sql, group),
      (users) => this.#access.group(group, users),
    );
  }

  #changeAll(verb: (sql: Sql) => void): Promise<void> {
    return this.#change(verb, accessOf, (access) => {
      this.#access = access;
    });
  }

  /** Verbs settle in the order of their commits, so memory follows in that order too. */
  async #change<T>(
    verb: (sql: Sql) => void,
    read: (sql: Sql) => T,
    follow: (read: T) => void,
  ): Promise<void> {
    follow(
      await this.#parts.store.write((sql) => {
        verb(sql);
        return read(sql);
      }),
    );
    await this.#parts.changed();
  }
}

/** Whose resources are concerned: everyone's where an administrator asks. */
function ownerOf({ owner, isAdministrator }: UserCaller): string | undefined {
  return isAdministrator ? undefined : owner;
}

function checkKeeping(resource: string, keeping: Keeping | undefined): void {
  if (keeping === undefined) {
    const detail = `nobody knows how ${resource} keeps programs apart, for its agent is not here`;
    throw new Refusal(failure('not-isolated', detail, 'start its agent, then share it'));
  }
  const { isolates, acceptsUnisolated, isHouse } = keeping;
  if (isolates) return;
  if (isHouse) {
    const detail = `programs on ${resource} run as the user who runs this broker, who is its administrator`;
    throw new Refusal(
      failure('not-isolated', detail, 'run its agent as another user, or on another machine'),
    );
  }
  if (acceptsUnisolated) return;
  const detail = `programs on ${resource} reach all that the user does who runs its agent`;
  const next = 'share one that isolates, or set agent.accept-unisolated there if that may be';
  throw new Refusal(failure('not-isolated', detail, next));
}
