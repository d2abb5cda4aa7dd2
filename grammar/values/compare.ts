import type { Truth, Value } from './value.ts';
import { orderVersions } from './version.ts';

/** Whether two values are the same; UNKNOWN where they do not compare. */
export function equal(a: Value, b: Value): Truth {
  if (a.kind === 'string') return b.kind === 'string' ? a.text === b.text : undefined;
  if (a.kind === 'boolean') return b.kind === 'boolean' ? a.value === b.value : undefined;
  const sign = order(a, b);
  return sign === undefined ? undefined : sign === 0;
}

/**
 * Negative, zero or positive; UNKNOWN where the values do not compare: they are of different types, dimensions,
 * currencies or units of charge, or strings or Booleans, which have no order.
 */
export function order(a: Value, b: Value): number | undefined {
  switch (a.kind) {
    case 'number':
      return b.kind === 'number' ? difference(a.value, b.value) : undefined;
    case 'quantity':
      return b.kind === 'quantity' && a.dimension === b.dimension ? difference(a.value, b.value) : undefined;
    case 'timestamp':
      return b.kind === 'timestamp' ? difference(a.value, b.value) : undefined;
    case 'version':
      return b.kind === 'version' ? orderVersions(a, b) : undefined;
    case 'money':
      if (b.kind !== 'money' || a.currency !== b.currency || a.per !== b.per) return undefined;
      return a.nano < b.nano ? -1 : Number(a.nano > b.nano);
    default:
      return undefined;
  }
}

function difference(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
