import type { Party } from '../../grammar/index.ts';
import type { Sliced } from '../../grammar/matching/index.ts';
import { WaitingAsks } from '../../grammar/waiting/index.ts';
import { answerParent } from '../harness/program.ts';
import { jobAsk, machineTell, offeringTell, waitingAsk } from '../match/documents.ts';
import { SetReader } from '../match/set.ts';
import { type Taken, taken } from '../match/taken.ts';

/** Asks that wait in this process, each for one application or for any, and Tells that come. */
export type WaitingRequest =
  | { readonly kind: 'fill'; readonly asks: number; readonly forAny: boolean }
  /** Times of the machines from `first` on: so many, or as many as the time allows. */
  | { readonly kind: 'tell'; readonly first: number; readonly count: number; readonly mostMs: number };

answerParent(waiting());

function waiting(): (request: WaitingRequest) => Promise<readonly Taken[]> {
  const reader = new SetReader();
  const asks = new WaitingAsks();
  let tellOf = offeringTell;
  return async (request) => {
    if (request.kind === 'fill') {
      tellOf = request.forAny ? machineTell : offeringTell;
      const askOf = request.forAny ? jobAsk : waitingAsk;
      for (let number = asks.size; number < request.asks; number += 1) asks.add(reader.party(askOf(number)));
      return [];
    }
    const { first, count, mostMs } = request;
    const tells = Array.from({ length: count }, (_, index) => reader.party(tellOf(first + index)));
    return timesOf(tells, asks, mostMs);
  };
}

function timesOf(tells: readonly Party[], asks: WaitingAsks, mostMs: number): Taken[] {
  const times: Taken[] = [];
  const until = performance.now() + mostMs;
  for (const tell of tells) {
    if (performance.now() >= until) break;
    times.push(taken(found(asks, tell)));
  }
  return times;
}

function* found(asks: WaitingAsks, tell: Party): Sliced<number> {
  return (yield* asks.matching(tell)).length;
}
