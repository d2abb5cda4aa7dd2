import type { Bench } from '../harness/bench.ts';
import { compareInRounds, type Side } from '../harness/rounds.ts';
import type { MatchingRequest } from '../programs/matching.ts';
import { libclassadSide } from './peers.ts';
import { counted, type Matching, matchingChild } from './sides.ts';

/** The compiled scan of every Ask over every Tell, after each answer was found equal to libclassad's. */
export const scanBench: Bench = {
  name: 'match-scan',
  says: 'pairs of an Ask and a Tell a second of one processor: both sides tested, without an index, ten best kept',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const scanned = context.quick ? 1_000 : 100_000;
    const table = running.use(await matchingChild(scanned, false, context));
    const measured = side(`pairs scanned, ${counted(scanned)} Tells`, 'scan', table);
    const peer = await libclassadSide('pairs', 1, context, running);
    const hand = side("one request's base by hand", 'by hand', table);
    const comparisons = [peer, hand].map((beside) => ({ measured, beside }));
    return { comparisons: await compareInRounds(comparisons, context), figures: [] };
  },
};

function side(what: string, kind: 'scan' | 'by hand', table: Matching): Side {
  return {
    what,
    async run(windowMs) {
      const request: MatchingRequest = { kind, windowMs };
      return (await table.call(request)).rate;
    },
  };
}
