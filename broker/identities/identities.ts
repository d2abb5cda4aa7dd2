import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import {
  type Scope,
  scopes,
  type TokenMade,
  type TokenRequest,
  type TokenView,
  tokenPattern,
  tokenPrefix,
  type UserRequest,
  type UserView,
} from '../../protocol/identities.ts';
import type { UserCaller } from '../caller.ts';
import { HeldTokens } from './held.ts';
import type { IdentitySettings } from './settings.ts';
import {
  addToken,
  addUser,
  hashOf,
  removeExpired,
  removeToken,
  removeUser,
  shorten,
  type TokenRow,
  tokenByHash,
  tokenById,
  tokens,
  uidOf,
  userByUid,
  users,
} from './store.ts';

export interface IdentitiesParts {
  readonly config: IdentitySettings;
  readonly store: Store;
  readonly clock: Clock;
  /** Called after a user was removed. */
  readonly gone: () => Promise<void>;
  /** Is told who made and ended users and tokens, by the ids of tokens. */
  readonly log: Log;
}

/** A user who has shown a token that holds. */
export interface Shown {
  readonly user: UserCaller;
  /** Aborted when the token holds no more: it was revoked, has expired, or its user was removed. */
  readonly ended: AbortSignal;
}

/** The users of a broker and their tokens: commands of administrators, and of each token about itself. */
export class Identities {
  readonly #parts: IdentitiesParts;
  readonly #held: HeldTokens;

  constructor(parts: IdentitiesParts) {
    this.#parts = parts;
    this.#held = new HeldTokens(parts.clock);
  }

  stop(): void {
    this.#held.stop();
  }

  /** Who shows this token; undefined where it is none that holds. */
  async show(token: string): Promise<Shown | undefined> {
    return tokenPattern.test(token) ? this.showHash(hashOf(token)) : undefined;
  }

  /** The same of the token that has this hash. */
  async showHash(hash: string): Promise<Shown | undefined> {
    const ended = this.#held.take(hash);
    const row = await this.#read((sql, now) => tokenByHash(sql, hash, now));
    if (row === undefined) this.#held.end(hash);
    else if (!ended.aborted) this.#held.until(hash, row.expiresAt);
    if (row === undefined || ended.aborted) return undefined;
    const scopes = new Set(row.scopes);
    const isAdministrator = scopes.has('admin');
    const { user: owner, id, expiresAt: holdsUntil } = row;
    return { user: { kind: 'user', owner, isAdministrator, scopes, token: id, holdsUntil }, ended };
  }

  /**
   * Who a user of this machine is, as an administrator has said; undefined where nobody has. They may do what they could by a
   * token but administrate.
   */
  async showUid(uid: number): Promise<Shown | undefined> {
    const ended = this.#held.take(heldUid(uid));
    const owner = await this.#read((sql) => userByUid(sql, uid));
    if (owner === undefined) this.#held.end(heldUid(uid));
    if (owner === undefined || ended.aborted) return undefined;
    return { user: { kind: 'user', owner, scopes: scopesOnLoopback }, ended };
  }

