import { agentSubject } from '../../protocol/agent/gathering.ts';

// An agent that tells over its own socket is known by its key, whichever broker vouches for it. What it registers is
// polled by a name in place of an address: over its socket where that is open, else where it says in its `Poll`.

/** As which an agent tells: no user has a name with a colon. */
export function agentSender(key: string): string {
  return agentSubject(key);
}

/** The key of the agent that an owner of registrations is; nothing of others. */
export function agentOf(owner: string): string | undefined {
  return /^guest agent:([\w-]{43})$/.exec(owner)?.[1];
}

/** By what the registrations of an owner are polled, `address` being where they say; nothing where they cannot be. */
export function pollNameOf(owner: string, address: string | undefined): string | undefined {
  const key = agentOf(owner);
  if (key === undefined) return address;
  return address === undefined ? `agent ${key}` : `agent ${key} ${address}`;
}

/** What the name says: the agent that may have a socket open, and the address where one may connect. */
export function readPollName(name: string): {
  readonly agent: string | undefined;
  readonly address: string | undefined;
} {
  const [, agent, address] = /^agent ([\w-]{43})(?: (.+))?$/.exec(name) ?? [];
  return agent === undefined ? { agent, address: name } : { agent, address };
}
