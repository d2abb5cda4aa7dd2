import { PollTellers } from './tellers.ts';

/** What may name a Poll address: a registration of either version. */
export interface Polled {
  /** By what it is polled: the Poll address, as `address:port`, or the name of {@link pollNameOf}. */
  readonly poll: string | undefined;
  /** The IP address that told it: a poll may go there. */
  readonly teller: string;
}

/** The registrations that name each Poll address, and whether it may be polled. */
export class PollAddresses<T extends Polled> {
  readonly #named = new Map<string, Set<T>>();
  readonly #tellers: PollTellers;

  /** `permits` says whether a Poll address may be polled because one IP address told of it. */
  constructor(permits: (poll: string, teller: string) => boolean) {
    this.#tellers = new PollTellers(permits);
  }

  remove(one: T): void {
    const { poll, teller } = one;
    const named = poll === undefined ? undefined : this.#named.get(poll);
    if (poll === undefined || !named?.delete(one)) return;
    this.#tellers.remove(poll, teller);
    if (named.size === 0) this.#named.delete(poll);
  }

  /** Puts a registration in place of one that was told before it, if any was. */
  replace(before: T | undefined, now: T): void {
    const named = before?.poll === undefined ? undefined : this.#named.get(before.poll);
    // As it is with every poll: then nothing is decided anew.
    if (before?.poll === now.poll && before?.teller === now.teller && named?.delete(before)) {
      named.add(now);
      return;
    }
    if (before !== undefined) this.remove(before);
    this.#add(now);
  }

  /** Whether any registration names a Poll address. */
  isNamed(poll: string): boolean {
    return this.#named.has(poll);
  }

  /** Those that name a Poll address. */
  at(poll: string): readonly T[] {
    return [...(this.#named.get(poll) ?? [])];
  }

  /** The IP addresses that told of a Poll address, each once. */
  tellersOf(poll: string): readonly string[] {
    return this.#tellers.of(poll);
  }

  /** Whether a Poll address may be polled, given those who told of it. */
  pollable(poll: string): boolean {
    return this.#tellers.pollable(poll);
  }

  #add(one: T): void {
    const { poll, teller } = one;
    if (poll === undefined) return;
    let named = this.#named.get(poll);
    if (named === undefined) {
      named = new Set();
      this.#named.set(poll, named);
    }
    named.add(one);
    this.#tellers.add(poll, teller);
  }
}
