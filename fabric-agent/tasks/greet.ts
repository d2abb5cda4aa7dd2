import type { Frames } from '../../client/frames.ts';
import { agentProtocol, type Hello, toAgentFirst, type Welcome } from '../../protocol/agent/handshake.ts';
import { parsedJson } from '../../protocol/json.ts';
import { shakeHands } from '../handshake.ts';
import type { Enrolled } from './enrolment.ts';

/**
 * The handshake with the broker at which the owner enrolled this node. Throws a `Refusal` where either side fails to
 * prove itself.
 */
export function greet(
  frames: Frames,
  { key, enrolment }: Pick<Enrolled, 'key' | 'enrolment'>,
  session: Hello['session'],
): Promise<Welcome> {
  const { url, brokerKey } = enrolment;
  const next = 'see whether the address is right, then enrol the agent again';
  return shakeHands<Welcome>(
    frames,
    key,
    { url, is: 'broker', toIt: 'agent', key: brokerKey, next },
    {
      hello: (nonce): Hello => ({
        type: 'hello',
        protocol: agentProtocol,
        key: key.publicKey,
        nonce,
        session,
      }),
      read: (frame) => toAgentFirst.safeParse(parsedJson(frame)).data,
    },
  );
}
