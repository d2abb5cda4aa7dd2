import type { Bench, Figure } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import type { MemoryReply, MemoryRequest } from '../programs/memory.ts';
import { counted } from './sides.ts';

/** What a Tell costs in memory beyond its text, and an Ask that waits. */
export const memoryBench: Bench = {
  name: 'match-memory',
  says: 'bytes each on the heap and outside of it, after everything else was given back',
  async run({ folder, quick, upTo, say }) {
    const count = quick ? 10_000 : 100_000;
    const held = async (what: MemoryRequest['what'], count: number) => {
      say(`holding ${counted(count)}: ${what}`);
      await using child = new Child<MemoryRequest, MemoryReply>(
        new URL('../programs/memory.ts', import.meta.url),
        ['--expose-gc', '--max-old-space-size=8192'],
      );
      return await child.call({ what, count, folder }); // before the child is ended
    };
    const table = await held('table', count);
    const largest = quick || upTo <= count ? undefined : await held('table', upTo);
    const market = await held('market', count);
    const waiting = await held('waiting', count);
    const figure = (what: string, value: number): Figure => ({ what, value, unit: 'B' });
    const of = `of ${counted(count)}`;
    return {
      comparisons: [],
      figures: [
        figure(`text of a Tell of 40 headers`, table.text),
        figure(`a Tell in the table of matching, ${of}`, table.bytes),
        figure(`the same after 1,000 different Asks, ${of}`, table.used),
        ...(largest === undefined
          ? []
          : [figure(`a Tell in the table of matching, of ${counted(upTo)}`, largest.bytes)]),
        figure(`a Tell in the whole market beyond its text, ${of}`, market.bytes - market.text),
        figure(`text of an Ask that waits`, waiting.text),
        figure(`an Ask that waits, ${of}`, waiting.used),
      ],
    };
  },
};
