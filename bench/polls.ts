import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Bench, BenchContext, Figure } from './harness/bench.ts';
import { Child } from './harness/child.ts';
import { freePort, nodeAddresses, registerNodes } from './harness/nodes.ts';
import { compareInRounds, median, type Side } from './harness/rounds.ts';
import { Service } from './harness/service.ts';
import type { ConnectRequest } from './programs/connect.ts';
import type { NodesRequest } from './programs/nodes.ts';

/** Polls under way at once, on both sides. */
const atOnce = 256;
/** How many nodes one process serves: each listens, and a process may open so many files. */
const nodesAProcess = 5_000;

/**
 * Every node is due at any moment, so that infogather polls as fast as it can: each address is polled again only when
 * the poll before was committed. It is stopped between its turns, so a poll may take as long as those of the others.
 */
const alwaysDue = [
  'infogather.poll-interval=1 ms',
  'infogather.poll-timeout=10 min',
  `infogather.polls-at-once=${atOnce}`,
];

/** Polls through infogather and its store, beside the same connections made and read to the end by a bare loop. */
export const pollsBench: Bench = {
  name: 'polls',
  says: 'nodes polled, each poll committed',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const few = context.quick ? 500 : 5_000;
    const addresses = nodeAddresses(few * 10);
    const nodes = await servedNodes(addresses, context, running);
    const connect = running.use(
      new Child<ConnectRequest, number>(new URL('./programs/connect.ts', import.meta.url)),
    );
    const polled = async (count: number) => {
      const infogather = running.use(await registered(addresses.slice(0, count), nodes.port, context));
      return polling(`${counted(count)} nodes`, infogather, nodes.answered);
    };
    const connecting = (count: number): Side => {
      const reached = { addresses: addresses.slice(0, count), port: nodes.port, atOnce };
      return {
        what: `a bare connect loop over ${counted(count)}`,
        run: (windowMs) => connect.call({ ...reached, windowMs }),
      };
    };
    const [fewer, more] = [await polled(few), await polled(addresses.length)];
    const comparisons = await compareInRounds(
      [
        { measured: fewer.side, beside: connecting(few) },
        { measured: more.side, beside: connecting(addresses.length) },
        { measured: more.side, beside: fewer.side },
      ],
      context,
    );
    return { comparisons, figures: [fewer.cost(), more.cost()] };
  },
};

/** Nodes that answer polls. */
interface ServedNodes {
  readonly port: number;
  /** How many polls all of them have answered so far. */
  readonly answered: () => Promise<number>;
  /** How late the polls of a share of them came since this was asked last, in milliseconds: of the process where they came latest. */
  readonly lateness: (intervalMs: number, share: number) => Promise<number>;
}

/** The nodes, 5,000 to a process. */
export async function servedNodes(
  addresses: readonly string[],
  context: BenchContext,
  running: AsyncDisposableStack,
): Promise<ServedNodes> {
  context.say(`opening ${addresses.length} nodes`);
  const port = await freePort(addresses[0] ?? '127.0.0.1');
  const served: Child<NodesRequest, number>[] = [];
  for (let first = 0; first < addresses.length; first += nodesAProcess) {
    const child = new Child<NodesRequest, number>(new URL('./programs/nodes.ts', import.meta.url));
    served.push(running.use(child));
    await child.call({ kind: 'listen', addresses: addresses.slice(first, first + nodesAProcess), port });
  }
  const answered = async () => {
    const counts = await Promise.all(served.map((child) => child.call({ kind: 'answered' })));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const lateness = async (intervalMs: number, share: number) => {
    const all = served.map((child) => child.call({ kind: 'lateness', intervalMs, share }));
    return Math.max(...(await Promise.all(all)));
  };
  return { port, answered, lateness };
}

/** An infogather that knows the nodes, paused. */
async function registered(
  addresses: readonly string[],
  port: number,
  context: BenchContext,
): Promise<Service> {
  const data = join(context.folder, `infogather-${addresses.length}`);
  await mkdir(data);
  context.say(`registering ${addresses.length} nodes`);
  const infogather = await Service.start({ name: 'infogather', data, set: alwaysDue });
  await registerNodes(infogather.text, addresses, port);
  infogather.pause();
  return infogather;
}

/** Lets infogather poll for a window; beside the rate, what a poll costs its process. */
function polling(
  what: string,
  infogather: Service,
  answered: () => Promise<number>,
): { readonly side: Side; readonly cost: () => Figure } {
  const costs: number[] = [];
  const look = async () => ({
    at: performance.now(),
    polls: await answered(),
    cpu: await infogather.cpuSeconds(),
  });
  const side: Side = {
    what,
    async run(windowMs) {
      infogather.resume();
      const before = await look();
      await setTimeout(windowMs);
      const after = await look();
      infogather.pause();
      const polls = after.polls - before.polls;
      costs.push(((after.cpu - before.cpu) * 1e6) / polls);
      return (polls * 1_000) / (after.at - before.at);
    },
  };
  const cost = (): Figure => ({
    what: `processor time of a poll, ${what}`,
    value: median(costs),
    unit: 'µs',
  });
  return { side, cost };
}

function counted(nodes: number): string {
  return nodes.toLocaleString('en-US');
}
