import type { Party } from '../../grammar/documents/model.ts';
import { explain, finish, Matcher, type Supply } from '../../grammar/matching/index.ts';
import type { Bench, Figure } from '../harness/bench.ts';
import { compareInRounds, type Side } from '../harness/rounds.ts';
import type { Ad } from './documents.ts';
import { adsOf, checkAnswers, generate, requestsOf, supplyOf } from './set.ts';

/** Requests that one pass takes, and the machines that they are put to. */
const requests = 100;

/** The compiled scan of every Ask over every Tell, after each answer was found equal to libclassad's. */
export const matchBench: Bench = {
  name: 'match',
  says: 'pairs of an Ask and a Tell, both sides tested, ten best kept',
  async run(context) {
    const { folder, quick, say } = context;
    await generate(folder);
    const asks = await requestsOf(folder);
    const figures: Figure[] = [];
    let last: { ads: readonly Ad[]; supply: Supply } | undefined;
    for (const [size, machines] of quick ? sizes.slice(0, 1) : sizes) {
      const ads = await adsOf(folder, machines);
      const supply = supplyOf(ads);
      say(`${await checkAnswers(size, asks, supply)} answers of ${size} equal libclassad's`);
      last = { ads, supply };
    }
    if (last === undefined) throw new Error('no machines');
    const { ads, supply } = last;
    const begun = performance.now();
    finish(explain(new Matcher(asks[1] as Party, supply)));
    figures.push({
      what: `explanation over ${supply.size} Tells`,
      value: performance.now() - begun,
      unit: 'ms',
    });
    const measured = scanSide(asks.slice(0, requests), supply);
    const comparisons = await compareInRounds([{ measured, beside: loopSide(ads) }], context);
    return { comparisons, figures };
  },
};

const sizes: readonly (readonly [size: string, machines: string])[] = [
  ['1000x1k', '1k'],
  ['100x10k', '10k'],
  ['20x100k', '100k'],
];

function scanSide(asks: readonly Party[], supply: Supply): Side {
  let at = 0;
  return {
    what: `pairs scanned, ${supply.size} Tells`,
    run: (windowMs) =>
      rate(windowMs, () => {
        at = (at + 1) % asks.length;
        finish(new Matcher(asks[at] as Party, supply).answer());
        return supply.size;
      }),
  };
}

/** The least that any scan does: the base of a request by hand, over typed arrays of the same columns. */
function loopSide(ads: readonly Ad[]): Side {
  const numbers = (name: string) => Float64Array.from(ads, (ad) => Number(ad[name]));
  const flags = (holds: (ad: Ad) => boolean) => Uint8Array.from(ads, (ad) => Number(holds(ad)));
  const [cpus, memory, disk] = [numbers('Cpus'), numbers('Memory'), numbers('Disk')];
  const [price, wall, reputation] = [
    numbers('PricePerCoreHour'),
    numbers('MaxWallTime'),
    numbers('Reputation'),
  ];
  const arch = flags((ad) => ad.Arch === 'X86_64');
  const os = flags((ad) => ad.OpSys === 'LINUX');
  const vo = flags((ad) => (ad.AllowedVOs as readonly string[]).includes('atlas'));
  let best = -1;
  return {
    what: `one request's base by hand`,
    run: (windowMs) =>
      rate(windowMs, () => {
        let highest = Number.NEGATIVE_INFINITY;
        for (let row = 0; row < cpus.length; row += 1) {
          if (arch[row] === 0 || os[row] === 0 || vo[row] === 0) continue;
          if (!((cpus[row] ?? 0) >= 2 && (memory[row] ?? 0) >= 4000 && (disk[row] ?? 0) >= 4_000_000))
            continue;
          if (!((price[row] ?? 0) <= 0.06 && (wall[row] ?? 0) >= 7200)) continue;
          const rank = (reputation[row] ?? 0) * 100 - (price[row] ?? 0) * 1000;
          if (rank > highest) {
            highest = rank;
            best = row;
          }
        }
        if (best < 0) throw new Error('nothing found');
        return cpus.length;
      }),
  };
}

/** A second, until the window is over. */
async function rate(windowMs: number, once: () => number): Promise<number> {
  const begun = performance.now();
  const until = begun + windowMs;
  let count = 0;
  while (performance.now() < until) count += once();
  return (count * 1_000) / (performance.now() - begun);
}
