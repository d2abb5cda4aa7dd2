import { type Deal, dealOf, estimateOf, type Header, rowOf } from '../../grammar/index.ts';
import type { Nano } from '../accounts/money.ts';
import type { Amounts } from '../jobs/assignment.ts';
import type { DealSettings } from './settings.ts';

/** What terms come to: in slots, in time and in money. */
export interface Agreed {
  readonly terms: Deal;
  /** What one slot takes, by name. */
  readonly amounts: Amounts;
  /** How many there are at once. */
  readonly slots: number;
  /** How long all tasks take one after another in these slots, in milliseconds; undefined where a task may take any time. */
  readonly workMs: number | undefined;
  /** The most that is ever charged, in 10^-9 of the currency; undefined where that has no bound, or there is no price. */
  readonly estimate: Nano | undefined;
}

/** Throws a TypeError where terms break a rule of the language. */
export function agreedOf(headers: readonly Header[]): Agreed {
  const terms = dealOf(headers);
  const slots = terms.count ?? 1;
  const walltime = sizeOf(terms, 'walltime');
  const rounds = Math.ceil((sizeOf(terms, 'tasks') ?? slots) / slots);
  const amounts = new Map<string, number>([['cpus', 1]]);
  for (const name of terms.facts.keys()) {
    const size = rowOf(name)?.kind === 'amount' && name !== 'slots' ? sizeOf(terms, name) : undefined;
    if (size !== undefined) amounts.set(name, size);
  }
  return {
    ...{ terms, amounts, slots },
    workMs: walltime === undefined ? undefined : Math.ceil(walltime * 1000) * rounds,
    estimate: estimateOf(terms),
  };
}

/** That a slot takes fewer cpus than it may, for people; undefined where it does not. */
export function tooFewCpus(
  { amounts }: Agreed,
  { 'deal-least-cpus': hundredths }: Pick<DealSettings, 'deal-least-cpus'>,
): string | undefined {
  const least = hundredths / 100;
  return (amounts.get('cpus') ?? 1) < least ? `Cpus; a slot takes ${least} at least here` : undefined;
}

/** A number, bytes or seconds. */
function sizeOf({ facts }: Deal, name: string): number | undefined {
  const [value] = facts.get(name)?.values ?? [];
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
}
