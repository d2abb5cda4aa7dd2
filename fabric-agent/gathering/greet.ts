import type { Frames } from '../../client/frames.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import {
  type FromGathering,
  fromGathering,
  type GatheringHello,
  type GatheringWelcome,
} from '../../protocol/agent/gathering.ts';
import { agentProtocol } from '../../protocol/agent/handshake.ts';
import { parsedJson } from '../../protocol/json.ts';
import { shakeHands } from '../handshake.ts';

export interface GatheringGreeting {
  readonly url: string;
  readonly key: KeyPair;
  /** The JWT of a broker about that key. */
  readonly token: string;
  /** By which infogather is to prove itself; TLS does that where it is undefined. */
  readonly proofKey: string | undefined;
}

/** The handshake with infogather. Throws a `Refusal` where either side fails to prove itself. */
export function greetGathering(
  frames: Frames,
  { url, key, token, proofKey }: GatheringGreeting,
): Promise<GatheringWelcome> {
  const next = 'see whether client.infogather-url and agent.infogather-key are right';
  return shakeHands<GatheringWelcome>(
    frames,
    key,
    { url, is: 'infogather', fromIt: 'infogather', toIt: 'agent to infogather', key: proofKey, next },
    {
      hello: (nonce): GatheringHello => ({
        type: 'hello',
        protocol: agentProtocol,
        key: key.publicKey,
        nonce,
        token,
      }),
      read: readGathering,
    },
  );
}

/** What a frame of infogather says; nothing where that cannot be understood. */
export function readGathering(frame: string): FromGathering | undefined {
  return fromGathering.safeParse(parsedJson(frame)).data;
}
