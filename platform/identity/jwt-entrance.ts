import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Sender } from '../doors/door.ts';
import type { Identify, TurnedAway, Verdict } from '../doors/identify.ts';
import { type JwtFault, type JwtTrust, type ReadJwt, readJwt } from './jwt.ts';
import { Moments } from './moments.ts';
import type { Paces } from './paces.ts';

export interface JwtEntranceParts {
  /** What each service trusts whose paths begin with its name. */
  readonly trusts: ReadonlyMap<string, JwtTrust>;
  /** What these scopes let somebody send, as a sender says it; nothing where they let them send nothing at all. */
  readonly may: (scopes: readonly string[]) => Pick<Sender, 'only'> | undefined;
  readonly paces: Paces;
  readonly clock: Clock;
}

/** Lets in to services who shows a JWT of an issuer that the service trusts; others go on to another entrance. */
export class JwtEntrance {
  readonly #parts: JwtEntranceParts;
  readonly #ends: Moments;

  constructor(parts: JwtEntranceParts) {
    this.#parts = parts;
    this.#ends = new Moments(parts.clock);
  }

  stop(): void {
    this.#ends.stop();
  }

  /** @param otherwise takes whoever shows no JWT */
  identify(request: IncomingMessage, sender: Sender, otherwise: Identify): Verdict | Promise<Verdict> {
    const jwt = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (jwt === undefined) return otherwise(request, sender);
    const { paces, clock, trusts, may } = this.#parts;
    const service = serviceOf(request);
    const trust = trusts.get(service);
    const read =
      trust === undefined ? 'service' : readJwt(jwt, audienceOf(request, service), trust, clock.now());
    if (typeof read === 'string') return paces.stranger(sender) ?? unknown(sentences[read]);
    const allowed = may(read.scopes);
    if (allowed === undefined) return notForThis;
    const name = subjectName(read);
    const late = paces.user(name);
    if (late !== undefined) return late;
    return {
      sender: { ...sender, guest: true, name, ...allowed },
      ended: this.#ends.after(read.holdsUntil),
      next: () => paces.user(name)?.failure,
    };
  }
}

/** The name that somebody is known by, of whom a JWT is: that of a broker of the same house needs no other before it. */
function subjectName({ issuer, sub }: Pick<ReadJwt, 'issuer' | 'sub'>): string {
  return issuer === ownIssuer ? sub : `${issuer}/${sub}`;
}

/** The name of the issuer that is of the same house; no setting can give it. */
export const ownIssuer = '';

/** The address of a service under which this request asks for it: a JWT for it names that. */
export function audienceOf({ socket, headers }: IncomingMessage, service: string): string {
  const scheme = socket instanceof TLSSocket ? 'https' : 'http';
  return `${scheme}://${headers.host?.toLowerCase()}/${service}`;
}

function serviceOf({ url = '' }: IncomingMessage): string {
  return /^\/([^/?]*)/.exec(url)?.[1] ?? '';
}

const sentences: Readonly<Record<JwtFault | 'service', string>> = {
  service: 'a JWT of a broker opens nothing here',
  malformed: 'the JWT is not as a broker makes it',
  issuer: 'the JWT is signed by a broker that this service does not trust',
  signature: 'the JWT is not signed by who it names',
  audience: 'the JWT is for another service, or another address of this one',
  expired: 'the JWT has expired',
  'too-early': 'the JWT is of a time to come',
  'too-long': 'the JWT is for a longer time than this service takes one',
};

function unknown(detail: string): TurnedAway {
  const next = 'exchange a token for a JWT at your broker, and let the owner of this service trust its key';
  return { failure: { code: 'not-authenticated', status: 401, detail, next } };
}

const notForThis: TurnedAway = {
  failure: {
    code: 'not-allowed',
    status: 403,
    detail: 'this wants a JWT with the scope read or resources',
    next: 'exchange a token that has the scope read or resources',
  },
};
