import type { Promised } from '../documents/model.ts';
import { SharedCheck } from './check.ts';
import { isCritical, missing } from './demands.ts';
import type { Matcher } from './matcher.ts';
import { atSnapshot, type Sliced } from './sliced.ts';
import { isFalse, isTrue } from './truth.ts';
import type { Snapshot } from './versions.ts';

/**
 * The terms of an Ask that are left out for a Tell that matches: of a snapshot, or of the Tells as they are when it
 * begins. A search for each of them among those Tells alone that do not know it ends with the first that matches; there
 * is none where all Tells know it.
 */
export function leftOut(matcher: Matcher, snapshot?: Snapshot): Sliced<Promised[]> {
  return atSnapshot(matcher.supply, snapshot, (at) => leftOutAt(matcher, at));
}

function* leftOutAt(matcher: Matcher, snapshot: Snapshot): Sliced<Promised[]> {
  const { ask } = matcher;
  const found: Promised[] = [];
  for (const term of ask.promises) {
    // What is critical is known to each Tell that matches.
    if (isCritical(ask, term) || !isUnknownToSome(matcher, term)) continue;
    if (yield* isAnyMatch(matcher.matching(snapshot, missingCheck(matcher, term)))) found.push(term);
  }
  return found;
}

function* isAnyMatch(slices: Iterable<Int32Array>): Sliced<boolean> {
  for (const rows of slices) {
    if (rows.length > 0) return true;
    yield;
  }
  return false;
}

function isUnknownToSome({ ask, supply: { manners } }: Matcher, term: Promised): boolean {
  for (let number = 1; number < manners.size; number += 1) {
    const manner = manners.at(number);
    if (manner !== undefined && missing(ask, manner).includes(term)) return true;
  }
  return false;
}

/** TRUE of the Tells that do not know a term. */
function missingCheck({ ask, supply }: Matcher, term: Promised): SharedCheck {
  return new SharedCheck(
    'Manners',
    `Ignored: ${term}`,
    () => ({
      things: supply.manners,
      numbersAt: (row) => supply.mannersAt(row),
      at: (row) => supply.mannerOf(row),
    }),
    (number) => {
      const manners = supply.manners.at(number);
      return manners !== undefined && missing(ask, manners).includes(term) ? isTrue : isFalse;
    },
  );
}
