import { type FrameLimits, type Frames, openFrames, type SocketAddress } from '../../client/frames.ts';
import { refuseDecline, ServiceFailure } from '../../client/index.ts';
import { type Document1, printDocument1, readAnyDocuments } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { Questions } from '../../platform/questions.ts';
import {
  type FromGathering,
  type GatheringWelcome,
  gatheringPath,
  mostDocumentCharacters,
  type NodeState,
  type ToGathering,
} from '../../protocol/agent/gathering.ts';
import type { Voucher } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import { Redial } from '../redial.ts';
import { backOff, type Patience, pause } from '../tasks/pause.ts';
import { isRefusal, reasonOf, unanswered, unproven } from './faults.ts';
import { greetGathering, readGathering } from './greet.ts';
import type { Notes } from './notes.ts';
import { saying } from './standing.ts';

export interface GatheringLineOptions {
  /** Infogather's base address. */
  readonly url: string;
  readonly dial: SocketAddress['dial'];
  readonly key: KeyPair;
  /**
   * Has a broker vouch for this agent to the service at an address; waits until one can be asked. It is the same broker as
   * before, while that can be asked, unless `turn` is another number.
   */
  readonly vouch: (
    audience: string,
    turn: number,
    signal: AbortSignal,
  ) => Promise<Pick<Voucher, 'token' | 'holdsMs' | 'proofKey'>>;
  /** By which infogather proves itself, as the owner has it; as the broker says where the owner does not. */
  readonly proofKey: string | undefined;
  /** What answers a poll, as text. */
  readonly poll: () => Promise<string>;
  readonly standing: () => NodeState;
  /** The line was opened: infogather knows nothing of this node by it yet. */
  readonly opened: () => void;
  /** What is said of the node as it happens. */
  readonly notes: Pick<Notes, 'opened' | 'closed'>;
  readonly limits: GatheringLimits;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
}

export interface GatheringLimits {
  readonly socket: FrameLimits;
  /** How long, in milliseconds, the answer to what is told may take. */
  readonly answerMs: number;
  /** How often it is looked whether the node stands otherwise than was said, in milliseconds. */
  readonly lookMs: number;
}

/** Polls (a count) that are answered at once; infogather asks one after another. */
const mostPolls = 4;

/** When a JWT is renewed, as a part of the time for which it holds. */
const renewedAt = 2 / 3;

/** The least between two, in milliseconds, however short a time brokers say that theirs hold. */
const shortestMs = 1000;

/**
 * The agent's own line to infogather, always dialled from here: over it the node is registered, says how it stands, and
 * is polled. It is opened again whenever it breaks, and lives on with another JWT before the one at hand expires.
 */
export class GatheringLine implements Part {
  readonly #options: GatheringLineOptions;
  readonly #line: Redial;
  readonly #tellings: Questions<FromGathering & { type: 'told' }>;
  readonly #renewals: Questions<FromGathering & { type: 'renewed' }>;
  /** Which broker is asked to vouch: another one after each failure, for infogather may not trust them all. */
  #turn = 0;
  #frames: Frames | undefined;
  #polls = 0;
  #closedAt: number;
  #reason = 'there is no line to infogather yet';
  #isRefused = false;
  #state: 'new' | 'open' | 'failing' = 'new';

