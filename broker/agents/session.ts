import { Refusal } from '../../platform/failure.ts';
import { type AgentWord, agentFrame, type BrokerWord } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import { Outgoing } from './outgoing.ts';

/** The connection that a session goes over at the moment. */
export interface Connection {
  /** Writes frames; resolves when there is room for more, or the connection has gone. */
  push(frames: Iterable<string>): Promise<void>;
  close(reason: string): void;
}

interface SessionParts {
  readonly id: string;
  readonly resource: string;
  /** What the agent shows with its files. */
  readonly token: string;
  /** Messages (a count) that may wait for the agent. */
  readonly mostUnread: number;
  /** Begins to deal with a frame when it is this agent's turn, unless it is over by then; frames keep their order. */
  readonly inTurn: (frame: string, deal: () => Promise<void>, isOver: () => boolean) => Promise<void>;
  /** Takes what the agent says, in order; resolves when it is on disk. */
  readonly receive: (messages: readonly AgentWord[]) => Promise<void>;
  /** A frame came. */
  readonly heard: () => void;
  /** The session cannot go on. */
  readonly failed: (error: unknown) => void;
}

/** Messages (a count) and characters of one frame: less than what a door takes, in any script. */
const mostMessages = 1000;
const mostCharacters = 64 * 1024;

/**
 * What a broker and an agent have to say to each other, over one connection after the other. Messages are numbered both
 * ways, so that each comes once and in order; the broker says that it has one when what it says is on disk.
 */
export class Session {
  readonly #parts: SessionParts;
  readonly #outgoing = new Outgoing();
  #connection: Connection | undefined;
  #received = 0; // the last message of the agent that was taken
  #kept = 0; // the last of which all is on disk
  #keeping: Promise<unknown> = Promise.resolve();
  #owesFrame = false;
  #isWriting = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get resource(): string {
    return this.#parts.resource;
  }

  get token(): string {
    return this.#parts.token;
  }

  /** The last message of the agent that this side has. */
  get received(): number {
    return this.#received;
  }

  /** Says something to the agent: all of one turn of the event loop goes in one frame. */
  send(messages: readonly BrokerWord[]): void {
    for (const message of messages) this.#outgoing.add(JSON.stringify(message));
    if (this.#outgoing.size > this.#parts.mostUnread) this.#parts.failed(unread());
    else this.#wake();
  }

  /**
   * Goes on over this connection, where the agent has all up to `received`. Returns false where it cannot have that, or
   * something of it is no more here: then the session is of no more use.
   */
  connect(connection: Connection, received: number): boolean {
    if (!this.#outgoing.resume(received)) return false;
    this.#connection?.close('the agent came by another connection');
    this.#connection = connection;
    this.#wake();
    return true;
  }

  /** The connection has gone. */
  disconnected(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  /** Something that the session rests on went wrong. */
  fail(error: unknown): void {
    this.#parts.failed(error);
  }

  /** Says why, and lets go of the connection. */
  end(reason: string): void {
    this.#connection?.close(reason);
    this.#connection = undefined;
  }

  /**
   * Takes a frame of the agent. Where it is none, leaves messages out, or cannot be kept, the session is over. What was
   * not begun when its connection went, the agent says again over the next.
   */
  async receive(text: string, connection: Connection): Promise<void> {
    const isOver = () => this.#connection !== connection;
    if (isOver()) return;
    this.#parts.heard();
    try {
      await this.#parts.inTurn(text, () => this.#take(text), isOver);
    } catch (error) {
      this.#parts.failed(error);
      throw error;
    }
  }

  async #take(text: string): Promise<void> {
    const { from, ack, messages } = frameOf(text);
    if (!this.#outgoing.acknowledge(ack)) throw wrong(`message ${ack} was never sent`);
    if (from > this.#received + 1) throw wrong(`message ${this.#received + 1} is missing`);
    const news = messages.slice(this.#received + 1 - from);
    this.#received += news.length;
    if (news.length > 0) await this.#keep(news);
    this.#owesFrame = true;
    this.#wake();
  }

  async #keep(messages: readonly AgentWord[]): Promise<void> {
    const last = this.#received;
    const kept = Promise.all([this.#keeping, this.#parts.receive(messages)]);
    this.#keeping = kept;
    await kept;
    this.#kept = last;
  }

  #wake(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    setImmediate(() => void this.#write());
  }

  async #write(): Promise<void> {
    for (;;) {
      const connection = this.#connection;
      if (connection === undefined || !(this.#owesFrame || this.#outgoing.isWaiting)) break;
      this.#owesFrame = false;
      const { from, messages } = this.#outgoing.take(mostMessages, mostCharacters);
      await connection.push([`{"from":${from},"ack":${this.#kept},"messages":[${messages.join(',')}]}`]);
    }
    this.#isWriting = false;
  }
}

function frameOf(text: string) {
  const frame = agentFrame.safeParse(parsedJson(text));
  if (frame.success) return frame.data;
  const [issue] = frame.error.issues;
  throw wrong(`${issue?.path.join('.') || 'the frame'}: ${issue?.message}`);
}

function wrong(detail: string): Refusal {
  return new Refusal(failure('wrong-protocol', `what the agent sent is no frame: ${detail}`));
}

function unread(): Refusal {
  return new Refusal(failure('wrong-protocol', 'the agent does not read what it is sent'));
}
