import { randomBytes } from 'node:crypto';
import {
  agentProtocol,
  type Call,
  type Challenge,
  type Hello,
  refused,
  signedText,
  toBrokerFirst,
  type Welcome,
} from '../protocol/agent/handshake.ts';
import { type AgentWord, agentFrame, type BrokerMessage } from '../protocol/agent/messages.ts';
import { failure } from '../protocol/catalogue.ts';
import { parsedJson } from '../protocol/json.ts';
import { Channel, type ChannelLimits } from './channel.ts';
import { ServiceFailure } from './failure.ts';
import { type FrameLimits, type Frames, openFrames, type SocketAddress } from './frames.ts';
import type { ServiceAddress } from './http.ts';

export interface AgentLineOptions {
  /** Where the agent listens (`ogm agent --listen`). */
  readonly address: SocketAddress;
  /** The key that the owner of the agent has admitted: its 32 bytes in base64url, and what signs the UTF-8 of a text with it. */
  readonly key: { readonly publicKey: string; sign(text: string): string };
  /** The key by which the agent proves itself, as `ogm agent admit` says it. */
  readonly agentKey: string;
  /** Whether who has a key signed a text. */
  readonly isSignedBy: (publicKey: string, text: string, signature: string) => boolean;
  /** Which of the resources of the agent is meant, where it serves several. */
  readonly resource?: string | undefined;
  /** Takes what the agent says: each message once and in order, as a broker does. */
  readonly receive: (messages: readonly AgentWord[]) => void;
  readonly limits?: Partial<AgentLineLimits>;
}

export interface AgentLineLimits {
  readonly socket: FrameLimits;
  readonly channel: ChannelLimits;
  /** How often the agent is to be heard, in milliseconds. */
  readonly heartbeatMs: number;
}

const usualLimits: AgentLineLimits = {
  socket: { connectMs: 10_000, pingMs: 10_000, frameBytes: 2 ** 20, waitingFrames: 16, refusalBytes: 65_536 },
  channel: { frameMessages: 1000, frameBytes: 192 * 1024, unacknowledged: 1000 },
  heartbeatMs: 10_000,
};

/** Bytes of one message as JSON: a frame has 256 KiB at most, and says beside it which message that is. */
const mostMessageBytes = 255 * 1024;

interface Session {
  readonly id: string;
  readonly token: string;
  readonly channel: Channel<BrokerMessage, AgentWord>;
}

/**
 * Drives an agent as a broker does (docs/agent-protocol.md), over lines that are dialled from here: each call of
 * {@link run} is one, and the session goes on over the next where the agent still has it.
 */
export class AgentLine {
  readonly #options: AgentLineOptions;
  readonly #limits: AgentLineLimits;
  #session: Session | undefined;
  #frames: Frames | undefined;
  #isFlushing = false;

  constructor(options: AgentLineOptions) {
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
  }

  /**
   * Says something to the agent: now, or over the next line of the session. Throws a ServiceFailure where there has been none,
   * and, with nothing said, where a message is larger than an agent takes: it would cut each line anew.
   */
  say(...messages: readonly BrokerMessage[]): void {
    const { channel } = this.#standing();
    const isLarge = (message: BrokerMessage) => Buffer.byteLength(JSON.stringify(message)) > mostMessageBytes;
    if (messages.some(isLarge))
      throw new ServiceFailure(
        failure(
          'too-large',
          `an agent takes messages of ${mostMessageBytes} bytes at most, and one is larger`,
        ),
      );
    for (const message of messages) channel.say(message);
    this.#flushSoon();
  }

