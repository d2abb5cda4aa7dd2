import type { Document1 } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Slices } from '../../platform/slices.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type Found, type Report, told } from '../found.ts';
import { type MarketLog, textsARead } from '../log.ts';
import type { MarketSettings } from '../settings.ts';
import { livingAt } from './living.ts';
import { ReplayThread, ThreadEnded } from './thread.ts';

/** Why an Ask cannot be answered as of a cursor. */
export type Unanswerable =
  | { readonly why: 'expired'; readonly horizon: number }
  | { readonly why: 'ahead'; readonly head: number }
  | { readonly why: 'busy' | 'large'; readonly most: number }
  /** It took more memory, or more time, than it may. */
  | { readonly why: 'memory' | 'late' };

/** What is asked: the thread, which has the market of the cursor, answers it. */
type Question<T> = (thread: ReplayThread) => Promise<T | undefined>;

/**
 * Answers Asks as the market stood at a cursor of its log. The market of then is built anew from events, in a thread of its
 * own, one at a time. The thread is kept for a while with the last one, for what was asked at once is asked again at once.
 */
export class Replays {
  readonly #config: MarketSettings;
  readonly #log: MarketLog;
  readonly #slices: Slices;
  readonly #clock: Clock;
  #waiting = 0;
  /** Settles when the replays before are answered. */
  #before: Promise<unknown> = Promise.resolve();
  #thread: ReplayThread | undefined;
  /** Settles when threads that were ended are gone. */
  #ending: Promise<unknown> = Promise.resolve();
  /** Of what cursor the thread has all of the market. */
  #stands: number | undefined;
  #keepOn: () => void = () => {};
  #isStopped = false;

  constructor(parts: {
    readonly config: MarketSettings;
    readonly log: MarketLog;
    readonly slices: Slices;
    readonly clock: Clock;
  }) {
    this.#config = parts.config;
    this.#log = parts.log;
    this.#slices = parts.slices;
    this.#clock = parts.clock;
  }

  /** What answered an Ask at a cursor, and the texts of the Tells that it found. */
  ask({ text }: Document1, cursor: number): Promise<(Found & { readonly texts: string[] }) | Unanswerable> {
    return this.#inLine(cursor, async (thread) => {
      const found = await thread.call({ kind: 'ask', text, cursor });
      const places = found.tells.map(({ place }) => place);
      const texts = await this.#log.texts(places);
      if (texts.size < places.length) return undefined;
      return { ...found, texts: places.map((place) => told(texts, place)) };
    });
  }

  /** What answered a Why at a cursor. */
  why({ text }: Document1, cursor: number): Promise<Report | Unanswerable> {
    return this.#inLine(cursor, (thread) => thread.call({ kind: 'why', text, cursor }));
  }

  /** Ends what is under way; who waits for an answer is refused it. Resolves when the thread is gone. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endThread();
    await this.#before;
    this.#keepOn();
    await this.#ending;
  }

  /** `question` gives nothing where the log forgot meanwhile what it needs. */
  async #inLine<T extends object>(cursor: number, question: Question<T>): Promise<T | Unanswerable> {
    const most = this.#config['replays-waiting'];
    if (this.#waiting >= most) return { why: 'busy', most };
    this.#waiting += 1;
    const mine = this.#before.then(() => this.#inTime(cursor, question));
    this.#before = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #inTime<T extends object>(cursor: number, question: Question<T>): Promise<T | Unanswerable> {
    this.#keepOn();
    let isLate = false;
    const inTime = this.#clock.after(this.#config['replay-time'], () => {
      isLate = true;
      this.#endThread();
    });
    try {
      return await this.#answer(cursor, question);
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
      this.#endThread();
      if (this.#isStopped) throw new Refusal(failure('stopped', 'the market stops'));
      if (isLate) return { why: 'late' };
      if (error.why === 'memory') return { why: 'memory' };
      throw error;
    } finally {
      inTime();
      this.#keepOn = this.#clock.after(this.#config['replay-kept'], () => this.#endThread());
    }
  }

  async #answer<T extends object>(cursor: number, question: Question<T>): Promise<T | Unanswerable> {
    const unreachable = await this.#unreachable(cursor);
    if (unreachable !== undefined) return unreachable;
    const thread = this.#running();
    const unbuilt = await this.#build(cursor, thread);
    if (unbuilt !== undefined) return unbuilt;
    const answered = (await question(thread)) ?? (await this.#unreachable(cursor));
    if (answered === undefined) throw new Error(`the log lacks a Tell of cursor ${cursor}`);
    return answered;
  }

  /** Why the log does not show the market at a cursor; nothing where it does. */
  async #unreachable(cursor: number): Promise<Unanswerable | undefined> {
    const { horizon, head } = await this.#log.reach();
    if (cursor < horizon) return { why: 'expired', horizon };
    return cursor > head ? { why: 'ahead', head } : undefined;
  }

  /** Has the thread stand at a cursor, or says why it cannot. */
  async #build(cursor: number, thread: ReplayThread): Promise<Unanswerable | undefined> {
    if (this.#stands === cursor) return undefined;
    this.#stands = undefined;
    await thread.call({ kind: 'begin' });
    const most = this.#config['replay-tells'];
    const places = await livingAt(cursor, most, { log: this.#log, slices: this.#slices });
    if (places === undefined) return { why: 'large', most };
    for (let from = 0; from < places.length; from += textsARead) {
      const texts = await this.#log.texts(places.slice(from, from + textsARead));
      await thread.call({ kind: 'add', texts });
      // A thread that answers at once would have the next read in the same turn of the event loop.
      await this.#slices.rest();
    }
    // What the log forgot meanwhile is missing.
    const missing = await this.#unreachable(cursor);
    if (missing === undefined) this.#stands = cursor;
    return missing;
  }

  #running(): ReplayThread {
    if (this.#isStopped) throw new ThreadEnded('ended');
    if (this.#thread?.isOver) this.#endThread();
    const { 'most-answers': mostAnswers, 'suggestions-tried': suggestionsTried } = this.#config;
    this.#thread ??= new ReplayThread({ mostAnswers, suggestionsTried }, this.#config['replay-memory']);
    return this.#thread;
  }

  #endThread(): void {
    this.#keepOn();
    this.#stands = undefined;
    const ended = this.#thread?.end();
    this.#thread = undefined;
    if (ended !== undefined) this.#ending = Promise.all([this.#ending, ended]);
  }
}
