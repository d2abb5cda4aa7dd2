import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, BenchContext } from './harness/bench.ts';
import { Child } from './harness/child.ts';
import { type Comparison, compareInRounds, type Side } from './harness/rounds.ts';
import { Service } from './harness/service.ts';
import type { EchoDoors } from './programs/echo.ts';
import type { LoadRequest } from './programs/load.ts';
import type { TellRequest } from './programs/market.ts';
import type { RowsRequest } from './programs/rows.ts';

/** Tells under way: over HTTP one on each connection, over WebSocket and in process all at once. */
const connections = 32;
const inFlight = 64;
/** As many changes as one commit takes. */
const groupRows = 1_000;

/** Tells to the market, each acknowledged after its commit, beside SQLite without a market and doors without a store. */
export const storeBench: Bench = {
  name: 'store',
  says: 'new Tells stored, each acknowledged after its commit',
  async run(context) {
    const data = join(context.folder, 'market');
    await mkdir(data);
    context.say('starting a market');
    const set = ['market.most-tells=1000000000'];
    await using market = await Service.start({ name: 'market', data, set });
    await using echo = new Child<object, EchoDoors>(new URL('./programs/echo.ts', import.meta.url));
    await using load = new Child<LoadRequest, number>(new URL('./programs/load.ts', import.meta.url));
    await using rows = new Child<RowsRequest, number>(new URL('./programs/rows.ts', import.meta.url));
    await using inProcess = new Child<TellRequest, number>(new URL('./programs/market.ts', import.meta.url));
    const doors = await echo.call({});
    const comparisons = compared({ context, market, doors, load, rows, inProcess });
    return { comparisons: await compareInRounds(comparisons, context), figures: [] };
  },
};

interface Running {
  readonly context: BenchContext;
  readonly market: Service;
  readonly doors: EchoDoors;
  readonly load: Child<LoadRequest, number>;
  readonly rows: Child<RowsRequest, number>;
  readonly inProcess: Child<TellRequest, number>;
}

function compared({ context, market, doors, load, rows, inProcess }: Running): Comparison[] {
  const { folder } = context;
  let series = 0;
  const over = (what: string, request: Omit<LoadRequest, 'said' | 'windowMs'>): Side => ({
    what,
    run(windowMs) {
      series += 1;
      return load.call({ ...request, said: { kind: 'tells', series: `gcc4.${series}` }, windowMs });
    },
  });
  const inHouse = (what: string, atOnce: number): Side => ({
    what,
    run(windowMs) {
      series += 1;
      return inProcess.call({ folder, series: `gcc4.${series}`, atOnce, windowMs });
    },
  });
  const bare = (what: string, rowsATransaction: number): Side => ({
    what,
    run: (windowMs) => rows.call({ folder, rowsATransaction, windowMs }),
  });

  const http = { door: 'http', connections, inFlight: 1 } as const;
  const socket = { door: 'websocket', connections: 1, inFlight } as const;
  const tellHttp = over(`over HTTP, ${connections} connections`, {
    ...http,
    to: market.http,
    path: '/market',
  });
  const tellSocket = over(`over one WebSocket, ${inFlight} in flight`, {
    ...socket,
    to: market.http,
    path: '/market/ws',
  });
  const tellFew = inHouse(`in process, ${inFlight} at once`, inFlight);
  const tellMany = inHouse(`in process, ${groupRows} at once`, groupRows);
  const singleRows = bare('bare SQLite, a row a commit', 1);
  const fewRows = bare(`bare SQLite, ${inFlight} rows a commit`, inFlight);
  const groups = bare(`bare SQLite, ${groupRows} rows a commit`, groupRows);
  const echoHttp = over('HTTP door, 204 to all', { ...http, to: doors.http, path: '/nothing' });
  const echoSocket = over('WebSocket door, ack to all', { ...socket, to: doors.http, path: '/acknowledged' });
  return [
    { measured: tellHttp, beside: singleRows },
    { measured: tellHttp, beside: echoHttp },
    { measured: tellSocket, beside: singleRows },
    { measured: tellSocket, beside: echoSocket },
    { measured: tellFew, beside: singleRows },
    { measured: tellFew, beside: fewRows },
    { measured: tellMany, beside: groups },
  ];
}
