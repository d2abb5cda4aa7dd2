import { editedAsk } from '../../grammar/answering/index.ts';
import type { Document1 } from '../../grammar/index.ts';
import { explain, finish, Matcher, type Sliced, Supply, suggest } from '../../grammar/matching/index.ts';
import { answerParent } from '../harness/program.ts';
import { byHand } from '../match/by-hand.ts';
import { jobAsk, machineTell } from '../match/documents.ts';
import { type Answered, checkAnswers, SetReader } from '../match/set.ts';
import { type Taken, taken } from '../match/taken.ts';

/** The first machines of the set, told to a table in this process, and what is done with them. */
export type MatchingRequest =
  /**
   * Up to so many are told, beside those that were told before. `indexed` is whether the table keeps what it found for
   * the next Ask, as a market's does, and counts for the first of them.
   */
  | { readonly kind: 'fill'; readonly tells: number; readonly indexed: boolean }
  /** Compares with libclassad; the reply is how many answers were the same. */
  | { readonly kind: 'check' }
  /** Pairs a second of processor time: requests one after the other, each put to every Tell. */
  | { readonly kind: 'scan'; readonly windowMs: number }
  /** The same by a loop that is written for one request. */
  | { readonly kind: 'by hand'; readonly windowMs: number }
  /** Times of the jobs from `first` on, each answered once: so many, or as many as the time allows. */
  | {
      readonly kind: 'answer' | 'explain';
      readonly first: number;
      readonly count: number;
      readonly mostMs: number;
    };

export interface MatchingReply {
  readonly rate: number;
  readonly times: readonly Taken[];
}

/** As many changes of an Ask as a market tries where its owner says nothing. */
const suggestionsTried = 32;
/** Requests whose scan is measured. */
const requestsScanned = 100;

answerParent(matching());

function matching(): (request: MatchingRequest) => Promise<MatchingReply> {
  const reader = new SetReader();
  let supply = new Supply();
  let hand: (() => number) | undefined;
  let next = 0;
  return async (request) => {
    switch (request.kind) {
      case 'fill':
        if (supply.size === 0 && !request.indexed) supply = new Supply({ verdicts: 0, ranks: 0 });
        while (supply.size < request.tells) supply.add(reader.party(machineTell(supply.size)));
        return { rate: 0, times: [] };
      case 'check':
        return {
          rate: await checkAnswers(supply.size, (number) => answered(number, reader, supply)),
          times: [],
        };
      case 'scan': {
        const asks = Array.from({ length: requestsScanned }, (_, number) => reader.party(jobAsk(number)));
        const rate = perCpuSecond(request.windowMs, () => {
          next = (next + 1) % asks.length;
          const ask = asks[next];
          if (ask !== undefined) finish(new Matcher(ask, supply).answer());
          return supply.size;
        });
        return { rate, times: [] };
      }
      case 'by hand':
        hand ??= byHand(supply.size);
        return { rate: perCpuSecond(request.windowMs, hand), times: [] };
      default: {
        const work = request.kind === 'answer' ? answerOne : explainOne;
        return { rate: 0, times: timesOf(request, reader, (ask) => work(ask, supply)) };
      }
    }
  };
}

function answered(number: number, reader: SetReader, supply: Supply): Answered {
  const matcher = new Matcher(reader.party(jobAsk(number)), supply);
  const { rows, matched } = finish(matcher.answer());
  const [row] = rows;
  return row === undefined
    ? { matches: matched, best: '' }
    : { matches: matched, best: supply.idOf(row), rank: Number(matcher.rank(row)) };
}

function* answerOne({ party }: Document1, supply: Supply): Sliced<number> {
  return party === undefined ? 0 : (yield* new Matcher(party, supply).answer()).matched;
}

/** All that a Why is told: the counts of every clause, and the changes that were tried. */
function* explainOne(ask: Document1, supply: Supply): Sliced<number> {
  if (ask.party === undefined) return 0;
  const matcher = new Matcher(ask.party, supply);
  const explanation = yield* explain(matcher);
  yield* suggest(matcher, explanation, (edit) => editedAsk(ask, edit), suggestionsTried);
  return explanation.matched;
}

/** Each request is read before its clock runs. */
function timesOf(
  { first, count, mostMs }: { readonly first: number; readonly count: number; readonly mostMs: number },
  reader: SetReader,
  work: (ask: Document1) => Sliced<number>,
): Taken[] {
  const times: Taken[] = [];
  const until = performance.now() + mostMs;
  for (let number = first; number < first + count && performance.now() < until; number += 1) {
    const ask = reader.document(jobAsk(number));
    times.push(taken(work(ask)));
  }
  return times;
}

/** How many there are a second of this process's processor time, all its threads counted. */
function perCpuSecond(windowMs: number, once: () => number): number {
  const begun = process.cpuUsage();
  const until = performance.now() + windowMs;
  let count = 0;
  while (performance.now() < until) count += once();
  const { user, system } = process.cpuUsage(begun);
  return (count * 1e6) / (user + system);
}
