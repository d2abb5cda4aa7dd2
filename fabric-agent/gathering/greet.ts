import { randomBytes } from 'node:crypto';
import type { Frames } from '../../client/frames.ts';
import { Refusal } from '../../platform/failure.ts';
import { isSignedBy, type KeyPair } from '../../platform/identity/key-pair.ts';
import {
  type FromGathering,
  fromGathering,
  type GatheringHello,
  type GatheringWelcome,
} from '../../protocol/agent/gathering.ts';
import { agentProtocol, signedText } from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';

export interface GatheringGreeting {
  readonly url: string;
  readonly key: KeyPair;
  /** The JWT of a broker about that key. */
  readonly token: string;
  /** By which infogather is to prove itself; TLS does that where it is undefined. */
  readonly proofKey: string | undefined;
}

/**
 * The handshake over a socket that is open: infogather proves that it is the one that is meant, and only then does the
 * agent prove itself. Throws a `Refusal` where either fails.
 */
export async function greetGathering(
  frames: Frames,
  { url, key, token, proofKey }: GatheringGreeting,
): Promise<GatheringWelcome> {
  const own = randomBytes(32).toString('base64url');
  const hello: GatheringHello = {
    type: 'hello',
    protocol: agentProtocol,
    key: key.publicKey,
    nonce: own,
    token,
  };
  frames.send(JSON.stringify(hello));
  const challenge = await answerOf(frames, 'challenge', url);
  if (proofKey !== undefined && challenge.key !== proofKey)
    throw stranger(`${url} is another infogather than the one that is known by its key`);
  if (!isSignedBy(challenge.key, signedText('infogather', own, challenge.nonce), challenge.signature))
    throw stranger(`${url} cannot prove that it is the infogather that it says`);
  const signature = key.sign(signedText('agent to infogather', own, challenge.nonce));
  frames.send(JSON.stringify({ type: 'proof', signature }));
  return await answerOf(frames, 'welcome', url);
}

async function answerOf<T extends FromGathering['type']>(
  frames: Frames,
  type: T,
  url: string,
): Promise<FromGathering & { type: T }> {
  const said = readGathering(await frames.next());
  if (said?.type === type) return said as FromGathering & { type: T };
  if (said?.type === 'refused') {
    const { code, detail, next } = said;
    throw new Refusal({ code, status: 403, detail, next });
  }
  throw new Refusal(failure('unavailable', `${url} does not speak as infogather does to agents`));
}

/** What a frame of infogather says; nothing where that cannot be understood. */
export function readGathering(frame: string): FromGathering | undefined {
  try {
    return fromGathering.safeParse(JSON.parse(frame)).data;
  } catch {
    return undefined;
  }
}

function stranger(detail: string): Refusal {
  return new Refusal(
    failure('unavailable', detail, 'see whether client.infogather-url and agent.infogather-key are right'),
  );
}
