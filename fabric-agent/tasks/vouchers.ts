import type { Clock } from '../../platform/clock.ts';
import { Questions } from '../../platform/questions.ts';
import type { AgentWord, Voucher } from '../../protocol/agent/messages.ts';

export interface VouchersOptions {
  /** Says something to the broker, now or when there is a session. */
  readonly send: (word: AgentWord) => void;
  /** Resolves once there is a session; rejects when the signal aborts. */
  readonly session: (signal: AbortSignal) => Promise<unknown>;
  /** How long, in milliseconds, the broker may take to answer. */
  readonly answerMs: number;
  readonly clock: Clock;
}

/** Has the broker say to other services that this agent is enrolled there. */
export class Vouchers {
  readonly #options: VouchersOptions;
  readonly #questions: Questions<Voucher>;

  constructor(options: VouchersOptions) {
    this.#options = options;
    this.#questions = new Questions(options.clock);
  }

  /** To the service at an address. Rejects where the broker gives no answer, or the signal aborts. */
  async vouch(audience: string, signal: AbortSignal): Promise<Voucher> {
    const { send, session, answerMs } = this.#options;
    await session(signal);
    return this.#questions.ask((ask) => send({ type: 'vouch', ask, audience }), {
      withinMs: answerMs,
      late: () => new Error('the broker does not vouch for this agent'),
      signal,
    });
  }

  take(voucher: Voucher): void {
    this.#questions.answered(voucher.ask, voucher);
  }
}
