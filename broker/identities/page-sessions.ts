import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

export interface PageSessionsParts {
  readonly config: { readonly 'session-lifetime': number; readonly 'sessions-each': number };
  readonly clock: Clock;
}

/** A session that stands. */
export interface PageSession {
  /** The hash of the token for which it was begun, and with which it ends. */
  readonly tokenHash: string;
  /** Aborted when it is ended, or has lasted long enough. */
  readonly ended: AbortSignal;
}

interface Standing {
  readonly tokenHash: string;
  readonly owner: string;
  /** The user of this machine who began it: on loopback it is theirs alone. */
  readonly uid: number | undefined;
  readonly ending: AbortController;
  readonly cancel: () => void;
}

/**
 * The sessions by which the pages of a browser show who they are, in a cookie that no script reads. They are in memory
 * alone: a broker that starts anew knows none.
 */
export class PageSessions {
  readonly #parts: PageSessionsParts;
  readonly #standing = new Map<string, Standing>(); // by the hash of what the cookie says
  readonly #ofOwner = new Map<string, Set<string>>(); // those hashes, the oldest first

  constructor(parts: PageSessionsParts) {
    this.#parts = parts;
  }

  stop(): void {
    for (const { cancel } of this.#standing.values()) cancel();
    this.#standing.clear();
    this.#ofOwner.clear();
  }

  /** Begins one for the bearer of a token; returns the cookie. Throws a Refusal `not-allowed`. */
  begin(request: IncomingMessage, { uid }: Sender, owner: string, tokenHash: string): string {
    const { config, clock } = this.#parts;
    // Cookies know no ports: without TLS, those of the other users of the machine would be sent it too.
    if (!isSecure(request) && uid === undefined)
      throw new Refusal(failure('not-allowed', 'the system does not say which user you are'));
    const lifeMs = config['session-lifetime'];
    const secret = randomBytes(32).toString('base64url');
    const hash = sha256(secret);
    const cancel = clock.after(lifeMs, () => this.#end(hash));
    this.#standing.set(hash, { tokenHash, owner, uid, ending: new AbortController(), cancel });
    const theirs = this.#ofOwner.get(owner) ?? new Set();
    this.#ofOwner.set(owner, theirs.add(hash));
    const [oldest = ''] = theirs;
    if (theirs.size > config['sessions-each']) this.#end(oldest);
    return cookie(request, secret, Math.floor(lifeMs / 1000));
  }

  /** The session that the cookie of a request names, where it is of whoever sent it. */
  find(request: IncomingMessage, { uid }: Sender): PageSession | undefined {
    const secret = secretOf(request);
    const one = secret === undefined ? undefined : this.#standing.get(sha256(secret));
    if (one === undefined || one.uid !== uid) return undefined;
    return { tokenHash: one.tokenHash, ended: one.ending.signal };
  }

  /** Ends the one that the cookie names, where there is one; returns a cookie that takes its place. */
  end(request: IncomingMessage): string {
    this.#end(sha256(secretOf(request) ?? ''));
    return cookie(request, '', 0);
  }

  #end(hash: string): void {
    const one = this.#standing.get(hash);
    if (one === undefined) return;
    this.#standing.delete(hash);
    const theirs = this.#ofOwner.get(one.owner);
    theirs?.delete(hash);
    if (theirs?.size === 0) this.#ofOwner.delete(one.owner);
    one.cancel();
    one.ending.abort();
  }
}

/** Over TLS only this very host can set a cookie of the name (RFC 6265bis, 4.1.3.2). */
function nameFor(request: IncomingMessage): string {
  return isSecure(request) ? '__Host-ogm' : 'ogm';
}

function cookie(request: IncomingMessage, secret: string, lifeS: number): string {
  const secure = isSecure(request) ? '; Secure' : '';
  return `${nameFor(request)}=${secret}; Path=/; Max-Age=${lifeS}; HttpOnly; SameSite=Strict${secure}`;
}

function secretOf(request: IncomingMessage): string | undefined {
  const name = nameFor(request);
  for (const pair of request.headers.cookie?.split(';') ?? []) {
    const [said = '', value = ''] = pair.trim().split('=', 2);
    if (said === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

function isSecure({ socket }: IncomingMessage): boolean {
  return socket instanceof TLSSocket;
}