  constructor(options: GatheringLineOptions) {
    this.#options = options;
    this.#closedAt = options.clock.now();
    const { patience, clock } = options;
    this.#line = new Redial({
      connect: (heard, signal) => this.#connect(heard, signal),
      failed: (error) => this.#failed(error),
      ...{ patience, clock },
    });
    this.#tellings = new Questions(options.clock);
    this.#renewals = new Questions(options.clock);
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

  get isOpen(): boolean {
    return this.#frames !== undefined;
  }

  /** Whether infogather has no such line, or does not take this agent on it. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** How long it has been closed, in milliseconds. */
  get closedMs(): number {
    return this.isOpen ? 0 : this.#options.clock.now() - this.#closedAt;
  }

  /** Why it is not open, as a sentence. */
  get reason(): string {
    return this.#reason;
  }

  /** Tells a document; resolves when infogather has it on disk. Throws a {@link ServiceFailure} where it has not. */
  async tell(document: Document1, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (this.#frames === undefined) throw new ServiceFailure(failure('unavailable', this.#reason));
    const { documents, problem } = await this.#tellings.ask(
      (ask) => this.#say({ type: 'tell', ask, documents: printDocument1(document) }),
      { withinMs: this.#options.limits.answerMs, late: unanswered, signal },
    );
    if (problem !== null) throw new ServiceFailure(problem);
    refuseDecline(readAnyDocuments(documents).flatMap((one) => ('document' in one ? [one.document] : [])));
    // Before it is registered there infogather knows no node of which these could be.
    this.#options.notes.opened((note) => this.#say(note));
  }

  #failed(error: unknown): void {
    const { log, url } = this.#options;
    this.#turn += 1;
    const before = this.#reason;
    this.#reason = reasonOf(error);
    this.#isRefused = isRefusal(error);
    const said = { infogather: url, reason: this.#reason };
    if (this.#state !== 'failing' || this.#reason !== before)
      log.warn('no line to infogather; trying again', said);
    else log.debug('no line to infogather yet', said);
    this.#state = 'failing';
  }

  /** One socket, from its opening to its end, which is thrown. */
  async #connect(heard: () => void, signal: AbortSignal): Promise<never> {
    const { url, dial, key, vouch, proofKey, standing, notes, limits, clock } = this.#options;
    const isSecure = new URL(url).protocol === 'https:';
    const voucher = await vouch(this.#audience, this.#turn, signal);
    const knownBy = proofKey ?? (isSecure ? undefined : (voucher.proofKey ?? undefined));
    if (!isSecure && knownBy === undefined) throw unproven(url);
    using frames = await openFrames({ url, dial }, gatheringPath, limits.socket, signal);
    const tooLate = clock.after(limits.socket.connectMs, () => frames[Symbol.dispose]());
    let welcome: GatheringWelcome;
    try {
      welcome = await greetGathering(frames, { url, key, token: voucher.token, proofKey: knownBy });
    } finally {
      tooLate();
    }
    const over = new AbortController();
    this.#begin(frames);
    const stopSaying = saying({
      standing,
      say: (message) => this.#say(message),
      ...{ stateMs: welcome.stateMs, lookMs: limits.lookMs, clock },
    });
    void this.#renew(Math.min(voucher.holdsMs, welcome.holdsMs), AbortSignal.any([signal, over.signal]));
    try {
      for (;;) {
        this.#take(await frames.next());
        heard();
      }
    } finally {
      over.abort();
      stopSaying();
      notes.closed();
      this.#end();
    }
  }

  /** The address for which brokers vouch. */
  get #audience(): string {
    return new URL('/infogather', this.#options.url).href;
  }

  #begin(frames: Frames): void {
    const { log, url, opened } = this.#options;
    this.#frames = frames;
    this.#isRefused = false;
    if (this.#state !== 'open') log.info('infogather has this agent', { infogather: url });
    this.#state = 'open';
    opened();
  }

  #end(): void {
    this.#frames = undefined;
    this.#closedAt = this.#options.clock.now();
    this.#tellings.fail(unanswered());
    this.#renewals.fail(unanswered());
  }

  #take(frame: string): void {
    const said = readGathering(frame);
    switch (said?.type) {
      case 'told':
        this.#tellings.answered(said.ask, said);
        return;
      case 'poll':
        void this.#answerPoll(said.ask);
        return;
      case 'renewed':
        this.#renewals.answered(said.ask, said);
        return;
      case 'refused': {
        const { code, detail, next } = said;
        throw new Refusal({ code, status: 403, detail, next });
      }
      default:
        throw new Refusal(failure('unavailable', 'infogather said what cannot be understood'));
    }
  }

  async #answerPoll(ask: number): Promise<void> {
    if (this.#polls >= mostPolls) return;
    const frames = this.#frames;
    this.#polls += 1;
    try {
      const documents = await this.#options.poll();
      if (frames !== this.#frames) return; // whoever asked has gone
      if (documents.length > mostDocumentCharacters) throw new Error('the answer is too long');
      this.#say({ type: 'polled', ask, documents });
    } catch (error) {
      this.#options.log.warn('a poll could not be answered', { error });
    } finally {
      this.#polls -= 1;
    }
  }

  /** Shows another JWT before the one at hand, which holds for so long, expires: again and again until it is taken. */
  async #renew(holdsMs: number, signal: AbortSignal): Promise<void> {
    const { clock, vouch, patience, limits, log } = this.#options;
    let leftMs = holdsMs;
    try {
      for (let failures = 0; ; ) {
        const waitMs = failures === 0 ? leftMs * renewedAt : backOff(patience, failures);
        await pause(clock, Math.max(shortestMs, waitMs), signal);
        try {
          const voucher = await vouch(this.#audience, this.#turn, signal);
          const renewed = await this.#renewals.ask(
            (ask) => this.#say({ type: 'renew', ask, token: voucher.token }),
            { withinMs: limits.answerMs, late: unanswered, signal },
          );
          if (renewed.why !== null) throw new Error(renewed.why);
          leftMs = Math.min(voucher.holdsMs, renewed.holdsMs);
          failures = 0;
        } catch (error) {
          if (failures === 0)
            log.warn('infogather takes no other JWT of this agent; trying again', { error });
          failures += 1;
          this.#turn += 1;
        }
      }
    } catch {
      // the line is over
    }
  }

  #say(message: ToGathering): void {
    this.#frames?.send(JSON.stringify(message));
  }
}
