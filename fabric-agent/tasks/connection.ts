import { Channel, type ChannelLimits } from '../../client/channel.ts';
import type { Frames } from '../../client/frames.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Welcome } from '../../protocol/agent/handshake.ts';
import { type AgentWord, type BrokerWord, brokerFrame } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';

import type { Enrolled } from './enrolment.ts';
import { greet } from './greet.ts';
import type { Lines, Serving } from './lines.ts';

export interface ConnectionOptions {
  readonly enrolled: Pick<Enrolled, 'key' | 'enrolment' | 'calls'>;
  /** How lines to it come about. */
  readonly lines: Lines;
  readonly limits: ConnectionLimits;
  /** What a session that begins anew starts with. */
  readonly greeting: () => readonly AgentWord[];
  /** Takes what the broker says, each message once and in order. */
  readonly receive: (messages: readonly BrokerWord[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ConnectionLimits {
  /** How long, in milliseconds, it may take until both sides have proved themselves. */
  readonly handshakeMs: number;
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

/** How it is with the line, for people. */
export interface LineState {
  readonly isOpen: boolean;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Why there is none, as a sentence; null where there is one, or it was not said yet. */
  readonly why: string | null;
}

/**
 * The conversation with one broker, over one line after the other. It goes on with the session where the broker still has
 * it, and else begins anew with what is. Of two lines the later counts, once the other side has proved itself there.
 */
export class Connection implements Part {
  readonly #options: ConnectionOptions;
  readonly #lines: Part;
  #session: Session | undefined;
  /** The socket of the session, while there is one. */
  #frames: Frames | undefined;
  #isOpen = Promise.withResolvers<void>();
  #flushing = false;
  #spoke = false;
  #cancelAcknowledgement = () => {};
  #state: 'new' | 'connected' | 'failing' = 'new';
  #sinceMs: number;
  #why: string | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now();
    this.#lines = options.lines({
      serve: (...line) => this.#serve(...line),
      failed: (error) => this.#failed(error),
      holds: (token) => this.#holds(token),
    });
  }

  /** Lines may come about from now on; does not wait for one. */
  start(): Promise<void> {
    return this.#lines.start();
  }

  stop(): Promise<void> {
    return this.#lines.stop();
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

  get state(): LineState {
    const { isOpen } = this;
    return { isOpen, sinceMs: this.#sinceMs, why: isOpen ? null : this.#why };
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
    const { enrolment, calls } = enrolled;
    const said = { broker: enrolment.url, reason };
    // That another one has failed says nothing about the line that counts.
    if (this.isOpen || this.#state === 'failing') log.debug('no line to the broker yet', said);
    else if (calls) log.info('the line of a client has ended', said);
    else log.warn('no line to the broker; trying again', said);
    if (this.isOpen) return;
    this.#state = 'failing';
    this.#why = reason;
  }

  /** One line, from its opening to its end, which is thrown. */
  async #serve(frames: Frames, line: Parameters<Serving['serve']>[1]): Promise<never> {
    const { enrolled, limits, clock } = this.#options;
    const tooLate = clock.after(limits.handshakeMs, () => frames[Symbol.dispose]());
    const before = this.#session;
    const known = before && { id: before.welcome.session, received: before.channel.received };
    let welcome: Welcome;
    try {
      welcome = await greet(frames, enrolled, known ?? null);
    } finally {
      tooLate();
    }
    const { channel } = this.#begin(welcome);
    this.#take(frames);
    line.proven?.();
    this.#flush();
    const stopBeats = this.#beats(welcome.heartbeatMs);
    try {
      for (;;) {
        const text = await frames.next();
        if (this.#frames !== frames) throw misspoken('it came by another line');
        this.#hear(channel, text);
        line.heard?.();
      }
    } finally {
      stopBeats();
      if (this.#frames === frames) this.#letGo();
    }
  }

  /** By their hashes, so that the time which it takes says nothing. */
  #holds(token: string): boolean {
    const own = this.#session?.welcome.token;
    return own !== undefined && sha256(own) === sha256(token);
  }

  /** This is the line of the session now. */
  #take(frames: Frames): void {
    const before = this.#frames;
    if (before !== undefined) {
      this.#letGo();
      before[Symbol.dispose]();
    }
    this.#frames = frames;
    this.#sinceMs = this.#options.clock.now();
    this.#isOpen.resolve();
  }

  #letGo(): void {
    this.#cancelAcknowledgement();
    this.#frames = undefined;
    this.#sinceMs = this.#options.clock.now();
    this.#isOpen = Promise.withResolvers();
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

  #hear(channel: Session['channel'], text: string): void {
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
