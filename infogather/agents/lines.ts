import type { MessageLevel, NodeState } from '../../protocol/agent/gathering.ts';
import type { PollLine } from '../poll-line.ts';
import { readPollName } from './name.ts';

/** What an agent says of its node. */
export interface Said {
  readonly state: NodeState;
  readonly at: number;
}

/** Who hears of what agents say; returns of how many nodes that is. */
export interface AgentHearer {
  /** An agent has said how its node stands. */
  agentSaid(key: string): number;
  /** An agent has something to say of its node. */
  agentNotes(key: string, level: MessageLevel, text: string): number;
}

/** The open socket of an agent. */
export interface AgentLine {
  /** How its node stood when it last said, and when that was, in milliseconds since 1970; nothing before it has. */
  readonly said: Said | undefined;
  /** Polls it. Rejects where it gives no good answer in time, or its socket breaks. */
  poll(signal: AbortSignal): ReturnType<PollLine['poll']>;
  close(reason: string): void;
}

/** The agents whose sockets are open: one socket each, the last that came. Polls go over those, or as before. */
export class AgentLines implements PollLine {
  readonly #dialled: PollLine;
  readonly #open = new Map<string, AgentLine>();

  /** Who hears of what they say. */
  readonly hearer: AgentHearer;

  /** @param dialled polls those that have no socket */
  constructor(dialled: PollLine, hearer: AgentHearer) {
    this.#dialled = dialled;
    this.hearer = hearer;
  }

  /** An agent with this key has come, and whatever socket it had before is of no more use. */
  opened(key: string, line: AgentLine): void {
    this.#open.get(key)?.close('the agent came by another connection');
    this.#open.set(key, line);
  }

  closed(key: string, line: AgentLine): void {
    if (this.#open.get(key) === line) this.#open.delete(key);
  }

  /** What the agent says of the node whose registration is polled by this name; nothing where it has no socket. */
  saidOf(pollName: string | undefined): Said | undefined {
    if (pollName === undefined) return undefined;
    const { agent } = readPollName(pollName);
    return agent === undefined ? undefined : this.#open.get(agent)?.said;
  }

  permits(pollName: string, tellers: readonly string[]): boolean {
    const { agent, address } = readPollName(pollName);
    // Whether its address may be dialled is looked at when it has to be.
    return agent !== undefined || this.#dialled.permits(address ?? '', tellers);
  }

  async poll(
    pollName: string,
    tellers: readonly string[],
    signal: AbortSignal,
  ): ReturnType<PollLine['poll']> {
    const { agent, address } = readPollName(pollName);
    const line = agent === undefined ? undefined : this.#open.get(agent);
    if (line !== undefined) return line.poll(signal);
    if (address === undefined) throw new Error('its agent is not connected');
    return this.#dialled.poll(address, tellers, signal);
  }

  /** Lets go of all of them: they come again. */
  stop(): void {
    for (const line of this.#open.values()) line.close('infogather stops');
    this.#open.clear();
  }
}
