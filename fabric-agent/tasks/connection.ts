import { type FrameLimits, type Frames, openFrames, type SocketAddress } from '../../client/frames.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Welcome } from '../../protocol/agent/handshake.ts';
import { type AgentWord, type BrokerWord, brokerFrame } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import { Redial } from '../redial.ts';
import { Channel, type ChannelLimits } from './channel.ts';
import type { Enrolled } from './enrolment.ts';
import { greet } from './greet.ts';
import type { Patience } from './pause.ts';

export interface ConnectionOptions {
  readonly enrolled: Pick<Enrolled, 'key' | 'enrolment'>;
  readonly dial: SocketAddress['dial'];
  readonly limits: ConnectionLimits;
  /** How long it waits before it connects again. */
  readonly patience: Patience;
  /** What a session that begins anew starts with. */
  readonly greeting: () => readonly AgentWord[];
  /** Takes what the broker says, each message once and in order. */
  readonly receive: (messages: readonly BrokerWord[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ConnectionLimits {
  readonly socket: FrameLimits;
  readonly channel: ChannelLimits;
  /** How long, in milliseconds, an acknowledgement may wait for something that it can go along with. */
  readonly acknowledgeMs: number;
  /** Messages (a count) that may wait for a session; then nothing more is passed on of what programs say. */
  readonly waiting: number;
  /** Bytes of messages that may wait; then nothing more is passed on of what programs print. */
  readonly waitingBytes: number;
  /** Messages (a count) that may wait in all; then the session is over, and the next begins with what is. */
  readonly unread: number;
}

interface Session {
  readonly welcome: Welcome;
  readonly channel: Channel<AgentWord, BrokerWord>;
}

/**
 * The line to the broker, which is always dialled from here. It connects again whenever it breaks, goes on with the session
 * where the broker still has it, and else begins anew with what is.
 */
export class Connection implements Part {
  readonly #options: ConnectionOptions;
  readonly #line: Redial;
  #session: Session | undefined;
  /** The socket of the session, while there is one. */
  #frames: Frames | undefined;
  #isOpen = Promise.withResolvers<void>();
  #flushing = false;
  #spoke = false;
  #cancelAcknowledgement = () => {};
  #state: 'new' | 'connected' | 'failing' = 'new';

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { patience, clock } = options;
    this.#line = new Redial({
      connect: (heard, signal) => this.#connect(heard, signal),
      failed: (error) => this.#failed(error),
      ...{ patience, clock },
    });
  }

