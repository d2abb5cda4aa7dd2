import { z } from 'zod';
import { isSignedBy, type KeyPair } from './key-pair.ts';

/** What a JWT says (RFC 7519, 4.1). Times are whole seconds since 1970, as there. */
export interface JwtClaims {
  /** Who it is about, in the words of who signed it. */
  readonly sub: string;
  /** The address of the service that it is for: another that it is shown to can do nothing with it. */
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  /** What it lets its bearer do (RFC 8693, 4.2). */
  readonly scopes: readonly string[];
}

/** A public key, 32 bytes in base64url, and the name that its owner goes by here. */
export interface NamedKey {
  readonly name: string;
  readonly key: string;
}

/** What somebody trusts when they read a JWT. */
export interface JwtTrust {
  /** Who may sign one. */
  readonly issuers: readonly NamedKey[];
  /** How far the clock of who signed it may be from ours, in milliseconds. */
  readonly skewMs: number;
  /** How long one may be good for, in milliseconds; what is signed for longer is not taken. */
  readonly longestLifeMs: number;
}

/** A JWT that holds. */
export interface ReadJwt extends JwtClaims {
  /** The name that its issuer goes by here. */
  readonly issuer: string;
  /** Until when it is taken, in milliseconds since 1970. */
  readonly holdsUntil: number;
}

/**
 * Why a JWT says nothing here. Whoever cannot sign one learns no more from it than that: the claims are looked at only
 * once the signature is right.
 */
export type JwtFault =
  | 'malformed'
  | 'issuer'
  | 'signature'
  | 'audience'
  | 'expired'
  | 'too-early'
  | 'too-long';

/** Characters of a JWT, at most. */
const mostCharacters = 2_048;

/** The one algorithm, so that none can be chosen by who shows a JWT (RFC 8725, 3.1); `kid` is the key itself. */
const head = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal('JWT'),
  kid: z.string().regex(/^[\w-]{43}$/),
});

const claims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(200),
  aud: z.string(),
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
  nbf: z.int().nonnegative().optional(),
  scope: z.string().max(500),
});

/** Three parts in base64url: head, claims, and the 64 bytes of the signature. */
const compact = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/;

/** A JWT as compact JWS, signed by Ed25519 (RFC 7515, 7.1; RFC 8037, 3.1). Its issuer is named by the public key. */
export function signJwt(keys: KeyPair, { scopes, ...said }: JwtClaims): string {
  const { publicKey } = keys;
  const parts = [
    { alg: 'EdDSA', typ: 'JWT', kid: publicKey },
    { iss: publicKey, ...said, scope: scopes.join(' ') },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${keys.sign(signed)}`;
}

/** Reads a JWT of whoever sent it, as the service at the address `audience`, at `now` in milliseconds since 1970. */
export function readJwt(text: string, audience: string, trust: JwtTrust, now: number): ReadJwt | JwtFault {
  if (text.length > mostCharacters) return 'malformed';
  const [, first = '', second = '', signature = ''] = compact.exec(text) ?? [];
  const { kid } = partOf(first, head) ?? {};
  if (kid === undefined || bytesOf(signature) === undefined) return 'malformed';
  const issuer = trust.issuers.find(({ key }) => key === kid)?.name;
  if (issuer === undefined) return 'issuer';
  if (!isSignedBy(kid, `${first}.${second}`, signature)) return 'signature';
  const said = partOf(second, claims);
  if (said === undefined || said.iss !== kid) return 'malformed';
  const { sub, aud, iat, exp, nbf = iat, scope } = said;
  if (aud !== audience) return 'audience';
  if ((exp - iat) * 1000 > trust.longestLifeMs) return 'too-long';
  if (Math.max(iat, nbf) * 1000 > now + trust.skewMs) return 'too-early';
  const holdsUntil = exp * 1000 + trust.skewMs;
  if (holdsUntil <= now) return 'expired';
  const scopes = scope.split(' ').filter((word) => word !== '');
  return { issuer, sub, aud, iat, exp, scopes, holdsUntil };
}

/** The bytes of a part that is written in the one way that base64url allows. */
function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

/** The JSON of a part, where it is as the schema says. */
function partOf<S extends z.ZodType>(part: string, schema: S): z.output<S> | undefined {
  const bytes = bytesOf(part);
  if (bytes === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data;
  } catch {
    return undefined; // neither UTF-8 nor JSON
  }
}
