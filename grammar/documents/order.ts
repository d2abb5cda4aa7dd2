import type { Line } from './line.ts';
import type { Word } from './word.ts';

/** Where a header was written. */
export interface Place {
  /** Where it stands in the document. */
  readonly index: number;
  /** Of a repeated header as it was written first. */
  readonly word: Word;
}

/** A header on its way. */
export interface Entry extends Place {
  /** In its spelling. */
  line: Line;
  /** Whether name and value are printed as they were sent, as far as they were read. */
  isAsSent: boolean;
}

/**
 * Canonical order: the envelope as the vocabulary has it, then the rest as written, a repeated header at its first
 * place. `isRepeated` says whether any header repeats another.
 */
export function inOrder(entries: readonly Entry[], isRepeated: boolean): readonly Entry[] {
  if (!isRepeated && isInOrder(entries)) return entries;
  const envelope: Entry[] = [];
  const rest: Entry[] = [];
  for (const entry of entries) (entry.word.place === undefined ? rest : envelope).push(entry);
  envelope.sort((a, b) => (a.word.place ?? 0) - (b.word.place ?? 0));
  return envelope.concat(isRepeated ? gathered(rest) : rest);
}

/** Whether nothing stands after what belongs behind it, as in all canonical text. */
function isInOrder(entries: readonly Entry[]): boolean {
  let last = 0;
  for (const { word } of entries) {
    const place = word.place ?? Number.POSITIVE_INFINITY;
    if (place < last) return false;
    last = place;
  }
  return true;
}

function gathered(entries: readonly Entry[]): Entry[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.word.printed);
    if (group === undefined) groups.set(entry.word.printed, [entry]);
    else group.push(entry);
  }
  return [...groups.values()].flat();
}
