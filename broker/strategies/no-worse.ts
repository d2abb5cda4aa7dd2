import { type Deal, type Price, rowOf } from '../../grammar/index.ts';
import type { Agreed, Amending } from './amending.ts';

type Fact = NonNullable<ReturnType<Deal['facts']['get']>>;

/** What is reserved or may be used: less of it is no worse. */
const sizes: ReadonlyMap<string, string> = new Map([
  ['cpus', 'Cpus'],
  ['gpus', 'Gpus'],
  ['memory', 'Memory'],
  ['disk', 'Disk'],
  ['licences', 'Licences'],
  ['walltime', 'Walltime'],
  ['tasks', 'Tasks'],
]);

/**
 * Agrees to what takes no more, for no longer, and pays no less: sizes and Count may shrink, rates may rise, a promised
 * Deadline may go; all else stays as it is.
 */
export class NoWorse implements Amending {
  worse(before: Agreed, after: Agreed): string | undefined {
    if (after.untilAt > before.untilAt) return 'it would last longer';
    return worseTerms(before.terms, after.terms);
  }
}

function worseTerms(before: Deal, after: Deal): string | undefined {
  for (const name of new Set([...before.facts.keys(), ...after.facts.keys()])) {
    const problem = worseFact(name, before.facts.get(name), after.facts.get(name));
    if (problem !== undefined) return problem;
  }
  if ((after.count ?? 1) > (before.count ?? 1)) return 'Count would be more';
  if (after.start !== before.start) return 'Start would be another';
  if (after.deadline !== undefined && after.deadline !== before.deadline) return 'Deadline would be another';
  return paysNoLess(before.price, after.price) ? undefined : 'Price would be less';
}

function worseFact(name: string, before: Fact | undefined, after: Fact | undefined): string | undefined {
  const size = sizes.get(name);
  if (size === undefined) {
    if (after === undefined || before?.text === after.text) return undefined;
    return `${rowOf(name)?.name ?? name} would be another`;
  }
  // A size that is not agreed is not taken, but that of time and runs, which then have no bound; of processors it is 1.
  const unsaid = name === 'cpus' ? 1 : name === 'walltime' ? Number.POSITIVE_INFINITY : 0;
  return sizeOf(after, unsaid) > sizeOf(before, unsaid) ? `${size} would be more` : undefined;
}

/** An amount, or seconds. */
function sizeOf(fact: Fact | undefined, unsaid: number): number {
  const [value] = fact?.values ?? [];
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : unsaid;
}

/** In the same currency, for the same things, each rate at least as high. */
function paysNoLess(before: Price | undefined, after: Price | undefined): boolean {
  if (before === undefined) return true;
  if (after?.currency !== before.currency) return false;
  return before.rates.every(({ per }) => sumOf(after, per) >= sumOf(before, per));
}

function sumOf({ rates }: Price, unit: Price['rates'][number]['per']): bigint {
  return rates.reduce((sum, { per, nano }) => (per === unit ? sum + nano : sum), 0n);
}
