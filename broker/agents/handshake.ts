import { randomBytes } from 'node:crypto';
import { Refusal } from '../../platform/failure.ts';
import { isSignedBy, type KeyPair } from '../../platform/identity/key-pair.ts';
import {
  agentProtocol,
  type Challenge,
  type Hello,
  signedText,
  toBrokerFirst,
} from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { ResourceRow } from './store.ts';

/** An agent that has proved who it is. */
export interface Proven {
  readonly resource: ResourceRow;
  /** The session that it would go on with. */
  readonly session: Hello['session'];
}

interface HandshakeParts {
  readonly keys: KeyPair;
  /** The resource of the agent with this key. */
  readonly find: (key: string) => Promise<ResourceRow | undefined>;
}

/**
 * How the two sides of one connection prove to each other who they are: hello and challenge, proof and welcome. Each
 * signs the nonces of both, and the agent to whom it does, so that nothing that was signed before, or for another broker,
 * serves again.
 */
export class Handshake {
  readonly #parts: HandshakeParts;
  #begun: { readonly hello: Hello; readonly nonce: string } | undefined;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
  }

  /**
   * Takes the next message: what answers the first, and who the agent is by the second. Throws a Refusal
   * `wrong-protocol` or `not-enrolled`.
   */
  async take(message: unknown): Promise<Challenge | Proven> {
    const said = toBrokerFirst.safeParse(message);
    if (!said.success) throw wrong(`the agent begins with what is no ${this.#begun ? 'proof' : 'hello'}`);
    if (said.data.type === 'proof') return this.#prove(said.data.signature);
    if (this.#begun !== undefined) throw wrong('the agent begins twice');
    return this.#challenge(said.data);
  }

  #challenge(hello: Hello): Challenge {
    if (hello.protocol !== agentProtocol)
      throw wrong(
        `the agent speaks version ${hello.protocol} of the protocol, and the broker ${agentProtocol}`,
      );
    const { keys } = this.#parts;
    const nonce = randomBytes(32).toString('base64url');
    this.#begun = { hello, nonce };
    const signature = keys.sign(signedText('broker', hello.nonce, nonce));
    return { type: 'challenge', key: keys.publicKey, nonce, signature };
  }

  async #prove(signature: string): Promise<Proven> {
    if (this.#begun === undefined) throw wrong('the agent begins with a proof');
    const { hello, nonce } = this.#begun;
    const side = `agent to broker ${this.#parts.keys.publicKey}` as const;
    const isProven = isSignedBy(hello.key, signedText(side, hello.nonce, nonce), signature);
    const resource = isProven ? await this.#parts.find(hello.key) : undefined;
    if (resource !== undefined) return { resource, session: hello.session };
    throw new Refusal(failure('not-enrolled', 'this broker knows no resource whose agent has this key'));
  }
}

function wrong(detail: string): Refusal {
  return new Refusal(failure('wrong-protocol', detail));
}
