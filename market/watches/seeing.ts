import { effortASlice, type Matcher, type Sliced } from '../../grammar/index.ts';
import type { Registry } from '../registry.ts';
import type { Broker, Offer, Offers } from './offers.ts';

/** A broker who sees an Ask, and the names that those of his Tells test which it matches, in small letters. */
export interface Seeing {
  readonly broker: Broker;
  readonly tested: ReadonlySet<string>;
  /** The same in one text, alike for brokers who test the same. */
  readonly names: string;
}

/** Tells that are put to an Ask in one slice, where no verdict takes long. */
const tellsASlice = 256;
/** A Tell that is looked at by itself costs about what so many do in one pass over all. */
const allPerOne = 4;

/** The brokers who see an Ask. Of Tells that test the same of it the first that matches is enough. */
export function* whoSees(matcher: Matcher, offers: Offers, registry: Registry): Sliced<Seeing[]> {
  const looks = new Looks(matcher);
  const matching = new Set<Offer>();
  const large = new Set<Offer>();
  let left = 0;
  for (const { offers: ofBroker } of offers.brokers) {
    for (const offer of ofBroker.values()) {
      if (yield* looks.matchesOneOf(offer, tellsASlice)) matching.add(offer);
      else if (offer.tells.size > tellsASlice) {
        large.add(offer);
        left += offer.tells.size;
      }
      yield;
    }
  }
  if (left * allPerOne > registry.size) yield* lookAmongAll(matcher, large, matching, offers, registry);
  else {
    for (const offer of large) {
      if (yield* looks.matchesOneOf(offer, Number.POSITIVE_INFINITY)) matching.add(offer);
    }
  }
  return seeingOf(offers.brokers, matching);
}

/** Puts Tells to an Ask one by one, until a slice is over. */
class Looks {
  readonly #matcher: Matcher;
  #looked = 0;
  #until: number;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
    this.#until = matcher.effort + effortASlice;
  }

  /** Whether one of the first Tells of an offer matches, of so many at most. */
  *matchesOneOf({ tells }: Offer, most: number): Sliced<boolean> {
    let looked = 0;
    for (const live of tells) {
      if (this.#isSliceOver()) yield;
      this.#looked += 1;
      // It may have ended in the meantime.
      if (live.at >= 0 && this.#matcher.matches(live.at)) return true;
      looked += 1;
      if (looked >= most) return false;
    }
    return false;
  }

  #isSliceOver(): boolean {
    const { effort } = this.#matcher;
    if (this.#looked < tellsASlice && effort < this.#until) return false;
    this.#looked = 0;
    this.#until = effort + effortASlice;
    return true;
  }
}

function* lookAmongAll(
  matcher: Matcher,
  large: Set<Offer>,
  matching: Set<Offer>,
  offers: Offers,
  registry: Registry,
): Sliced<void> {
  const { supply } = registry;
  using snapshot = supply.snapshot();
  for (const rows of matcher.matching(snapshot)) {
    for (const row of rows) {
      const live = registry.at(row, supply.toldOf(row));
      const offer = live && offers.of(live);
      if (offer === undefined || !large.delete(offer)) continue;
      matching.add(offer);
      if (large.size === 0) return;
    }
    yield;
  }
}

function seeingOf(brokers: Iterable<Broker>, matching: ReadonlySet<Offer>): Seeing[] {
  const seeing: Seeing[] = [];
  for (const broker of brokers) {
    const offers = [...broker.offers.values()].filter((offer) => matching.has(offer));
    if (offers.length > 0) {
      const tested = new Set(offers.flatMap(({ tested }) => tested));
      seeing.push({ broker, tested, names: [...tested].sort().join('\n') });
    }
  }
  return seeing;
}
