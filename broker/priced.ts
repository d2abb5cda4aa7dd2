import { priceOf } from '../grammar/index.ts';
import type { Change } from './announcer.ts';
import { sizeOfHeader } from './left.ts';
import type { Node } from './node.ts';
import type { Pricing } from './strategies/pricing.ts';

/** Nodes with what they cost now; one whose owner says a Price costs that. */
export function pricedNodes(nodes: readonly Node[], pricing: Pricing | undefined): readonly Node[] {
  if (pricing === undefined) return nodes;
  return nodes.map((node) => {
    if (node.says.some(({ name }) => name === 'Price')) return node;
    const prices = pricing.prices({ says: node.says, utilisation: utilisationOf(node) });
    return prices.length === 0 ? node : { ...node, prices };
  });
}

/**
 * How much of a node is taken, in whole hundredths: what this broker has given out of it; else, as its agent says, of its
 * processors, memory or places in a queue what is taken most; else its load.
 */
export function utilisationOf({ share, left, load = 0, says }: Taken): number {
  if (share !== undefined) return hundredths(share);
  if (left === undefined) return hundredths(load);
  if (left.isSoldOut) return 100;
  if (left.isWhole) return 0;
  const taken = (name: string, free: number | undefined) => {
    const size = sizeOfHeader(says.find((header) => header.name === name)) ?? 0;
    return free === undefined || size <= 0 ? 0 : 1 - free / size;
  };
  const most = Math.max(
    taken('Cpus', left.cpus),
    taken('Memory', left.memoryBytes),
    taken('Slots', left.slots),
  );
  return hundredths(most);
}

type Taken = Pick<Node, 'share' | 'left' | 'load' | 'says'>;

export function hundredths(part: number): number {
  return Math.round(Math.min(1, Math.max(0, part)) * 100);
}

/**
 * How far prices are from those that were told: great where something else is charged, small where a rate moved by `step`
 * hundredths of what was told or more.
 */
export function changeOfPrices(
  now: readonly string[] = [],
  told: readonly string[] = [],
  step: number,
): Change {
  if (now.length !== told.length) return 'great';
  if (now.every((text, index) => text === told[index])) return 'none';
  const [rates, ratesTold] = [now.flatMap(ratesOf), told.flatMap(ratesOf)];
  if (rates.length !== ratesTold.length) return 'great';
  let change: Change = 'none';
  for (const [index, { nano, of }] of rates.entries()) {
    const before = ratesTold[index];
    if (before?.of !== of) return 'great';
    const moved = nano > before.nano ? nano - before.nano : before.nano - nano;
    if (moved > 0n && moved * 100n >= before.nano * BigInt(step)) change = 'small';
  }
  return change;
}

function ratesOf(text: string): { readonly nano: bigint; readonly of: string }[] {
  const price = priceOf(text);
  if ('problem' in price) return [];
  return price.rates.map(({ nano, per = 'job' }) => ({ nano, of: `${price.currency} ${per}` }));
}
