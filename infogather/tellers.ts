/** Those who told of one Poll address, each with how many registrations of it and whether that lets it be polled. */
interface Tellers {
  readonly byAddress: Map<string, { registrations: number; readonly permitted: boolean }>;
  permitting: number;
}

/**
 * Who told of each Poll address. What one teller permits is decided once, when it first tells of the address: any
 * number of registrations may name one address, and each of them must cost the same.
 */
export class PollTellers {
  readonly #permits: (poll: string, teller: string) => boolean;
  readonly #polls = new Map<string, Tellers>();

  constructor(permits: (poll: string, teller: string) => boolean) {
    this.#permits = permits;
  }

  add(poll: string, teller: string): void {
    let tellers = this.#polls.get(poll);
    if (tellers === undefined) {
      tellers = { byAddress: new Map(), permitting: 0 };
      this.#polls.set(poll, tellers);
    }
    const known = tellers.byAddress.get(teller);
    if (known !== undefined) {
      known.registrations += 1;
      return;
    }
    const permitted = this.#permits(poll, teller);
    tellers.byAddress.set(teller, { registrations: 1, permitted });
    if (permitted) tellers.permitting += 1;
  }

  remove(poll: string, teller: string): void {
    const tellers = this.#polls.get(poll);
    const known = tellers?.byAddress.get(teller);
    if (tellers === undefined || known === undefined) return;
    known.registrations -= 1;
    if (known.registrations > 0) return;
    tellers.byAddress.delete(teller);
    if (known.permitted) tellers.permitting -= 1;
    if (tellers.byAddress.size === 0) this.#polls.delete(poll);
  }

  /** Whether an address may be polled, as one of those who told of it at least permits. */
  pollable(poll: string): boolean {
    return (this.#polls.get(poll)?.permitting ?? 0) > 0;
  }

  /** The IP addresses that told of a Poll address. */
  of(poll: string): string[] {
    return [...(this.#polls.get(poll)?.byAddress.keys() ?? [])];
  }
}
