import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import {
  localUser,
  type Scope,
  type TokenView,
  type UserRequest,
  type UserView,
} from '../../protocol/identities.ts';

/** A token as the store has it. */
export interface TokenRow extends TokenView {
  /** Its SHA-256. */
  readonly hash: string;
}

interface Stored extends Omit<TokenRow, 'scopes'> {
  readonly scopes: string;
}

const columns = 'id, user, hash, scopes, note, created_at AS createdAt, expires_at AS expiresAt';

/**
 * Adds a user; `uid` is the user of this machine who needs no token. Throws a Refusal `user-exists`, also where a user had the
 * name who was removed; `too-many-tokens`.
 */
export function addUser(sql: Sql, { name, uid }: UserRequest, now: number, most: number): void {
  const text =
    'INSERT INTO users (name, created_at, uid) VALUES (@name, @now, @uid) ON CONFLICT (name) DO NOTHING';
  const same = uid === undefined ? undefined : userByUid(sql, uid);
  if (same !== undefined)
    throw new Refusal(failure('user-exists', `the user ${uid} of this machine is '${same}' already`));
  const { count } = sql.get<{ count: number }>('SELECT count(*) AS count FROM users')!;
  if (count >= most) throw new Refusal(failure('too-many-tokens', `there are ${most} users already`));
  if (sql.run(text, { name, now, uid: uid ?? null }) === 0)
    throw new Refusal(failure('user-exists', `there is or was a user '${name}' already`));
}

/** Forgets all tokens of a user, who is none any more; returns their hashes. Throws a Refusal `not-found`. */
export function removeUser(sql: Sql, name: string, now: number): string[] {
  const text = 'UPDATE users SET removed_at = @now WHERE name = @name AND removed_at IS NULL';
  if (sql.run(text, { name, now }) === 0) throw noUser(name);
  const hashes = sql.all<{ hash: string }>('SELECT hash FROM tokens WHERE user = @name', { name });
  sql.run('DELETE FROM tokens WHERE user = @name', { name });
  return hashes.map(({ hash }) => hash);
}

/** The user who a user of this machine is; undefined where that one is none. */
export function userByUid(sql: Sql, uid: number): string | undefined {
  const text = 'SELECT name FROM users WHERE uid = @uid AND removed_at IS NULL';
  return sql.get<{ name: string }>(text, { uid })?.name;
}

/** The user of this machine who a user is; undefined where they need a token. */
export function uidOf(sql: Sql, name: string): number | undefined {
  return (
    sql.get<{ uid: number | null }>('SELECT uid FROM users WHERE name = @name', { name })?.uid ?? undefined
  );
}

export function users(sql: Sql, now: number): UserView[] {
  return sql.all<UserView>(
    `SELECT name, created_at AS createdAt, uid,
       (SELECT count(*) FROM tokens WHERE user = name AND expires_at > @now) AS tokens
     FROM users WHERE removed_at IS NULL ORDER BY name`,
    { now },
  );
}

/** Keeps a token of a user. Throws a Refusal `not-found`, `too-many-tokens`. */
export function addToken(sql: Sql, token: TokenRow, most: number): void {
  const { user, createdAt: now } = token;
  const text = 'SELECT 1 FROM users WHERE name = @user AND removed_at IS NULL';
  if (sql.get(text, { user }) === undefined) throw noUser(user);
  const { count } = sql.get<{ count: number }>(
    'SELECT count(*) AS count FROM tokens WHERE user = @user AND expires_at > @now',
    { user, now },
  )!;
  if (count >= most) throw new Refusal(failure('too-many-tokens', `${user} has ${most} tokens already`));
  sql.run(
    `INSERT INTO tokens (id, user, hash, scopes, note, created_at, expires_at)
     VALUES (@id, @user, @hash, @scopes, @note, @createdAt, @expiresAt)`,
    { ...token, scopes: JSON.stringify(token.scopes) },
  );
}

/** The token with this hash that holds at `now`. */
export function tokenByHash(sql: Sql, hash: string, now: number): TokenRow | undefined {
  return rowOf(
    sql.get<Stored>(`SELECT ${columns} FROM tokens WHERE hash = @hash AND expires_at > @now`, { hash, now }),
  );
}

/** Throws a Refusal `not-found`. */
export function tokenById(sql: Sql, id: string, now: number): TokenRow {
  const text = `SELECT ${columns} FROM tokens WHERE id = @id AND expires_at > @now`;
  const found = rowOf(sql.get<Stored>(text, { id, now }));
  if (found !== undefined) return found;
  throw new Refusal(failure('not-found', `there is no token ${id.slice(0, 50)}`, 'see ogm token list'));
}

/** Those that hold, of one user or of all. */
export function tokens(sql: Sql, user: string | undefined, now: number): TokenRow[] {
  const ofUser = user === undefined ? '' : 'AND user = @user';
  const text = `SELECT ${columns} FROM tokens WHERE expires_at > @now ${ofUser} ORDER BY user, created_at, id`;
  return sql.all<Stored>(text, { now, ...(user === undefined ? {} : { user }) }).map((row) => rowOf(row)!);
}

export function removeToken(sql: Sql, id: string): void {
  sql.run('DELETE FROM tokens WHERE id = @id', { id });
}

/** A token holds no longer than until then. */
export function shorten(sql: Sql, id: string, until: number): void {
  sql.run('UPDATE tokens SET expires_at = min(expires_at, @until) WHERE id = @id', { id, until });
}

/** Forgets what holds no more; nobody misses it. */
export function removeExpired(sql: Sql, now: number): void {
  sql.run('DELETE FROM tokens WHERE expires_at <= @now', { now });
}

/** As a token is kept: what is random in it cannot be guessed, so its hash needs no salt and no time. */
export function hashOf(token: string): string {
  return sha256(token);
}

function rowOf(stored: Stored | undefined): TokenRow | undefined {
  return stored && { ...stored, scopes: JSON.parse(stored.scopes) as Scope[] };
}

/** Throws a Refusal `not-found` where nobody has the name: what is given to one would be a stranger's one day. */
export function checkUser(sql: Sql, name: string): void {
  if (name === localUser) return;
  const text = 'SELECT 1 FROM users WHERE name = @name AND removed_at IS NULL';
  if (sql.get(text, { name }) === undefined) throw noUser(name);
}

function noUser(name: string): Refusal {
  return new Refusal(failure('not-found', `there is no user '${name.slice(0, 100)}'`, 'see ogm user list'));
}
