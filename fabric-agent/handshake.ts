import { randomBytes } from 'node:crypto';
import type { Frames } from '../client/frames.ts';
import { Refusal } from '../platform/failure.ts';
import { isSignedBy, type KeyPair } from '../platform/identity/key-pair.ts';
import { type Challenge, type Refused, type Side, signedText } from '../protocol/agent/handshake.ts';
import { failure } from '../protocol/catalogue.ts';

/** The service, or the client, at the other end of a line of this agent. */
export interface OtherSide {
  readonly url: string;
  readonly is: 'broker' | 'infogather' | 'client';
  /** What it signs as to this agent. */
  readonly fromIt: Side & ('broker' | 'infogather' | `client to agent ${string}`);
  /** What the agent signs as to it. */
  readonly toIt: Side & `agent to ${string}`;
  /** The public key by which it is known; where it is undefined TLS says who it is. */
  readonly key: string | undefined;
  /** What the owner does where it is another than is meant. */
  readonly next: string;
}

/** What the other side may say while hands are shaken; `W` is its welcome, and there is more that would be out of place. */
type Said<W> = Challenge | Refused | W | { readonly type: 'told' | 'poll' | 'renewed' };

/**
 * The handshake over a socket that is open: the service proves that it is the one that is meant, and only then does the
 * agent prove itself. Resolves with its welcome; throws a `Refusal` where either fails.
 */
export async function shakeHands<W extends { readonly type: 'welcome' }>(
  frames: Frames,
  own: KeyPair,
  other: OtherSide,
  said: {
    /** What the agent says first, with this nonce. */
    readonly hello: (nonce: string) => object;
    /** What a frame says; nothing where that cannot be understood. */
    readonly read: (frame: string) => Said<W> | undefined;
  },
): Promise<W> {
  const { url, is, key, fromIt, toIt, next } = other;
  const nonce = randomBytes(32).toString('base64url');
  frames.send(JSON.stringify(said.hello(nonce)));
  const challenge = said.read(await frames.next());
  if (!isOf<Challenge>(challenge, 'challenge')) throw refusalOf(challenge, other);
  if (key !== undefined && challenge.key !== key)
    throw new Refusal(
      failure('unavailable', `${url} is another ${is} than the one that this agent knows`, next),
    );
  if (!isSignedBy(challenge.key, signedText(fromIt, nonce, challenge.nonce), challenge.signature))
    throw new Refusal(failure('unavailable', `${url} cannot prove that it is the ${is} that it says`, next));
  const signature = own.sign(signedText(toIt, nonce, challenge.nonce));
  frames.send(JSON.stringify({ type: 'proof', signature }));
  const welcome = said.read(await frames.next());
  if (!isOf<W>(welcome, 'welcome')) throw refusalOf(welcome, other);
  return welcome;
}

function isOf<M extends { readonly type: string }>(
  said: { readonly type: string } | undefined,
  type: M['type'],
): said is M {
  return said?.type === type;
}

/** Why it goes no further, as the other side says; or that this was no answer. */
function refusalOf(said: { readonly type: string } | undefined, { url, is }: OtherSide): Refusal {
  if (!isOf<Refused>(said, 'refused'))
    return new Refusal(failure('unavailable', `${url} does not speak as ${is} does to agents`));
  const { code, detail, next } = said;
  return new Refusal({ code, status: 403, detail, next });
}
