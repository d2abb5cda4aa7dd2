import { document1Of } from '../answering/make.ts';
import type { Header } from '../document.ts';
import type { Deal } from '../documents/model.ts';
import { estimate } from '../matching/estimate.ts';

/**
 * What terms say, as a document of a deal says it. Terms that break a rule of the language, such as an amount below
 * zero, are the caller's mistake: TypeError, with what is wrong.
 */
export function dealOf(terms: readonly Header[]): Deal {
  const { deal } = document1Of([
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Offer' },
    { name: 'Id', value: 'terms' },
    { name: 'In-reply-to', value: 'terms' },
    ...terms,
  ]);
  if (deal === undefined) throw new TypeError('these terms are of no deal');
  return deal;
}

/**
 * What a deal comes to at most, in 10^-9 of its price's currency, rounded up: undefined where it charges nothing, or
 * charges by time and does not say how long a task runs.
 */
export function estimateOf({ price, facts, count }: Deal): bigint | undefined {
  if (price === undefined) return undefined;
  const size = (name: string): number | undefined => {
    const [value] = facts.get(name)?.values ?? [];
    return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
  };
  return estimate(price, {
    cpus: size('cpus') ?? 1,
    gpus: size('gpus') ?? 0,
    memory: size('memory') ?? 0,
    walltime: size('walltime'),
    tasks: size('tasks') ?? count ?? 1,
  });
}
