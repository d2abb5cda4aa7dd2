import type { Bench } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import { filledFolder } from '../harness/filled.ts';
import { compareInRounds } from '../harness/rounds.ts';
import { Service } from '../harness/service.ts';
import { Timed } from '../harness/times.ts';
import type { AskerReply, AskerRequest } from '../programs/asker.ts';
import { collectorQuerySide } from './peers.ts';
import { checkAnswers } from './set.ts';
import { counted } from './sides.ts';

type Asker = Child<AskerRequest, readonly AskerReply[]>;
type Door = AskerRequest['door'];

/** Requests of one turn, none of which was put before, and how many windows they may take where it is not to be short. */
const requestsATurn = 1_000;
const windowsATurn = 10;
/** The first request that no check puts. */
const firstMeasured = 1_000;
/** How many requests the longest check puts. */
const checked = 1_000;

/** The same Asks as in process, over the doors of a market in a process of its own. */
export const wireBench: Bench = {
  name: 'match-wire',
  says: 'Asks answered one after the other over one connection, the ten best in full',
  async run(context) {
    const tells = context.quick ? 1_000 : 100_000;
    const data = await filledFolder(tells, 'machines', context);
    await using running = new AsyncDisposableStack();
    const market = running.use(await Service.start({ name: 'market', data }));
    const asker: Asker = running.use(new Child(new URL('../programs/asker.ts', import.meta.url)));
    const call = (door: Door, first: number, count: number, mostMs: number) =>
      asker.call({ door, to: door === 'text' ? market.text : market.http, first, count, mostMs });

    const answers = await call('text', 0, context.quick ? checked : 20, Number.MAX_SAFE_INTEGER);
    const same = await checkAnswers(
      tells,
      (request) => answers[request] ?? { matches: Number.NaN, best: '' },
    );
    context.say(`${counted(same)} answers over ${counted(tells)} machines equal libclassad's`);

    const windows = context.quick ? 1 : windowsATurn;
    let turn = 0;
    const timed = (what: string, door: Door) =>
      new Timed(`${what}, ${counted(tells)} Tells`, async (windowMs) => {
        const first = firstMeasured + turn * requestsATurn;
        turn += 1;
        return (await call(door, first, requestsATurn, windowMs * windows)).map(({ ms }) => ms);
      });
    const text = timed('Asks over the text door', 'text');
    const socket = timed('Asks over a WebSocket', 'websocket');
    const collector = await collectorQuerySide(tells, context, running);
    const compared = await compareInRounds(
      [
        { measured: text, beside: collector },
        { measured: socket, beside: collector },
      ],
      context,
    );
    return { comparisons: compared, figures: [text, socket].flatMap((one) => one.figures([0.5, 0.99])) };
  },
};
