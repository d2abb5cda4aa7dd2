import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Figure } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import { compareInRounds, type Side } from '../harness/rounds.ts';
import { Service } from '../harness/service.ts';
import { figureOf } from '../harness/times.ts';
import type { EchoDoors } from '../programs/echo.ts';
import type { LoadRequest } from '../programs/load.ts';
import type { RowsRequest } from '../programs/rows.ts';
import type { WatchersRequest } from '../programs/watchers.ts';
import { collectorIntakeSide } from './peers.ts';
import { counted } from './sides.ts';

/** Tells under way on the one WebSocket. */
const inFlight = 64;
/** The same where the market is set to answer as many at once (`doors.in-flight`). */
const manyInFlight = 256;
/** Documents of a frame where several go in one. */
const together = 16;
/** How many windows a turn takes, where it is not to be short: a group of 64 is soon over. */
const windowsATurn = 4;
/** New machines that are ready for each millisecond of a turn, more than any market takes in; no turn takes more than so many. */
const machinesAMs = 40;
const mostATurn = 120_000; // of the longest turn
/** Machines that are told over and over again. */
const renewed = 2_000;
/** Tells after which a market is warm: what it runs is compiled, what names are is known. A window of such a turn. */
const warmTells = 20_000;
const warmingMs = 500;
/** Connections that the Watches share. */
const watchConnections = 4;

/** Room for all that is told and waits. */
const room = ['market.most-tells=1000000000', 'market.most-bytes=1000 GiB'];

/** A side that also says what it cost the market. */
interface Told extends Side {
  readonly cost: () => Figure;
}

/** What is said: new machines or the same ones again, so many documents a frame, and so many under way. */
interface Saying {
  readonly again: boolean;
  readonly together?: number;
  readonly underWay?: number;
}

/** New Tells of 40 headers and renewals over one WebSocket, each acknowledged after its commit. */
export const intakeBench: Bench = {
  name: 'match-intake',
  says: 'Tells of 40 headers over one WebSocket, 64 in flight, each acknowledged after its commit',
  async run(context) {
    const { folder, quick, say } = context;
    await using running = new AsyncDisposableStack();
    const start = async (name: string, set: readonly string[]) => {
      const data = join(folder, name);
      await mkdir(data);
      return running.use(await Service.start({ name: 'market', data, set: [...room, ...set] }));
    };
    const load: Child<LoadRequest, number> = running.use(
      new Child(new URL('../programs/load.ts', import.meta.url)),
    );
    const rows: Child<RowsRequest, number> = running.use(
      new Child(new URL('../programs/rows.ts', import.meta.url)),
    );
    const echo: Child<object, EchoDoors> = running.use(
      new Child(new URL('../programs/echo.ts', import.meta.url)),
    );
    const watchers: Child<WatchersRequest, number> = running.use(
      new Child(new URL('../programs/watchers.ts', import.meta.url)),
    );

    const watches = quick ? 1_000 : 100_000;
    const plain = await start('plain', [`doors.in-flight=${manyInFlight}`]);
    const watched = await start('watched', roomForWatches(watches));
    say(`${counted(watches)} Asks begin to wait`);
    const begun = performance.now();
    await watchers.call({ kind: 'watch', to: watched.http, watches, connections: watchConnections });
    const attachedSeconds = (performance.now() - begun) / 1_000;
    const watchedMiB = await watched.residentMiB();

    const doors = await echo.call({});
    let turn = 0;
    const windows = quick ? 1 : windowsATurn;
    const over = (to: LoadRequest['to'], path: string, saying: Saying, windowMs: number) => {
      const { again, together = 1, underWay = inFlight } = saying;
      turn += 1;
      const count = again ? renewed : Math.min(mostATurn, Math.round(windowMs * machinesAMs));
      const said = { kind: 'machines', first: again ? 0 : turn * mostATurn, count, again } as const;
      const pace = { connections: 1, inFlight: underWay, together, windowMs };
      return load.call({ door: 'websocket', to, path, said, ...pace });
    };
    const told = (what: string, market: Service, saying: Saying): Told => {
      const costs: number[] = [];
      return {
        what,
        async run(oneWindowMs) {
          const windowMs = oneWindowMs * windows;
          const before = await market.cpuSeconds();
          const perSecond = await over(market.http, '/market/ws', saying, windowMs);
          const cpuSeconds = (await market.cpuSeconds()) - before;
          // One before the window, and those that were under way when it was over, are not in the rate.
          const answered = (perSecond * windowMs) / 1_000 + (saying.underWay ?? inFlight) + 1;
          costs.push((cpuSeconds * 1e6) / answered);
          return perSecond;
        },
        cost: () =>
          figureOf(
            `processor time of the market for each of the ${what}`,
            'µs',
            costs.slice(-context.rounds),
          ),
      };
    };
    const fresh = told('new Tells', plain, { again: false });
    const renewals = told('renewals', plain, { again: true });
    const framed = (what: string, again: boolean) =>
      told(`${what}, ${together} a frame`, plain, { again, together });
    const [freshTogether, renewalsTogether] = [framed('new Tells', false), framed('renewals', true)];
    const many = (what: string, again: boolean) =>
      told(`${what}, ${manyInFlight} in flight`, plain, { again, underWay: manyInFlight });
    const [freshMany, renewalsMany] = [many('new Tells', false), many('renewals', true)];
    const watchedFresh = told(`new Tells while ${counted(watches)} Asks wait`, watched, { again: false });
    const watchedRenewals = told(`renewals while ${counted(watches)} Asks wait`, watched, { again: true });
    const door: Side = {
      what: 'WebSocket door, ack to all',
      run: (windowMs) => over(doors.http, '/acknowledged', { again: true }, windowMs),
    };
    const bare: Side = {
      what: 'bare SQLite, a row a commit',
      run: (windowMs) => rows.call({ folder, rowsATransaction: 1, windowMs }),
    };
    const collector = await collectorIntakeSide(context, running);
    // So that what is measured as renewed was told before, and no market is measured while it warms up.
    const all = [
      ...[renewals, watchedRenewals, renewalsTogether, renewalsMany],
      ...[fresh, watchedFresh, freshTogether, freshMany],
    ];
    for (const side of all) {
      let told = 0;
      do told += ((await side.run(warmingMs)) * warmingMs * windows) / 1_000;
      while (!quick && told < warmTells);
    }
    const compared = await compareInRounds(
      [
        ...[collector, bare, door].map((beside) => ({ measured: fresh, beside })),
        ...[collector, bare, door].map((beside) => ({ measured: renewals, beside })),
        ...[collector, fresh].map((beside) => ({ measured: watchedFresh, beside })),
        { measured: watchedRenewals, beside: renewals },
        ...[collector, fresh].map((beside) => ({ measured: freshTogether, beside })),
        { measured: renewalsTogether, beside: renewals },
        ...[collector, fresh].map((beside) => ({ measured: freshMany, beside })),
        ...[collector, renewals].map((beside) => ({ measured: renewalsMany, beside })),
      ],
      context,
    );
    const events = await watchers.call({ kind: 'events' });
    say(`${counted(events)} events were sent to the Watches`);
    const what = `until ${counted(watches)} Watches are answered, over ${watchConnections} WebSockets`;
    return {
      comparisons: compared,
      figures: [
        ...all.map((side) => side.cost()),
        { what, value: attachedSeconds, unit: 's' },
        { what: `resident memory with ${counted(watches)} Watches`, value: watchedMiB, unit: 'MiB' },
      ],
    };
  },
};

function roomForWatches(watches: number): string[] {
  return [`market.most-watches=${watches}`, `market.watches-each=${watches}`];
}
