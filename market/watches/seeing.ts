import type { Matcher, Sliced } from '../../grammar/index.ts';
import type { Registry } from '../registry.ts';
import type { Broker, Offer, Offers } from './offers.ts';

/** A broker who sees an Ask, and the names that those of his Tells test which it matches, in small letters. */
export interface Seeing {
  readonly broker: Broker;
  readonly tested: ReadonlySet<string>;
}

/** Tells that are put to an Ask in one slice. */
const tellsASlice = 256;
/** A Tell that is looked at by itself costs about what so many do in one pass over all. */
const allPerOne = 4;

/** The brokers who see an Ask. Of Tells that test the same of it the first that matches is enough. */
export function* whoSees(matcher: Matcher, offers: Offers, registry: Registry): Sliced<Seeing[]> {
  const matching = new Set<Offer>();
  const large = new Set<Offer>();
  let left = 0;
  for (const { offers: ofBroker } of offers.brokers) {
    for (const offer of ofBroker.values()) {
      if (matchesOf(matcher, offer)) matching.add(offer);
      else if (offer.tells.size > tellsASlice) {
        large.add(offer);
        left += offer.tells.size;
      }
      yield;
    }
  }
  if (left * allPerOne > registry.size) yield* lookAmongAll(matcher, large, matching, offers, registry);
  else yield* lookAtEach(matcher, large, matching);
  return seeingOf(offers.brokers, matching);
}

/** Whether one of the first Tells of an offer matches. */
function matchesOf(matcher: Matcher, { tells }: Offer): boolean {
  let looked = 0;
  for (const { at } of tells) {
    if (matcher.matches(at)) return true;
    looked += 1;
    if (looked === tellsASlice) return false;
  }
  return false;
}

function* lookAtEach(matcher: Matcher, large: Iterable<Offer>, matching: Set<Offer>): Sliced<void> {
  let looked = 0;
  for (const offer of large) {
    for (const live of offer.tells) {
      looked += 1;
      if (looked % tellsASlice === 0) yield;
      // It may have ended in the meantime.
      if (live.at < 0 || !matcher.matches(live.at)) continue;
      matching.add(offer);
      break;
    }
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
      seeing.push({ broker, tested: new Set(offers.flatMap(({ tested }) => tested)) });
    }
  }
  return seeing;
}
