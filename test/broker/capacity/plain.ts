import type { Wanted } from '../../../broker/capacity/plan.ts';
import type { Span } from '../../../broker/capacity/profile.ts';
import type { Timeline } from '../../../broker/capacity/timeline.ts';
import type { Amounts } from '../../../broker/jobs/assignment.ts';

type Plain = Pick<Timeline, 'total' | 'spans'>;

/** The moments at which anything begins or ends, in their order. */
export function plainMoments(spans: readonly Span[]): number[] {
  return [...new Set(spans.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
}

/** How often amounts fit beside all that is taken, at each moment from `from` to before `until`: each span is looked at. */
export function plainTimes({ total, spans }: Plain, amounts: Amounts, from: number, until: number): number {
  const begins = spans.map((one) => one.from).filter((moment) => moment > from && moment < until);
  let times = Number.POSITIVE_INFINITY;
  for (const moment of [from, ...begins])
    for (const [name, amount] of amounts) {
      const most = total.get(name);
      if (most === undefined) continue;
      let taken = 0;
      for (const one of spans)
        if (one.from <= moment && moment < one.until) taken += one.amounts.get(name) ?? 0;
      times = Math.min(times, Math.floor((most - taken + most * 1e-9) / amount));
    }
  return Math.max(0, times);
}

/** The first moment from which nodes together have the slots: the one wanted, or one at which something ends. */
export function plainEarliest(
  nodes: readonly Plain[],
  { amounts, slots, notBefore, lengthMs }: Wanted,
): number | undefined {
  const ends = nodes.flatMap(({ spans }) => plainMoments(spans)).filter((moment) => moment > notBefore);
  return [notBefore, ...ends.sort((a, b) => a - b)].find((start) => {
    const there = nodes.map((node) => plainTimes(node, amounts, start, start + lengthMs));
    return there.reduce((sum, times) => sum + times, 0) >= slots;
  });
}
