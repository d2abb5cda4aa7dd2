import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type GroupView, type Principal, principalName } from '../../protocol/sharing.ts';
import { checkUser } from '../identities/store.ts';
import { Access, type Membership, type Share } from './access.ts';

/** Who may use what, as it stands in this verb or query. */
export function accessOf(sql: Sql): Access {
  const members = sql.all<Membership>('SELECT member_of AS "group", user FROM group_members');
  return new Access(sql.all<Share>('SELECT resource, kind, name FROM resource_shares'), members);
}

export function groups(sql: Sql): GroupView[] {
  const members = new Map<string, string[]>();
  for (const { name } of sql.all<{ name: string }>('SELECT name FROM groups ORDER BY name'))
    members.set(name, []);
  const text = 'SELECT member_of AS "group", user FROM group_members ORDER BY member_of, user';
  for (const { group, user } of sql.all<Membership>(text)) members.get(group)?.push(user);
  return [...members].map(([name, users]) => ({ name, members: users }));
}

/** Throws a Refusal `group-exists`, `too-many-shares`. */
export function addGroup(sql: Sql, name: string, now: number, most: number): void {
  const { count } = sql.get<{ count: number }>('SELECT count(*) AS count FROM groups')!;
  if (count >= most) throw tooMany(`there are ${most} groups already`);
  const text = 'INSERT INTO groups (name, created_at) VALUES (@name, @now) ON CONFLICT DO NOTHING';
  if (sql.run(text, { name, now }) === 0)
    throw new Refusal(failure('group-exists', `there is a group '${name}' already`));
}

/** Whatever is shared with the group is so no more. Throws a Refusal `not-found`. */
export function removeGroup(sql: Sql, name: string): void {
  if (sql.run('DELETE FROM groups WHERE name = @name', { name }) === 0) throw noGroup(name);
}

/** Throws a Refusal `not-found`, `too-many-shares`. */
export function addMembers(sql: Sql, group: string, users: readonly string[], most: number): void {
  checkGroup(sql, group);
  for (const user of users) {
    checkUser(sql, user);
    sql.run('INSERT INTO group_members (member_of, user) VALUES (@group, @user) ON CONFLICT DO NOTHING', {
      group,
      user,
    });
  }
  const text = 'SELECT count(*) AS count FROM group_members WHERE member_of = @group';
  if (sql.get<{ count: number }>(text, { group })!.count > most)
    throw tooMany(`a group has ${most} users at most`);
}

/** Throws a Refusal `not-found`. */
export function removeMembers(sql: Sql, group: string, users: readonly string[]): void {
  checkGroup(sql, group);
  for (const user of users)
    sql.run('DELETE FROM group_members WHERE member_of = @group AND user = @user', { group, user });
}

/** Shares a resource of an owner, or whosever it is. Throws a Refusal `not-found`, `too-many-shares`. */
export function share(
  sql: Sql,
  { owner, resource, most }: { owner: string | undefined; resource: string; most: number },
  principals: readonly Principal[],
): void {
  checkResource(sql, owner, resource);
  for (const { kind, name } of principals) {
    if (kind === 'user') checkUser(sql, name);
    else checkGroup(sql, name);
    sql.run(
      'INSERT INTO resource_shares (resource, kind, name) VALUES (@resource, @kind, @name) ON CONFLICT DO NOTHING',
      { resource, kind, name },
    );
  }
  if (sharesOf(sql, resource).length > most)
    throw tooMany(`a resource is shared with ${most} users and groups at most`);
}

/** Throws a Refusal `not-found`. */
export function unshare(
  sql: Sql,
  owner: string | undefined,
  resource: string,
  principals: readonly Principal[],
): void {
  checkResource(sql, owner, resource);
  for (const { kind, name } of principals)
    sql.run('DELETE FROM resource_shares WHERE resource = @resource AND kind = @kind AND name = @name', {
      resource,
      kind,
      name,
    });
}

/** With whom a resource is shared. */
export function principalsOf(sql: Sql, resource: string): Principal[] {
  const text = 'SELECT kind, name FROM resource_shares WHERE resource = @resource ORDER BY kind DESC, name';
  return sql.all<Principal & object>(text, { resource });
}

/** The same as users write it. */
export function sharesOf(sql: Sql, resource: string): string[] {
  return principalsOf(sql, resource).map(principalName);
}

export function membersOf(sql: Sql, group: string): string[] {
  const text = 'SELECT user FROM group_members WHERE member_of = @group';
  return sql.all<{ user: string }>(text, { group }).map(({ user }) => user);
}

/** Throws a Refusal `not-found` where there is no such resource, of an owner or of whomever. */
export function checkResource(sql: Sql, owner: string | undefined, name: string): void {
  const text = 'SELECT 1 FROM resources WHERE name = @name AND owner = coalesce(@owner, owner)';
  if (sql.get(text, { name, owner: owner ?? null }) !== undefined) return;
  const detail = `there is no resource '${name.slice(0, 100)}' of yours`;
  throw new Refusal(failure('not-found', detail, 'see yours with ogm resource list'));
}

function checkGroup(sql: Sql, name: string): void {
  if (sql.get('SELECT 1 FROM groups WHERE name = @name', { name }) === undefined) throw noGroup(name);
}

function noGroup(name: string): Refusal {
  const detail = `there is no group '${name.slice(0, 100)}'`;
  return new Refusal(failure('not-found', detail, 'see ogm user group list'));
}

function tooMany(detail: string): Refusal {
  return new Refusal(failure('too-many-shares', detail));
}
