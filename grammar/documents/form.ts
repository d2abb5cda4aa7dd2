import { rowIsRead } from './envelope.ts';
import { placesOf } from './fact-list.ts';
import type { Place } from './order.ts';
import type { Word } from './word.ts';

/** A header of a Tell whose name is known, and which says no fact. */
export interface Other {
  /** Which of them it is, as they were sent. */
  readonly at: number;
  readonly word: Word;
  /** Whether it is about the document itself. */
  readonly isAbout: boolean;
}

/** Headers that stand one after another in the text that was sent, and in canonical text too: `until` is not included. */
export interface Run {
  readonly from: number;
  readonly until: number;
}

/** What the names of a Tell decide, where each is written as it is printed: all but what the values say. */
export interface Form {
  /** By place in canonical order where each header stands as they were sent; absent where that is the same. */
  readonly indexes: readonly number[] | undefined;
  /** The names under which it says facts, in their order, in which they were sent too. */
  readonly facts: readonly string[];
  /** Where each of them stands among the others. */
  readonly places: ReadonlyMap<string, number>;
  /** The others of which it matters what they say, in canonical order. */
  readonly others: readonly Other[];
  /** What canonical text takes from the text that was sent, in its order. */
  readonly runs: readonly Run[];
}

/** The form of a Tell with headers in these places; nothing where one is printed otherwise than it is written. */
export function formOf(places: readonly Place[], written: readonly string[]): Form | undefined {
  if (places.some(({ index, word }) => written[index] !== word.printed)) return undefined;
  const facts = places.filter(({ word }) => word.role === 'fact');
  if (!areAsSent(facts)) return undefined;
  const names = facts.map(({ word }) => word.label.name);
  return {
    indexes: areAsSent(places) ? undefined : places.map(({ index }) => index),
    facts: names,
    places: placesOf(names),
    others: othersOf(places),
    runs: runsOf(places),
  };
}

/** Whether places are in the order in which their headers were sent. */
function areAsSent(places: readonly Place[]): boolean {
  return places.every(({ index }, place) => place === 0 || index > (places[place - 1]?.index ?? 0));
}

function othersOf(places: readonly Place[]): Other[] {
  const others = places.filter(({ word }) => word.role !== 'fact');
  const sent = others.map(({ index }) => index).sort((a, b) => a - b);
  return others.flatMap(({ index, word }): Other | [] => {
    const { role, label } = word;
    const isAbout = role === 'envelope';
    if (isAbout && !(label.row !== undefined && rowIsRead(label.row))) return [];
    return { at: sent.indexOf(index), word, isAbout };
  });
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
