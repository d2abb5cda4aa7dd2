import type { Header } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import { rowOf } from '../vocabulary/names.ts';

/** Which deal a Watch or a Why names, by the Id of its Offer or Agreement; undefined where it names none. */
export function namedDeal({ headers }: Document1): string | undefined {
  const named = headers.find(isOfDeal);
  return named === undefined ? undefined : idOf(named);
}

/**
 * What keeps a Watch from being one of deals, which names one Offer or Agreement, or none: a header that says something else;
 * undefined where nothing does.
 */
export function besideDeal({ headers }: Document1): Header | undefined {
  const own = headers.filter(({ name }) => rowOf(name)?.kind !== 'envelope');
  return own.find((header) => !isOfDeal(header)) ?? own[1];
}

function isOfDeal({ name }: Header): boolean {
  return /^(?:offer|agreement)$/i.test(name);
}

/** An Id, which stands in quotes where it would be read as something else. */
function idOf({ value }: Header): string {
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === 'string' ? read : value;
  } catch {
    return value;
  }
}
