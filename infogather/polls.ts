import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { Lane, type Slices } from '../platform/slices.ts';
import { type Answer, type Registered, readAnswer } from './answer.ts';
import { isNews } from './events/news.ts';
import { listingName } from './nodes/fleet.ts';
import type { PollLine } from './poll-line.ts';
import type { PollAddresses } from './polled.ts';
import { Poller } from './poller.ts';
import { createStrategy } from './polling/index.ts';
import type { InfogatherSettings } from './settings.ts';

export interface PollsParts {
  readonly config: InfogatherSettings;
  readonly addresses: PollAddresses<Registered>;
  readonly line: PollLine;
  /** Where answers are read. */
  readonly slices: Slices;
  /** Keeps what an answer brought; the poll was begun at `begunAt`. */
  readonly takeIn: (answer: Answer, begunAt: number, signal: AbortSignal) => Promise<void>;
  /** Called with what names an address of which a poll failed; `fault` is what was wrong, where that is another than before. */
  readonly failed: (registered: readonly Registered[], fault: string | undefined) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** How much is kept of what was wrong with a poll: a node may answer with names that are very long. */
const faultCharacters = 500;

/** Which addresses are polled, from when on, and what was wrong with their answers. */
export class Polls implements Part {
  readonly #parts: PollsParts;
  readonly #poller: Poller;
  /** Where answers are read: however many come at once, questions have every second slice. */
  readonly #reading: Lane;
  /** Poll addresses that are about to be polled for the first time, with what calls it off. */
  readonly #settling = new Map<string, () => void>();
  /** What was wrong with the last poll of an address. */
  readonly #faults = new Map<string, string>();
  /** Registrations that the last poll of their address left out, until they are told or heard anew. */
  readonly #leftOut = new WeakSet<Registered>();

  constructor(parts: PollsParts) {
    this.#parts = parts;
    const { config, clock, slices } = parts;
    this.#reading = new Lane(slices);
    this.#poller = new Poller({
      strategy: createStrategy(config),
      clock,
      poll: (address, signal) => this.#poll(address, signal),
      pollsAtOnce: config['polls-at-once'],
      suspectPollsAtOnce: config['suspect-polls-at-once'],
    });
  }

  start(): Promise<void> {
    return this.#poller.start();
  }

  async stop(): Promise<void> {
    for (const cancel of this.#settling.values()) cancel();
    this.#settling.clear();
    await this.#poller.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Takes note of a registration that was told, in place of the one before it. */
  told(now: Registered, before: Registered | undefined): void {
    const { poll } = now;
    if (before !== undefined && before.poll !== poll) this.gone(before);
    if (poll === undefined) return;
    // A first address, another one, or a node thought gone: the broker waits for its first answer.
    const wasGone = this.#poller.isSuspect(poll) || (before !== undefined && this.#leftOut.has(before));
    this.#review(poll, wasGone || before?.poll !== poll);
  }

  /** Takes note of a registration that is no more. */
  gone({ poll }: Registered): void {
    if (poll !== undefined) this.#review(poll);
  }

  /** Takes note of a registration that an answer says nothing of. */
  leaveOut(registration: Registered): void {
    this.#leftOut.add(registration);
  }

  isLeftOut(registration: Registered): boolean {
    return this.#leftOut.has(registration);
  }

  /** What is known of the polls of a registration. */
  of(registration: Registered): { readonly pollable: boolean; readonly fault: string | undefined } {
    const { poll } = registration;
    const pollable = poll !== undefined && this.#parts.addresses.pollable(poll);
    const leftOut = this.#leftOut.has(registration) ? 'the node no longer answers for it' : undefined;
    return { pollable, fault: (poll === undefined ? undefined : this.#faults.get(poll)) ?? leftOut };
  }

  /** Polls an address from now on, or no more: as the registrations that name it, and who told them, allow. */
  #review(poll: string, atOnce = false): void {
    if (this.#parts.addresses.pollable(poll)) {
      if (atOnce || !this.#poller.has(poll)) this.#pollSoon(poll);
    } else {
      this.#settling.get(poll)?.();
      this.#settling.delete(poll);
      this.#poller.remove(poll);
      this.#faults.delete(poll);
    }
  }

  /** Polls an address when what registers with it now has had a moment to do so. */
  #pollSoon(poll: string): void {
    const settleMs = this.#parts.config['poll-settle'];
    if (settleMs === 0) {
      this.#poller.soon(poll);
    } else if (!this.#settling.has(poll)) {
      const settled = () => {
        this.#settling.delete(poll);
        this.#poller.soon(poll);
      };
      this.#settling.set(poll, this.#parts.clock.after(settleMs, settled));
    }
  }

  async #poll(address: string, signal: AbortSignal): Promise<boolean> {
    const { config, addresses, line, takeIn, clock } = this.#parts;
    const begunAt = clock.now();
    try {
      const documents = await line.poll(address, addresses.tellersOf(address), signal);
      const answer = await this.#reading.run(readAnswer(documents, addresses.at(address)));
      const isNews = hasNews(answer, addresses.at(address), config);
      await takeIn(answer, begunAt, signal);
      if (answer.fault !== undefined) throw new Error(answer.fault);
      this.#faults.delete(address);
      return isNews;
    } catch (error) {
      if (!signal.aborted) this.#fault(address, error);
      throw error;
    }
  }

  #fault(address: string, error: unknown): void {
    const fault = (error instanceof Error ? error.message : String(error)).slice(0, faultCharacters);
    const { addresses, failed, log } = this.#parts;
    const isNew = this.#faults.get(address) !== fault;
    if (isNew) log.warn('a poll failed', { address, fault });
    if (addresses.isNamed(address)) this.#faults.set(address, fault);
    failed(addresses.at(address), isNew ? fault : undefined);
  }
}

/** Whether an answer says of one of these registrations what was not known of it. */
function hasNews(
  { heard }: Answer,
  before: readonly Registered[],
  { 'load-step': load, 'disk-step': disk }: Pick<InfogatherSettings, 'load-step' | 'disk-step'>,
): boolean {
  const known = new Map(before.map((one) => [listingName(one), one]));
  return heard.some((one) => isNews(known.get(listingName(one)), one, { load, disk }));
}
