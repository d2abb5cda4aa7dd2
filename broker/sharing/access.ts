import type { Principal } from '../../protocol/sharing.ts';

/** That a resource is shared with a user or a group. */
export interface Share extends Principal {
  readonly resource: string;
}

/** That a user is in a group. */
export interface Membership {
  readonly group: string;
  readonly user: string;
}

/** Who may use which resources beside their owners. It follows each commit. */
export class Access {
  readonly #members = new Map<string, ReadonlySet<string>>();
  readonly #shares = new Map<string, readonly Principal[]>();

  constructor(shares: readonly Share[], members: readonly Membership[]) {
    for (const [resource, principals] of Map.groupBy(shares, (one) => one.resource))
      this.share(resource, principals);
    for (const [group, users] of Map.groupBy(members, (one) => one.group))
      this.group(
        group,
        users.map(({ user }) => user),
      );
  }

  /** A resource is shared with these, and nobody else. */
  share(resource: string, principals: readonly Principal[]): void {
    this.#shares.set(resource, principals);
    if (principals.length === 0) this.#shares.delete(resource);
  }

  /** These are in a group, and nobody else. */
  group(name: string, users: readonly string[]): void {
    this.#members.set(name, new Set(users));
    if (users.length === 0) this.#members.delete(name);
  }

  /** Whether a resource is shared with a user, or with a group in which they are. */
  mayUse(resource: string, user: string): boolean {
    for (const { kind, name } of this.#shares.get(resource) ?? [])
      if (kind === 'user' ? name === user : this.#members.get(name)?.has(user)) return true;
    return false;
  }
}
