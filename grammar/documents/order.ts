import type { Word } from './word.ts';

/** A header on its way. */
export interface Entry {
  /** Where it stands in the document. */
  readonly index: number;
  /** Of a repeated header as it was written first. */
  readonly word: Word;
  readonly text: string;
}

/**
 * Canonical order: the envelope as the vocabulary has it, then the rest as written, a repeated header at its first
 * place. `isRepeated` says whether any header repeats another.
 */
export function inOrder(entries: readonly Entry[], isRepeated: boolean): Entry[] {
  const envelope = entries.filter(({ word }) => word.place !== undefined);
  const rest = entries.filter(({ word }) => word.place === undefined);
  envelope.sort((a, b) => (a.word.place ?? 0) - (b.word.place ?? 0));
  return envelope.concat(isRepeated ? gathered(rest) : rest);
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
