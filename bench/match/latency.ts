import type { Bench, Figure } from '../harness/bench.ts';
import { type Comparison, compareInRounds } from '../harness/rounds.ts';
import { figureOf, Timed } from '../harness/times.ts';
import { libclassadSide } from './peers.ts';
import { counted, type Matching, matchingChild } from './sides.ts';
import type { Taken } from './taken.ts';

/** Requests that one turn puts, none of which was put before; of few matches is what this share of the Tells serves. */
const requestsATurn = 1_000;
const few = 0.01;
/** How many windows a turn may take: over a million Tells it ends before all its requests were put. */
const windowsATurn = 10;
/** Where the requests of the warm-up begin, which no round takes; and how long all of them may take. */
const firstWarm = 900_000;
const warmMs = 60_000;
/** Explanations of one turn, and the first request that is explained, none of which is answered too. */
const explanationsATurn = 20;
const firstExplained = 500_000;

/** What one table of Tells shows: its answers, those of them that few Tells match, and explanations. */
interface Table {
  readonly tells: number;
  readonly all: Timed;
  readonly rare: Timed;
  readonly why: Timed;
  /** The longest slices of answers, and of explanations, by turn, in milliseconds. */
  readonly slices: () => Figure[];
}

/** How long one Ask takes in process, the ten best found, over few Tells and over many. */
export const latencyBench: Bench = {
  name: 'match-latency',
  says: 'Asks answered one after the other, in process',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const sizes = context.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
    // The largest takes as long to tell as all others together, each in a process of its own.
    const tables = await Promise.all(
      sizes
        .filter((size) => size <= context.upTo)
        .map(async (tells) => tableOf(tells, running.use(await matchingChild(tells, true, context)))),
    );
    const [smallest, ...larger] = tables;
    const most = tables.findLast(({ tells }) => tells <= 100_000);
    if (smallest === undefined || most === undefined) throw new Error('there is no table');
    const peer = await libclassadSide('requests', most.tells, context, running);
    const comparisons: Comparison[] = [
      { measured: most.all, beside: peer },
      ...larger.map(({ all }) => ({ measured: all, beside: smallest.all })),
      ...larger.map(({ rare }) => ({ measured: rare, beside: smallest.rare })),
      { measured: most.why, beside: most.all },
      ...larger.map(({ why }) => ({ measured: why, beside: smallest.why })),
    ];
    const compared = await compareInRounds(comparisons, context);
    const figures = tables.flatMap(({ all, rare, why, slices }) => [
      ...[all, rare, why].flatMap((one) => one.figures([0.5, 0.99])),
      ...slices(),
    ]);
    return { comparisons: compared, figures };
  },
};

function tableOf(tells: number, child: Matching): Table {
  let answered = firstWarm;
  let explained = firstExplained;
  let last: readonly Taken[] = [];
  const longest = { answer: [] as number[], explain: [] as number[] };
  const put = async (kind: 'answer' | 'explain', first: number, count: number, mostMs: number) => {
    const { times } = await child.call({ kind, first, count, mostMs });
    longest[kind].push(Math.max(...times.map(({ sliceMs }) => sliceMs)));
    return times;
  };
  const over = `over ${counted(tells)} Tells`;
  const all = new Timed(`Asks ${over}`, async (windowMs) => {
    const isWarmUp = answered === firstWarm;
    last = await put('answer', answered, requestsATurn, isWarmUp ? warmMs : windowMs * windowsATurn);
    answered = isWarmUp ? 0 : answered + requestsATurn;
    return last.map(({ ms }) => ms);
  });
  // Sides run in the order in which they first stand: this one after the one above, whose times it takes up.
  const rare = new Timed(`Asks that less than 1 % match, ${over}`, async () =>
    last.filter(({ matches }) => matches < few * tells).map(({ ms }) => ms),
  );
  const why = new Timed(`explanations with what would help, ${over}`, async (windowMs) => {
    const times = await put('explain', explained, explanationsATurn, windowMs * windowsATurn);
    explained += explanationsATurn;
    return times.map(({ ms }) => ms);
  });
  const slices = () => [
    figureOf(`longest slice of an answer ${over}`, 'ms', longest.answer.slice(1)),
    figureOf(`longest slice of an explanation ${over}`, 'ms', longest.explain.slice(1)),
  ];
  return { tells, all, rare, why, slices };
}
