import { dealOf, nanoOf, nanoText, type Price, type Used, withAttempt } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { Bank, Holding, Payee } from '../accounts/bank.ts';
import { resourceOf } from '../agents/agent-names.ts';
import type { Agreement, Agreements, ChargedAttempt, WantedForJob } from '../jobs/agreement.ts';
import { underWay } from '../jobs/under-way.ts';
import { noteCharge } from './charges-told.ts';
import { mayYetCost, sharesOf, usedOf, usedText } from './costs.ts';
import type { DealRow } from './rows.ts';
import { findDeal } from './store.ts';

/** What jobs move of deals, within their verbs. */
export interface DealVerbs {
  /** Settles an agreement that is ending and idle: its Bill, and the rest of its escrow. */
  settleIn(sql: Sql, agreement: string, now: number): void;
  /** As its user's Complete, where it is active. */
  completeIn(sql: Sql, agreement: string, now: number): void;
  /** Makes the broker's own best Offer for an Ask of a user, within its Budget, and accepts it; returns the Agreement's Id. */
  agreeIn(sql: Sql, wanted: WantedForJob, now: number): string;
  /** What was done about these agreements is on disk. */
  told(agreements: readonly string[]): void;
}

export interface ChargingParts {
  readonly bank: Bank;
  /** Asked for when they are needed: they are made after jobs, which need this. */
  readonly deals: () => DealVerbs;
  readonly clock: Clock;
}

/** Agreements as jobs know them: what work under them costs, and to whom that goes. */
export class Charging implements Agreements {
  readonly #parts: ChargingParts;

  constructor(parts: ChargingParts) {
    this.#parts = parts;
  }

  find(sql: Sql, owner: string, id: string): Agreement | undefined {
    return agreementOf(agreed(sql, owner, id));
  }

  byId(sql: Sql, id: string): Agreement | undefined {
    return agreementOf(agreed(sql, undefined, id));
  }

  agree(sql: Sql, wanted: WantedForJob, now: number): string {
    return this.#parts.deals().agreeIn(sql, wanted, now);
  }

  /**
   * Pays for an attempt: what the running total grows by, the node's part to who owns that, the rest to the broker. The
   * Id of the attempt is the cause, so that none is ever paid for twice.
   */
  charge(sql: Sql, id: string, { id: attempt, resource, slot, ms }: ChargedAttempt): void {
    const row = agreed(sql, undefined, id);
    if (row === undefined) return;
    const before = usedOf(row.used);
    const after = withAttempt(before, slot, { ms, counts: true });
    const price = priceOf(row);
    const text =
      price === undefined ? row.charged : this.#pay(sql, row, price, { before, after, attempt, resource });
    sql.run('UPDATE deals SET used = @used, charged = @text WHERE deal = @deal', {
      deal: row.deal,
      used: usedText(after),
      text,
    });
    noteCharge(sql, row, { attempt, ms, total: text }, this.#parts.clock.now());
  }

  complete(sql: Sql, agreement: string, now: number): void {
    this.#parts.deals().completeIn(sql, agreement, now);
  }

  idle(sql: Sql, agreement: string, now: number): void {
    this.#parts.deals().settleIn(sql, agreement, now);
  }

  told(agreements: readonly string[]): void {
    this.#parts.deals().told(agreements);
  }

  /** Returns what is charged in all then, as text. No more is ever paid than what is held. */
  #pay(
    sql: Sql,
    { agreement, owner, charged: sofar }: DealRow,
    price: Price,
    of: { readonly before: Used; readonly after: Used; readonly attempt: string; readonly resource: string },
  ): string {
    const { bank } = this.#parts;
    const holding: Holding = { agreement: agreement ?? '', owner, currency: price.currency };
    const { node, broker } = sharesOf(price, of.before, of.after);
    let total = nanoOf(sofar ?? '0');
    const pay = (to: Payee, share: bigint) => {
      const held = bank.held(sql, holding);
      const amount = share < held ? share : held;
      bank.charge(sql, holding, to, amount, of.attempt);
      total += amount;
    };
    const payee = payeeOf(sql, of.resource);
    // One cause moves money between two accounts once.
    if (payee.kind === 'broker') pay(payee, broker + node);
    else {
      pay({ kind: 'broker' }, broker);
      pay(payee, node);
    }
    return nanoText(total);
  }
}

/** What running tasks of an agreement may cost beyond what is charged, at most, in 10^-9 of its currency. */
export function costOfRunning(sql: Sql, row: DealRow): bigint {
  const price = priceOf(row);
  if (price === undefined || row.agreement === null) return 0n;
  return mayYetCost(price, usedOf(row.used), underWay(sql, row.agreement));
}

function agreed(sql: Sql, owner: string | undefined, id: string): DealRow | undefined {
  const row = findDeal(sql, owner, id);
  return row?.agreement === id ? row : undefined;
}

function agreementOf(row: DealRow | undefined): Agreement | undefined {
  if (row === undefined || row.agreement === null) return undefined;
  const { agreement: id, owner, state, terms, amounts, places, estimate, used } = row;
  const { startsAt, untilAt, createdAt } = row;
  if (state !== 'active' && state !== 'ending' && state !== 'terminated' && state !== 'completed')
    return undefined;
  const [cpus, gpus, memory] = ['cpus', 'gpus', 'memory'].map((name) => amounts.get(name));
  return {
    ...{ id, owner, state, terms },
    resources: [...new Set(Array.from(places.keys(), resourceOf))],
    slot: { cpus: cpus ?? 1, gpus: gpus ?? 0, memory: memory ?? 0 },
    price: priceOf(row),
    estimate: estimate === null ? undefined : nanoOf(estimate),
    used: usedOf(used),
    startsAt: startsAt ?? createdAt,
    untilAt: untilAt ?? Number.POSITIVE_INFINITY,
  };
}

function priceOf({ terms, price }: DealRow): Price | undefined {
  return price === null ? undefined : dealOf(terms).price;
}

/** Who owns a resource, or did before it was removed; the broker, where nobody ever did. */
function payeeOf(sql: Sql, agent: string): Payee {
  const name = resourceOf(agent);
  const row = sql.get<{ owner: string }>('SELECT owner FROM resource_names WHERE name = @name', { name });
  return row === undefined ? { kind: 'broker' } : { kind: 'user', owner: row.owner };
}
