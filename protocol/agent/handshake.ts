import { z } from 'zod';

/** The version of the protocol that agents and brokers speak here. */
export const agentProtocol = 2;

/** 32 random bytes, in base64url. */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** An Ed25519 signature, in base64url. */
const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

/** A raw Ed25519 public key, in base64url. */
export const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is an Ed25519 public key in base64url');

/** First, of the agent: who it is, and what it has of a session before. */
export const hello = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int(),
  key: publicKey,
  nonce,
  session: z
    .strictObject({ id: z.string(), received: z.int().nonnegative() })
    .nullable()
    .describe('The session that it would go on with, and the last message that it has of it.'),
});
export type Hello = z.output<typeof hello>;

/** Second, of the broker: it proves who it is by signing both nonces, and asks for the same. */
export const challenge = z.strictObject({
  type: z.literal('challenge'),
  key: publicKey,
  nonce,
  signature,
});
export type Challenge = z.output<typeof challenge>;

/** Third, of the agent. */
export const proof = z.strictObject({ type: z.literal('proof'), signature });

/** Fourth, of the broker: the session begins, or goes on. */
export const welcome = z.strictObject({
  type: z.literal('welcome'),
  session: z.string(),
  resumed: z.boolean().describe('Where not, the agent begins with its inventory, and both count from 1.'),
  received: z
    .int()
    .nonnegative()
    .describe('The last message of the agent that the broker has of this session.'),
  resource: z.string().describe('The name by which the owner knows it.'),
  token: z
    .string()
    .describe('What the agent shows when it fetches and sends files, until the session is over.'),
  heartbeatMs: z.int().positive(),
});
export type Welcome = z.output<typeof welcome>;

/** Before the first, of a client that calls an agent: who it will prove to be. The agent then goes on as with a broker. */
export const call = z.strictObject({
  type: z.literal('call'),
  protocol: z.int(),
  key: publicKey,
  resource: z
    .string()
    .max(64)
    .optional()
    .describe('Which of the resources of the agent is meant, where it serves several.'),
});
export type Call = z.output<typeof call>;

/** Instead of any other: why it goes no further. */
export const refused = z.strictObject({
  type: z.literal('refused'),
  code: z.string(),
  detail: z.string(),
  next: z.string().optional(),
});
export type Refused = z.output<typeof refused>;

export const toAgentFirst = z.discriminatedUnion('type', [challenge, welcome, refused]);
export const toBrokerFirst = z.discriminatedUnion('type', [hello, proof]);

/**
 * Who signs, and to whom: an agent names the key of the broker or the client, and a client, which comes by itself, that of the
 * agent, so that nobody passes what they were shown on to another. To infogather the broker's voucher names where that is.
 */
export type Side =
  | `agent to broker ${string}`
  | 'broker'
  | 'infogather'
  | `client to agent ${string}`
  | 'agent to infogather'
  | `agent to client ${string}`;

/** What the two sign, so that neither can pass a signature of the other's on: a word for the side, then both nonces. */
export function signedText(side: Side, agentNonce: string, otherNonce: string): string {
  return `ogm agent protocol ${agentProtocol}, ${side}\n${agentNonce}\n${otherNonce}\n`;
}