  /** Begins to connect; does not wait for it. */
  start(): Promise<void> {
    return this.#line.start();
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Says something to the broker: now, or once there is a session again. */
  say(message: AgentWord): void {
    const channel = this.#session?.channel;
    // What is not in a session will be said by its greeting.
    if (channel === undefined) return;
    const { waiting, waitingBytes } = this.#options.limits;
    if (passing.has(message.type) && channel.waiting >= waiting) return;
    if (message.type === 'output' && channel.waitingBytes >= waitingBytes) return;
    channel.say(message);
    if (channel.waiting > this.#options.limits.unread) this.#giveUp();
    else this.#flushSoon();
  }

  /** A broker that takes nothing of what it is told, and has more said all the time, is told no more of it. */
  #giveUp(): void {
    this.#session = undefined;
    this.#frames?.[Symbol.dispose]();
  }

  /** Whether there is a session just now, and a line for it. */
  get isOpen(): boolean {
    return this.#frames !== undefined && this.#session !== undefined;
  }

  /** What to show when files are fetched and sent; waits until there is a session. */
  async token(signal: AbortSignal): Promise<string> {
    while (this.#frames === undefined || this.#session === undefined) {
      const aborted = Promise.withResolvers<never>();
      const abort = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        await Promise.race([this.#isOpen.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    }
    return this.#session.welcome.token;
  }

  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const { log, enrolled } = this.#options;
    const { url } = enrolled.enrolment;
    if (this.#state !== 'failing') log.warn('no line to the broker; trying again', { broker: url, reason });
    else log.debug('no line to the broker yet', { broker: url, reason });
    this.#state = 'failing';
  }

  /** One socket, from its opening to its end, which is thrown. */
  async #connect(heard: () => void, signal: AbortSignal): Promise<never> {
    const { dial, enrolled, limits, clock } = this.#options;
    const address = { url: enrolled.enrolment.url, dial };
    using frames = await openFrames(address, '/broker/agents/ws', limits.socket, signal);
    const tooLate = clock.after(limits.socket.connectMs, () => frames[Symbol.dispose]());
    const before = this.#session;
    const known = before && { id: before.welcome.session, received: before.channel.received };
    let welcome: Welcome;
    try {
      welcome = await greet(frames, enrolled, known ?? null);
    } finally {
      tooLate();
    }
    const { channel } = this.#begin(welcome);
    this.#frames = frames;
    this.#isOpen.resolve();
    this.#flush();
    const stopBeats = this.#beats(welcome.heartbeatMs);
    try {
      for (;;) {
        this.#take(channel, await frames.next());
        heard();
      }
    } finally {
      stopBeats();
      this.#cancelAcknowledgement();
      this.#frames = undefined;
      this.#isOpen = Promise.withResolvers();
    }
  }

  #begin(welcome: Welcome): Session {
    const { greeting, limits, enrolled, log } = this.#options;
    const before = this.#session;
    const goesOn = welcome.resumed && before?.channel.resume(welcome.received) === true;
    if (welcome.resumed && !goesOn) {
      this.#session = undefined;
      throw misspoken('the broker goes on with a session that was not so');
    }
    const channel = goesOn ? before.channel : new Channel<AgentWord, BrokerWord>(limits.channel);
    this.#session = { welcome, channel };
    if (!goesOn) {
      for (const message of greeting()) channel.say(message);
      // Nothing else remembers what programs said.
      for (const message of before?.channel.open ?? []) if (message.type === 'says') channel.say(message);
    }
    if (this.#state !== 'connected')
      log.info('the broker has this node', { broker: enrolled.enrolment.url, resource: welcome.resource });
    this.#state = 'connected';
    return this.#session;
  }

  #take(channel: Session['channel'], text: string): void {
    const frame = brokerFrame.safeParse(parsedJson(text));
    const fresh = frame.success ? channel.take(frame.data) : undefined;
    if (fresh === undefined) {
      // It begins anew, with what is.
      this.#session = undefined;
      throw misspoken('the broker said what cannot be understood, or left something out');
    }
    // What is acknowledged may let more go out.
    this.#flushSoon();
    if (fresh.length === 0) return;
    this.#options.receive(fresh);
    this.#cancelAcknowledgement();
    this.#cancelAcknowledgement = this.#options.clock.after(this.#options.limits.acknowledgeMs, () => {
      if (channel.owesAcknowledgement) this.#send(channel.beat());
    });
  }

  /** All that is said in a turn goes out in one frame. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const channel = this.#session?.channel;
    if (channel === undefined || this.#frames === undefined) return;
    for (let frame = channel.next(); frame !== undefined; frame = channel.next()) this.#send(frame);
  }

  #send(frame: string): void {
    this.#spoke = true;
    this.#frames?.send(frame);
  }

  /** Has something said at least every `intervalMs` milliseconds. */
  #beats(intervalMs: number): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = this.#options.clock.after(intervalMs / 2, () => {
        if (!this.#spoke && this.#session !== undefined) this.#send(this.#session.channel.beat());
        this.#spoke = false;
        again();
      });
    };
    again();
    return () => cancel();
  }
}

/** What may be left out where too much waits. */
const passing: ReadonlySet<string> = new Set(['says', 'load', 'output']);

function misspoken(detail: string): Refusal {
  return new Refusal(failure('unavailable', detail));
}
