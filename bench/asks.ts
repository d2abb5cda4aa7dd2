import type { Bench, BenchContext, Figure } from './harness/bench.ts';
import { Child } from './harness/child.ts';
import { filledFolder } from './harness/filled.ts';
import { type Comparison, compareInRounds, type Side } from './harness/rounds.ts';
import { Service } from './harness/service.ts';
import type { EchoDoors } from './programs/echo.ts';
import type { LoadRequest } from './programs/load.ts';

type Load = Pick<LoadRequest, 'door' | 'connections' | 'inFlight'>;

/** The ways in which Asks come. */
const ways: readonly { readonly what: string; readonly load: Load }[] = [
  { what: 'one TCP connection, 64 in flight', load: { door: 'text', connections: 1, inFlight: 64 } },
  { what: '32 TCP connections', load: { door: 'text', connections: 32, inFlight: 1 } },
  { what: '32 HTTP connections', load: { door: 'http', connections: 32, inFlight: 1 } },
];

interface Filled {
  readonly tells: number;
  readonly market: Service;
}

/** Asks to markets that hold few and many Tells, each answered by one of them, beside doors that answer the same to all. */
export const asksBench: Bench = {
  name: 'asks',
  says: 'Asks answered, each by the one Tell that matches',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const figures: Figure[] = [];
    const markets: Filled[] = [];
    const sizes = context.quick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000];
    for (const tells of sizes.filter((size) => size <= context.upTo)) {
      const market = running.use(await filledMarket(tells, context, figures));
      markets.push({ tells, market });
    }
    const echo = running.use(new Child<object, EchoDoors>(new URL('./programs/echo.ts', import.meta.url)));
    const load = running.use(new Child<LoadRequest, number>(new URL('./programs/load.ts', import.meta.url)));
    const doors = await echo.call({});
    const comparisons = ways.flatMap((way) => compared(way, markets, doors, load));
    return { comparisons: await compareInRounds(comparisons, context), figures };
  },
};

async function filledMarket(tells: number, context: BenchContext, figures: Figure[]): Promise<Service> {
  const name = `a market of ${counted(tells)} Tells`;
  const data = await filledFolder(tells, 'applications', context);
  const begun = performance.now();
  const market = await Service.start({ name: 'market', data });
  figures.push(
    { what: `start of ${name}`, value: (performance.now() - begun) / 1_000, unit: 's' },
    { what: `memory of ${name}`, value: await market.residentMiB(), unit: 'MiB' },
  );
  return market;
}

/** Every market beside the door that does nothing; of those with many Tells also how far they fall behind the smallest. */
function compared(
  { what, load: how }: (typeof ways)[number],
  markets: readonly Filled[],
  doors: EchoDoors,
  load: Child<LoadRequest, number>,
): Comparison[] {
  const isText = how.door === 'text';
  const side = (name: string, to: LoadRequest['to'], path: string, applications: number): Side => ({
    what: name,
    run: (windowMs) => load.call({ ...how, to, path, said: { kind: 'asks', applications }, windowMs }),
  });
  const sides = markets.map(({ tells, market }) =>
    side(`${what}, ${counted(tells)} Tells`, isText ? market.text : market.http, '/market', tells),
  );
  const echo = side(`an echo through the ${how.door} door`, isText ? doors.text : doors.http, '/told', 1_000);
  const bare = side('bare node:http', doors.bareHttp, '/', 1_000);
  const [smallest, ...larger] = sides;
  if (smallest === undefined) return [];
  return [
    ...sides.map((measured) => ({ measured, beside: echo })),
    ...larger.map((measured) => ({ measured, beside: smallest })),
    ...(isText ? [] : [{ measured: smallest, beside: bare }]),
  ];
}

function counted(tells: number): string {
  return tells.toLocaleString('en-US');
}