  /**
   * Where the files of tasks are sent and fetched, for a `BlobsClient`, by the token of the session. Throws where there has
   * been no session.
   */
  files(fetch: ServiceAddress['fetch']): ServiceAddress {
    this.#standing();
    return {
      url: this.#options.address.url,
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set('Authorization', `Bearer ${this.#standing().token}`);
        return fetch(input, { ...init, headers });
      },
    };
  }

  /**
   * One line, from when it is dialled until it ends, which is thrown as a ServiceFailure; also where either side fails to
   * prove itself. `opened` is called once both have: `resumed` where the session goes on, else all begins with the facts
   * and the inventory of the agent.
   */
  async run(signal: AbortSignal, opened: (resumed: boolean) => void = () => {}): Promise<never> {
    const { address } = this.#options;
    using frames = await openFrames(address, '/agent/clients/ws', this.#limits.socket, signal);
    const { channel, isResumed } = await this.#greet(frames);
    this.#frames = frames;
    try {
      this.#flush();
      opened(isResumed);
      for (;;) this.#hear(channel, await frames.next());
    } finally {
      if (this.#frames === frames) this.#frames = undefined;
    }
  }

  async #greet(frames: Frames): Promise<{ channel: Session['channel']; isResumed: boolean }> {
    const { key, agentKey, isSignedBy, resource } = this.#options;
    const named = resource === undefined ? {} : { resource };
    send(frames, { type: 'call', protocol: agentProtocol, key: key.publicKey, ...named } satisfies Call);
    const hello = await this.#next(frames, 'hello');
    if (hello.key !== agentKey) throw this.#wrong('is another agent than the one that is meant');
    const nonce = randomBytes(32).toString('base64url');
    const signature = key.sign(signedText(`client to agent ${agentKey}`, hello.nonce, nonce));
    send(frames, { type: 'challenge', key: key.publicKey, nonce, signature } satisfies Challenge);
    const proof = await this.#next(frames, 'proof');
    const signed = signedText(`agent to client ${key.publicKey}`, hello.nonce, nonce);
    if (!isSignedBy(agentKey, signed, proof.signature))
      throw this.#wrong('cannot prove that it is the agent that is meant');
    return this.#welcome(frames, hello);
  }

  #welcome(frames: Frames, { session: wanted }: Hello): { channel: Session['channel']; isResumed: boolean } {
    const before = this.#session;
    const isResumed =
      before !== undefined && wanted?.id === before.id && before.channel.resume(wanted.received);
    const session = isResumed ? before : newSession(this.#limits.channel);
    this.#session = session;
    const welcome: Welcome = {
      ...{ type: 'welcome', session: session.id, resumed: isResumed, received: session.channel.received },
      ...{ resource: this.#options.resource ?? 'agent', token: session.token },
      heartbeatMs: this.#limits.heartbeatMs,
    };
    send(frames, welcome);
    return { channel: session.channel, isResumed };
  }

  #hear(channel: Session['channel'], text: string): void {
    if (channel !== this.#session?.channel) throw this.#wrong('has begun anew over another line');
    const frame = agentFrame.safeParse(parsedJson(text));
    const fresh = frame.success ? channel.take(frame.data) : undefined;
    if (fresh === undefined) {
      this.#session = undefined; // it begins anew
      throw this.#wrong('says what cannot be understood, or has left something out');
    }
    if (fresh.length > 0) this.#options.receive(fresh);
    this.#flushSoon();
  }

  /** What is said in one turn goes in one frame, and what has come is acknowledged with it. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const channel = this.#session?.channel;
    if (channel === undefined || this.#frames === undefined) return;
    for (let frame = channel.next(); frame !== undefined; frame = channel.next()) this.#frames.send(frame);
    if (channel.owesAcknowledgement) this.#frames.send(channel.beat());
  }

  async #next<K extends 'hello' | 'proof'>(frames: Frames, type: K) {
    const said = parsedJson(await frames.next());
    const no = refused.safeParse(said);
    if (no.success) throw new ServiceFailure({ ...no.data, status: 403 });
    const read = toBrokerFirst.safeParse(said);
    if (!read.success || read.data.type !== type) throw this.#wrong('does not speak as agents do to clients');
    return read.data as typeof read.data & { readonly type: K };
  }

  #standing(): Session {
    if (this.#session === undefined) throw this.#wrong('has no session with this client yet');
    return this.#session;
  }

  #wrong(what: string): ServiceFailure {
    return new ServiceFailure(failure('unavailable', `${this.#options.address.url} ${what}`));
  }
}

function newSession(limits: ChannelLimits): Session {
  const id = randomBytes(16).toString('base64url');
  return { id, token: randomBytes(32).toString('base64url'), channel: new Channel(limits) };
}

function send(frames: Frames, said: object): void {
  frames.send(JSON.stringify(said));
}
