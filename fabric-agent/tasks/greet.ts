import type { Frames } from '../../client/frames.ts';
import { agentProtocol, type Hello, toAgentFirst, type Welcome } from '../../protocol/agent/handshake.ts';
import { parsedJson } from '../../protocol/json.ts';
import { type OtherSide, shakeHands } from '../handshake.ts';
import type { Enrolled } from './enrolment.ts';

/**
 * The handshake with the broker at which the owner enrolled this node, or the client that they admitted. Throws a `Refusal` where either side fails to
 * prove itself.
 */
export function greet(
  frames: Frames,
  { key, enrolment, calls }: Pick<Enrolled, 'key' | 'enrolment' | 'calls'>,
  session: Hello['session'],
): Promise<Welcome> {
  const { url, brokerKey } = enrolment;
  const other: OtherSide = calls
    ? {
        ...{ url, is: 'client', key: brokerKey },
        ...{ fromIt: `client to agent ${key.publicKey}`, toIt: `agent to client ${brokerKey}` },
        next: 'have it call with the key that was admitted (ogm agent admit)',
      }
    : {
        ...{ url, is: 'broker', key: brokerKey, fromIt: 'broker', toIt: `agent to broker ${brokerKey}` },
        next: 'see whether the address is right, then enrol the agent again',
      };
  return shakeHands<Welcome>(frames, key, other, {
    hello: (nonce): Hello => ({
      type: 'hello',
      protocol: agentProtocol,
      key: key.publicKey,
      nonce,
      session,
    }),
    read: (frame) => toAgentFirst.safeParse(parsedJson(frame)).data,
  });
}
