import type { DocumentReader } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { Questions } from '../../platform/questions.ts';
import type { FromGathering } from '../../protocol/agent/gathering.ts';
import { documentsOf } from '../poll-answer.ts';
import type { PollLine } from '../poll-line.ts';
import type { AgentLine, Said } from './lines.ts';

export interface OpenLineParts {
  /** Writes to the agent; resolves when there is room for more, or the connection has gone. */
  readonly send: (message: FromGathering) => Promise<void>;
  readonly close: (reason: string) => void;
  /** How long, in milliseconds, the answer to a poll may take. */
  readonly pollMs: number;
  /** How much of it, in bytes. */
  readonly pollBytes: number;
  /** Reads the answers. */
  readonly reader: DocumentReader;
  readonly clock: Clock;
}

/** The socket of an agent that has proved who it is. */
export class OpenLine implements AgentLine {
  readonly #parts: OpenLineParts;
  readonly #polls: Questions<string>;
  said: Said | undefined;

  constructor(parts: OpenLineParts) {
    this.#parts = parts;
    this.#polls = new Questions(parts.clock);
  }

  async poll(signal: AbortSignal): ReturnType<PollLine['poll']> {
    const { send, pollMs, pollBytes, reader } = this.#parts;
    const late = () => new Error(`gave no answer within ${pollMs} ms`);
    const text = await this.#polls.ask((ask) => void send({ type: 'poll', ask }), {
      ...{ withinMs: pollMs, late, signal },
    });
    if (Buffer.byteLength(text) > pollBytes) throw new Error(`answered with more than ${pollBytes} bytes`);
    return documentsOf(text, reader);
  }

  /** The agent has answered a poll. */
  answered(ask: number, documents: string): void {
    this.#polls.answered(ask, documents);
  }

  close(reason: string): void {
    this.#parts.close(reason);
    this.lost();
  }

  /** The connection has gone. */
  lost(): void {
    this.#polls.fail(new Error('its agent went'));
  }
}
