import { rowIsRead } from './envelope.ts';
import { placesOf } from './fact-list.ts';
import type { Place } from './order.ts';
import type { Word } from './word.ts';

/** How the header of a place is read. */
export type Way = 'not' | 'envelope' | 'fact' | 'phrase';

/** A header of a Tell whose name is known. */
export interface Known {
  /** Where it stands among the headers as they were sent. */
  readonly index: number;
  readonly word: Word;
  readonly way: Way;
}

/** Headers that stand one after another in the text that was sent, and in canonical text too: `until` is not included. */
export interface Run {
  readonly from: number;
  readonly until: number;
}

/** What the names of a Tell decide, where each is written as it is printed: all but what the values say. */
export interface Form {
  /** In canonical order. */
  readonly known: readonly Known[];
  /** The names under which it says facts, in their order. */
  readonly facts: readonly string[];
  /** Where each of them stands among the others. */
  readonly places: ReadonlyMap<string, number>;
  /** What canonical text takes from the text that was sent, in its order. */
  readonly runs: readonly Run[];
}

/** The form of a Tell with headers in these places; nothing where one is printed otherwise than it is written. */
export function formOf(places: readonly Place[], written: readonly string[]): Form | undefined {
  if (places.some(({ index, word }) => written[index] !== word.printed)) return undefined;
  const known = places.map(({ index, word }): Known => ({ index, word, way: wayOf(word) }));
  const facts = places.flatMap(({ word: { role, label } }) => (role === 'fact' ? label.name : []));
  return { known, facts, places: placesOf(facts), runs: runsOf(places) };
}

function wayOf({ role, label: { row } }: Word): Way {
  if (role === 'fact') return 'fact';
  if (role !== 'envelope') return 'phrase';
  return row !== undefined && rowIsRead(row) ? 'envelope' : 'not';
}

function runsOf(places: readonly Place[]): Run[] {
  const runs: { from: number; until: number }[] = [];
  for (const { index } of places) {
    const last = runs.at(-1);
    if (last?.until === index) last.until += 1;
    else runs.push({ from: index, until: index + 1 });
  }
  return runs;
}
