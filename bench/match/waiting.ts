import type { Bench, BenchContext } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import { compareInRounds } from '../harness/rounds.ts';
import { Timed } from '../harness/times.ts';
import type { WaitingRequest } from '../programs/waiting.ts';
import { counted } from './sides.ts';
import type { Taken } from './taken.ts';

/** Tells of one turn, none of which came before, and how many windows they may take. */
const tellsATurn = 1_000;
const windowsATurn = 2;

/** Which of many Asks that wait a Tell matches. */
export const waitingBench: Bench = {
  name: 'match-waiting',
  says: 'Tells put to the Asks that wait, one after the other, in process',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const sizes = context.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
    const sides: Timed[] = [];
    for (const asks of sizes.filter((size) => size <= context.upTo)) {
      const what = `Tells against ${counted(asks)} Asks, each for an application`;
      sides.push(await side(what, asks, false, context, running));
    }
    const anyAsks = context.quick ? 1_000 : Math.min(100_000, context.upTo);
    const any = await side(`Tells against ${counted(anyAsks)} Asks for any`, anyAsks, true, context, running);
    const [smallest, ...larger] = sides;
    if (smallest === undefined) throw new Error('no Asks wait');
    const compared = await compareInRounds(
      [...larger, any].map((measured) => ({ measured, beside: smallest })),
      context,
    );
    return { comparisons: compared, figures: [...sides, any].flatMap((one) => one.figures([0.5, 0.99])) };
  },
};

async function side(
  what: string,
  asks: number,
  forAny: boolean,
  { say }: BenchContext,
  running: AsyncDisposableStack,
): Promise<Timed> {
  const child: Child<WaitingRequest, readonly Taken[]> = running.use(
    new Child(new URL('../programs/waiting.ts', import.meta.url), ['--max-old-space-size=12288']),
  );
  say(`${counted(asks)} Asks begin to wait`);
  await child.call({ kind: 'fill', asks, forAny });
  let turn = 0;
  return new Timed(what, async (windowMs) => {
    const first = turn * tellsATurn;
    turn += 1;
    const mostMs = windowMs * windowsATurn;
    const times = await child.call({ kind: 'tell', first, count: tellsATurn, mostMs });
    return times.map(({ ms }) => ms);
  });
}
