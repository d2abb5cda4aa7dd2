import type { Bench } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import { filledFolder } from '../harness/filled.ts';
import { compareInRounds } from '../harness/rounds.ts';
import { type LongestTurn, Service } from '../harness/service.ts';
import { Timed } from '../harness/times.ts';
import type { NeighboursReply, NeighboursRequest } from '../programs/neighbours.ts';
import { counted } from './sides.ts';
import { stretches, turnFigures } from './stretches.ts';

/** How many windows a turn takes, so that each has several of the heavy. */
const windowsATurn = 10;
/** Jobs between the first of one turn and that of the next: more than are explained in one. */
const jobsATurn = 1_000;

/** What others notice of one who has long work done: the time of cheap Asks beside it, and how long the event loop stood. */
export const fairnessBench: Bench = {
  name: 'match-fairness',
  says: 'Asks of version 0.1 at a steady pace, while another has it explained what would help, and a third asks as of then',
  async run(context) {
    const tells = context.quick ? 1_000 : 100_000;
    const data = await filledFolder(tells, 'machines', context);
    await using running = new AsyncDisposableStack();
    const market = running.use(await Service.start({ name: 'market', data, watchLoop: true }));
    const neighbours: Child<NeighboursRequest, NeighboursReply> = running.use(
      new Child(new URL('../programs/neighbours.ts', import.meta.url)),
    );
    const over = `${counted(tells)} Tells`;
    let turn = 0;
    let whys: readonly number[] = [];
    const turns = { alone: [] as LongestTurn[], beside: [] as LongestTurn[] };
    const cheap = (what: string, heavy: boolean) =>
      new Timed(`${what}, ${over}`, async (windowMs) => {
        const first = turn * jobsATurn;
        turn += 1;
        await market.longestTurn();
        const reply = await neighbours.call({
          to: market.text,
          heavy,
          first,
          windowMs: windowMs * windowsATurn,
        });
        turns[heavy ? 'beside' : 'alone'].push(await market.longestTurn());
        if (heavy) whys = reply.heavy;
        return reply.cheap;
      });
    const alone = cheap('cheap Asks alone', false);
    const beside = cheap('cheap Asks beside long work', true);
    const why = new Timed(`the long work itself, over the text door, ${over}`, async () => whys);
    const compared = await compareInRounds(
      [
        { measured: beside, beside: alone },
        { measured: why, beside: alone },
      ],
      context,
    );
    context.say('long work by itself');
    const byItself = await stretches(market, over, context.rounds);
    return {
      comparisons: compared,
      figures: [
        ...[alone, beside].flatMap((one) => one.figures([0.5, 0.99, 1])),
        ...why.figures([0.5]),
        ...turnFigures(alone.what, turns.alone.slice(1)),
        ...turnFigures(beside.what, turns.beside.slice(1)),
        ...byItself,
      ],
    };
  },
};
