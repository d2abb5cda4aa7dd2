import type { Clock } from '../../platform/clock.ts';
import { signJwt } from '../../platform/identity/jwt.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import { agentScope, agentSubject } from '../../protocol/agent/gathering.ts';
import type { AgentWord, Voucher } from '../../protocol/agent/messages.ts';

export interface VouchingParts {
  readonly config: { readonly 'jwt-lifetime': number };
  readonly keys: KeyPair;
  /** By which the infogather of this house proves itself to agents, where there is one. */
  readonly proofKey: string | undefined;
  readonly clock: Clock;
}

/** Tells other services, by a JWT, that an agent is enrolled here. It is about its key, and of no use without that. */
export class Vouching {
  readonly #parts: VouchingParts;

  constructor(parts: VouchingParts) {
    this.#parts = parts;
  }

  /** For the agent with this key, which has proved that it has it. */
  answer(key: string, { ask, audience }: Extract<AgentWord, { type: 'vouch' }>): Voucher {
    const { config, keys, proofKey = null, clock } = this.#parts;
    const now = clock.now();
    const iat = Math.floor(now / 1000);
    const exp = Math.floor((now + config['jwt-lifetime']) / 1000);
    const token = signJwt(keys, { sub: agentSubject(key), aud: audience, iat, exp, scopes: [agentScope] });
    return { type: 'voucher', ask, token, holdsMs: Math.max(1, exp * 1000 - now), proofKey };
  }
}
