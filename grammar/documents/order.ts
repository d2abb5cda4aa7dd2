import { names } from '../vocabulary/names.ts';
import type { Label } from './label.ts';

/** A header on its way. */
export interface Entry {
  /** Where it stands in the document. */
  readonly index: number;
  readonly label: Label;
  /** The name as it is printed; of a repeated unknown name as it was written first. */
  readonly printed: string;
  readonly text: string;
}

const places: ReadonlyMap<string, number> = new Map(
  names.filter(({ kind }) => kind === 'envelope').map(({ name }, place) => [name, place]),
);

/** Canonical order: the envelope as the vocabulary has it, then the rest as written, a repeated header at its first place. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const envelope: Entry[] = [];
  const rest = new Map<string, Entry[]>();
  for (const entry of entries) {
    const repeated = rest.get(entry.printed);
    if (entry.label.row?.kind === 'envelope') envelope.push(entry);
    else if (repeated === undefined) rest.set(entry.printed, [entry]);
    else repeated.push(entry);
  }
  envelope.sort((a, b) => placeOf(a) - placeOf(b));
  return [...envelope, ...[...rest.values()].flat()];
}

function placeOf({ label }: Entry): number {
  return places.get(label.spelled) ?? places.size;
}
