import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { type JwtFault, type JwtTrust, readJwt } from '../../platform/identity/jwt.ts';
import { isSignedBy, type KeyPair } from '../../platform/identity/key-pair.ts';
import {
  agentScope,
  agentSubject,
  type FromGathering,
  type GatheringHello,
  gatheringHello,
  toGathering,
} from '../../protocol/agent/gathering.ts';
import { agentProtocol, signedText } from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';

/** What a JWT is judged by. */
interface Judging {
  readonly trust: JwtTrust;
  /** The address under which the agent has come. */
  readonly audience: string;
  readonly clock: Clock;
}

export interface AcquaintanceParts extends Judging {
  /** By these infogather proves who it is. */
  readonly keys: KeyPair;
}

/** A broker vouches for the agent with this key until a moment, in milliseconds since 1970. */
interface Vouched {
  readonly issuer: string;
  readonly until: number;
}

/** An agent that has proved that it has its key. */
export interface Acquainted extends Vouched {
  readonly key: string;
}

/**
 * How infogather and an agent come to know each other: hello and challenge, proof and welcome. The agent shows the JWT
 * of a broker, which is about its key; each signs the nonces of both, so that whoever else has seen the JWT has nothing.
 */
export class Acquaintance {
  readonly #parts: AcquaintanceParts;
  #begun: { readonly hello: GatheringHello; readonly nonce: string; readonly vouched: Vouched } | undefined;

  constructor(parts: AcquaintanceParts) {
    this.#parts = parts;
  }

  /** Takes the next message: what answers the first, and who the agent is by the second. Throws a Refusal. */
  take(message: unknown): FromGathering | Acquainted {
    if (this.#begun === undefined) return this.#challenge(message);
    const { hello, nonce, vouched } = this.#begun;
    const said = toGathering.safeParse(message);
    if (!said.success || said.data.type !== 'proof') throw wrong('the agent says no proof');
    const text = signedText('agent to infogather', hello.nonce, nonce);
    if (isSignedBy(hello.key, text, said.data.signature)) return { key: hello.key, ...vouched };
    throw new Refusal(failure('not-authenticated', 'the agent has not the key that its JWT is about'));
  }

  #challenge(message: unknown): FromGathering {
    const said = gatheringHello.safeParse(message);
    if (!said.success) throw wrong('the agent begins with what is no hello');
    const hello = said.data;
    if (hello.protocol !== agentProtocol)
      throw wrong(
        `the agent speaks version ${hello.protocol} of the protocol, and infogather ${agentProtocol}`,
      );
    const vouched = holdsUntil(hello.token, hello.key, this.#parts);
    const { keys } = this.#parts;
    const nonce = randomBytes(32).toString('base64url');
    this.#begun = { hello, nonce, vouched };
    const signature = keys.sign(signedText('infogather', hello.nonce, nonce));
    return { type: 'challenge', key: keys.publicKey, nonce, signature };
  }
}

/** Until when a JWT vouches for the agent with a key, and whose it is. Throws a Refusal `not-authenticated`. */
export function holdsUntil(token: string, key: string, { trust, audience, clock }: Judging): Vouched {
  const read = readJwt(token, audience, trust, clock.now());
  if (typeof read === 'string')
    throw new Refusal(failure('not-authenticated', `the JWT of the agent ${sentences[read]}`, advice[read]));
  if (read.sub !== agentSubject(key) || !read.scopes.includes(agentScope))
    throw new Refusal(failure('not-authenticated', 'the JWT is not about the key of this agent'));
  return { issuer: read.issuer, until: read.holdsUntil };
}

const sentences: Readonly<Record<JwtFault, string>> = {
  malformed: 'is not as a broker makes it',
  issuer: 'is signed by a broker that infogather does not trust',
  signature: 'is not signed by who it names',
  audience: 'is for another service, or another address of this one',
  expired: 'has expired',
  'too-early': 'is of a time to come',
  'too-long': 'is for a longer time than infogather takes one',
};

const setClocks = 'see that the clocks of the broker and of infogather are right';

const advice: Readonly<Partial<Record<JwtFault, string>>> = {
  issuer: 'let its owner name the key of the broker in infogather.trusted-brokers',
  expired: setClocks,
  'too-early': setClocks,
};

function wrong(detail: string): Refusal {
  return new Refusal(failure('wrong-protocol', detail));
}
