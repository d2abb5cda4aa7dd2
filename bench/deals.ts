import { join } from 'node:path';
import type { Bench } from './harness/bench.ts';
import { Child } from './harness/child.ts';
import { type Comparison, compareInRounds, type Side } from './harness/rounds.ts';
import { Timed } from './harness/times.ts';
import type { DealRowsRequest } from './programs/deal-rows.ts';
import type { DealsReply, DealsRequest } from './programs/deals.ts';
import type { DealRows } from './programs/standing-deals.ts';

/** Deals at once, and in one commit of the bare rows beside them. */
const many = 64;
/** How many agreements stand open. */
const fills = { whole: [10, 1_000, 10_000, 100_000], quick: [10, 100] };

type Broker = Child<DealsRequest, DealsReply>;

/** From the Ask to the Agreement, both durable, beside SQLite without a broker; and whether one costs more where many stand. */
export const dealsBench: Bench = {
  name: 'deals',
  says: 'deals from the Ask over the Offer to the Agreement, in process, each answer after its commit',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const counts = (context.quick ? fills.quick : fills.whole).filter((count) => count <= context.upTo);
    const brokers: { readonly count: number; readonly broker: Broker }[] = [];
    let rows: DealRows = {};
    for (const count of counts) {
      context.say(`making ${count.toLocaleString('en-US')} agreements`);
      const broker: Broker = running.use(new Child(new URL('./programs/deals.ts', import.meta.url)));
      const folder = join(context.folder, `broker-${count}`);
      const opened = await broker.call({ does: 'open', folder, count });
      if (brokers.length === 0) rows = opened.rows;
      brokers.push({ count, broker });
    }
    const bare = running.use(
      new Child<DealRowsRequest, number>(new URL('./programs/deal-rows.ts', import.meta.url)),
    );
    const bareSide = (what: string, dealsACommit: number): Side => ({
      what,
      run: (windowMs) => bare.call({ folder: context.folder, rows, dealsACommit, windowMs }),
    });
    const alone = brokers.map(({ count, broker }) => {
      const what = `one after the other, ${count.toLocaleString('en-US')} agreements open`;
      return new Timed(
        what,
        async (windowMs) => (await broker.call({ does: 'deal', atOnce: 1, windowMs })).timesMs,
      );
    });
    const together = brokers.map(({ count, broker }) => ({
      what: `${many} at once, ${count.toLocaleString('en-US')} agreements open`,
      run: async (windowMs: number) =>
        (await broker.call({ does: 'deal', atOnce: many, windowMs })).perSecond,
    }));
    const [first, ...more] = alone;
    const [firstTogether, ...moreTogether] = together;
    if (first === undefined || firstTogether === undefined) return { comparisons: [], figures: [] };
    const comparisons: Comparison[] = [
      { measured: first, beside: bareSide('bare SQLite, the same rows, two commits a deal', 1) },
      {
        measured: firstTogether,
        beside: bareSide(`bare SQLite, the same rows, two commits for ${many} deals`, many),
      },
      ...more.map((measured) => ({ measured, beside: first })),
      ...moreTogether.map((measured) => ({ measured, beside: firstTogether })),
    ];
    const compared = await compareInRounds(comparisons, context);
    return { comparisons: compared, figures: alone.flatMap((side) => side.figures([0.5, 0.95])) };
  },
};
