import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { signJwt } from '../../platform/identity/jwt.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import { failure } from '../../protocol/catalogue.ts';
import {
  type JwtMade,
  type JwtRequest,
  localUser,
  type Scope,
  serviceAddress,
} from '../../protocol/identities.ts';
import type { UserCaller } from '../caller.ts';

export interface JwtsParts {
  readonly config: { readonly 'jwt-lifetime': number };
  /** Those of the broker: other services trust the public one. */
  readonly keys: KeyPair;
  readonly clock: Clock;
}

/** Whom a JWT is about, and what it lets them do. */
export interface Subject {
  /** A user by their name; what is no user has a colon in its name. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Until when it holds at most, in milliseconds since 1970; as long as any unless given. */
  readonly until?: number | undefined;
}

/** What other services do not know of, they are not told. */
const elsewhere: readonly Scope[] = ['read', 'resources'];

/** The short JWTs by which this broker says to other services who somebody is. */
export class Jwts {
  readonly #parts: JwtsParts;

  constructor(parts: JwtsParts) {
    this.#parts = parts;
  }

  /** By this key other services know what it has signed. */
  get publicKey(): string {
    return this.#parts.keys.publicKey;
  }

  /** Gives a user a JWT for one service. Throws a Refusal `not-allowed` where their token is for nothing there. */
  exchange(by: UserCaller, request: JwtRequest): JwtMade {
    const scopes = elsewhere.filter((scope) => by.isAdministrator || by.scopes.has(scope));
    if (scopes.length === 0)
      throw new Refusal(failure('not-allowed', 'this wants a token with the scope read or resources'));
    return this.make({ name: by.owner, scopes, until: by.holdsUntil }, request);
  }

  /** One of whoever it is, for the one service at an address. */
  make({ name, scopes, until = Number.POSITIVE_INFINITY }: Subject, { audience, at }: JwtRequest): JwtMade {
    const { config, keys, clock } = this.#parts;
    const now = clock.now();
    const iat = Math.floor(now / 1000);
    const exp = Math.floor(Math.min(now + config['jwt-lifetime'], until) / 1000);
    const jwt = signJwt(keys, { sub: name, aud: serviceAddress(audience, at), iat, exp, scopes });
    return { jwt, holdsMs: Math.max(1, exp * 1000 - now) };
  }

  /** By what this broker itself shows another service who it is. */
  own(request: JwtRequest): JwtMade {
    return this.make({ name: localUser, scopes: elsewhere }, request);
  }
}
