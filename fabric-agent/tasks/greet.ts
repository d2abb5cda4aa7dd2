import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Frames } from '../../client/frames.ts';
import { Refusal } from '../../platform/failure.ts';
import { isSignedBy } from '../../platform/identity/key-pair.ts';
import {
  agentProtocol,
  type Hello,
  signedText,
  toAgentFirst,
  type Welcome,
} from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Enrolled } from './enrolment.ts';

/**
 * The handshake over a socket that is open: the broker proves that it is the one that the owner enrolled this node at, and only
 * then does the agent prove itself. Throws a `Refusal` where either fails.
 */
export async function greet(
  frames: Frames,
  { key, enrolment }: Pick<Enrolled, 'key' | 'enrolment'>,
  session: Hello['session'],
): Promise<Welcome> {
  const own = randomBytes(32).toString('base64url');
  const hello: Hello = {
    type: 'hello',
    protocol: agentProtocol,
    key: key.publicKey,
    nonce: own,
    session,
  };
  frames.send(JSON.stringify(hello));
  const challenge = await answerOf(frames, 'challenge', enrolment.url);
  if (challenge.key !== enrolment.brokerKey)
    throw stranger(`${enrolment.url} is another broker than the one at which this agent was enrolled`);
  if (!isSignedBy(enrolment.brokerKey, signedText('broker', own, challenge.nonce), challenge.signature))
    throw stranger(`${enrolment.url} cannot prove that it is the broker at which this agent was enrolled`);
  const signature = key.sign(signedText('agent', own, challenge.nonce));
  frames.send(JSON.stringify({ type: 'proof', signature }));
  return await answerOf(frames, 'welcome', enrolment.url);
}

type Answer = z.output<typeof toAgentFirst>;

async function answerOf<T extends Answer['type']>(
  frames: Frames,
  type: T,
  url: string,
): Promise<Answer & { type: T }> {
  const read = toAgentFirst.safeParse(parsed(await frames.next()));
  if (read.success && read.data.type === type) return read.data as Answer & { type: T };
  if (read.success && read.data.type === 'refused') {
    const { code, detail, next } = read.data;
    throw new Refusal({ code, status: 403, detail, next });
  }
  throw new Refusal(failure('unavailable', `${url} does not speak as a broker does to agents`));
}

function stranger(detail: string): Refusal {
  return new Refusal(
    failure('unavailable', detail, 'see whether the address is right, then enrol the agent again'),
  );
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