  async addUser(by: UserCaller, user: UserRequest): Promise<void> {
    administrators(by);
    await this.#write((sql, now) => addUser(sql, user, now, this.#parts.config['most-users']));
    const { name, uid } = user;
    this.#parts.log.info('a user was added', {
      user: name,
      by: by.owner,
      ...(uid === undefined ? {} : { uid }),
    });
  }

  users(by: UserCaller): Promise<UserView[]> {
    administrators(by);
    return this.#read(users);
  }

  /** All their tokens end; what they own stays, for administrators. */
  async removeUser(by: UserCaller, name: string): Promise<void> {
    administrators(by);
    const { hashes, uid } = await this.#write((sql, now) => ({
      hashes: removeUser(sql, name, now),
      uid: uidOf(sql, name),
    }));
    for (const hash of hashes) this.#held.end(hash);
    if (uid !== undefined) this.#held.end(heldUid(uid));
    await this.#parts.gone();
    this.#parts.log.info('a user was removed', { user: name, by: by.owner });
  }

  /** Makes a token: it is told only here. */
  async create(by: UserCaller, request: TokenRequest): Promise<TokenMade> {
    administrators(by);
    const { config, clock } = this.#parts;
    const { user, scopes, lifeMs = config['token-lifetime'], note = '' } = request;
    if (lifeMs > config['longest-token-lifetime']) {
      const most = config['longest-token-lifetime'] / 86_400_000;
      throw new Refusal(failure('bad-query', `a token lives ${most} days at most`));
    }
    const now = clock.now();
    const made = newToken({
      user,
      scopes: [...new Set(scopes)],
      note,
      createdAt: now,
      expiresAt: now + lifeMs,
    });
    await this.#write((sql) => addToken(sql, made.row, config['tokens-each']));
    this.#parts.log.info('a token was made', { token: made.row.id, user, scopes, by: by.owner });
    return told(made);
  }

  /** Tokens that hold: of everyone for administrators, of themselves for others. */
  async list(by: UserCaller): Promise<TokenView[]> {
    const user = by.isAdministrator ? undefined : by.owner;
    return (await this.#read((sql, now) => tokens(sql, user, now))).map(viewOf);
  }

  /** It holds no more, from now on, also for what is still open. */
  async revoke(by: UserCaller, id: string): Promise<void> {
    const { hash, user } = await this.#write((sql, now) => {
      const row = this.#own(by, tokenById(sql, id, now));
      removeToken(sql, id);
      return row;
    });
    this.#held.end(hash);
    this.#parts.log.info('a token was revoked', { token: id, user, by: by.owner });
  }

  /** Makes another in its place, with the same scopes and as long a life; the old one holds for a short while yet. */
  async rotate(by: UserCaller, id: string): Promise<TokenMade> {
    const { config } = this.#parts;
    const { old, made, until } = await this.#write((sql, now) => {
      const row = this.#own(by, tokenById(sql, id, now));
      const expiresAt = now + row.expiresAt - row.createdAt;
      const rotated = newToken({ ...viewOf(row), createdAt: now, expiresAt });
      const overlap = Math.min(row.expiresAt, now + config['token-overlap']);
      shorten(sql, id, overlap);
      addToken(sql, rotated.row, config['tokens-each'] + 1);
      return { old: row, made: rotated, until: overlap };
    });
    this.#held.until(old.hash, until);
    this.#parts.log.info('a token was rotated', {
      token: id,
      into: made.row.id,
      user: old.user,
      by: by.owner,
    });
    return told(made);
  }

  async sweep(now: number): Promise<void> {
    await this.#parts.store.write((sql) => removeExpired(sql, now));
  }

  /** A token that is not the caller's own, and is none of theirs to end, is answered as one that is not there. */
  #own(by: UserCaller, row: TokenRow): TokenRow {
    if (by.isAdministrator || by.token === row.id) return row;
    throw new Refusal(failure('not-found', `there is no token ${row.id} that is yours to change`));
  }

  #read<T>(query: (sql: Parameters<Parameters<Store['read']>[0]>[0], now: number) => T): Promise<T> {
    return this.#parts.store.read((sql) => query(sql, this.#parts.clock.now()));
  }

  #write<T>(verb: (sql: Parameters<Parameters<Store['write']>[0]>[0], now: number) => T): Promise<T> {
    const now = this.#parts.clock.now();
    return this.#parts.store.write((sql) => verb(sql, now));
  }
}

const scopesOnLoopback: ReadonlySet<Scope> = new Set(scopes.filter((scope) => scope !== 'admin'));

/** No token has such a hash. */
function heldUid(uid: number): string {
  return `user ${uid}`;
}

function administrators(by: UserCaller): void {
  if (by.isAdministrator) return;
  throw new Refusal(failure('not-allowed', 'this wants a token with the scope admin'));
}

interface Made {
  readonly token: string;
  readonly row: TokenRow;
}

function newToken(said: Omit<TokenView, 'id'>): Made {
  const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`;
  return { token, row: { ...said, id: `t${randomBytes(6).toString('hex')}`, hash: hashOf(token) } };
}

function told({ token, row }: Made): TokenMade {
  return { ...viewOf(row), token };
}

function viewOf({ hash: _hash, ...view }: TokenRow): TokenView {
  return view;
}
