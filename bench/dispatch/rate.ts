import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { nodeSupervisor, type SupervisorCommand } from '../../fabric-agent/supervisor/launch.ts';
import { buildSupervisor } from '../../tools/build-supervisor.ts';
import type { Bench, BenchContext, Figure } from '../harness/bench.ts';
import { compareInRounds, type Side } from '../harness/rounds.ts';
import { figureOf } from '../harness/times.ts';
import { batchSides } from './batch.ts';
import { House, nothing, type Part, smallAsk, tasksAtOnce } from './house.ts';
import { forkLoop } from './limit.ts';

/** Tasks of one turn of each side, or programs of the loops. */
const tasksATurn = { whole: 2_000, quick: 100 };

/** Tasks that do nothing, from submit to FINISHED, beside a loop in C that starts as many programs, and batch systems. */
export const rateBench: Bench = {
  name: 'dispatch-rate',
  says: 'tasks of /bin/true, from submit to FINISHED, each a process of its own, all on disk',
  async run(context) {
    await using running = new AsyncDisposableStack();
    const count = context.quick ? tasksATurn.quick : tasksATurn.whole;
    const binary = join(context.folder, 'ogm-supervisor');
    const missing = await buildSupervisor(binary);
    if (missing !== undefined)
      throw new Error(`the loop and the supervisor in C cannot be built: ${missing}`);
    const loop = await forkLoop(join(context.folder, 'loop'), running);
    const [inC, inNode] = [
      new Dispatching('supervisor in C', await opened('c', [binary], context, running), count),
      new Dispatching('supervisor in Node.js', await opened('node', nodeSupervisor, context, running), count),
    ];
    const durable: Side = {
      what: 'a C loop: folder, fork, exec, journal',
      run: async () => count / (await loop('durable', count)),
    };
    const bare: Side = { what: 'a C loop: fork, exec', run: async () => count / (await loop('bare', count)) };
    const many = inC.side(`${tasksAtOnce} at once`, { ask: smallAsk });
    const manyInNode = inNode.side(`${tasksAtOnce} at once`, { ask: smallAsk });
    const few = inC.side('one on each core', {});
    const batch = await batchSides(context, running);
    const comparisons = await compareInRounds(
      [
        { measured: many.side, beside: durable },
        { measured: many.side, beside: bare },
        { measured: few.side, beside: durable },
        { measured: manyInNode.side, beside: durable },
        { measured: durable, beside: bare },
        ...batch.map((beside) => ({ measured: many.side, beside })),
      ],
      context,
    );
    const figures = [...many.costs(), ...few.costs(), ...manyInNode.costs()];
    return { comparisons, figures: [...figures, loadOf()] };
  },
};

async function opened(
  name: string,
  command: SupervisorCommand,
  { folder, say }: BenchContext,
  running: AsyncDisposableStack,
): Promise<House> {
  say(`starting a house whose supervisor is ${command[0]}`);
  const own = join(folder, name);
  await mkdir(own);
  return running.use(await House.start(own, { supervisor: command }));
}

/** A house that is given tasks, and what each of them costs its processes. */
class Dispatching {
  readonly #what: string;
  readonly #house: House;
  readonly #count: number;

  constructor(what: string, house: House, count: number) {
    this.#what = what;
    this.#house = house;
    this.#count = count;
  }

  side(
    how: string,
    also: { readonly ask?: string },
  ): { readonly side: Side; readonly costs: () => Figure[] } {
    const house = this.#house;
    const tasks = this.#count;
    const what = `${this.#what}, ${how}`;
    const spent = new Map<Part, number[]>();
    const side: Side = {
      what,
      async run() {
        const before = await house.cpuSeconds();
        const { seconds } = await house.run({ application: nothing, tasks, ...also });
        const after = await house.cpuSeconds();
        for (const part of Object.keys(after) as Part[])
          spent.set(part, [...(spent.get(part) ?? []), ((after[part] - before[part]) * 1e6) / tasks]);
        return tasks / seconds;
      },
    };
    const costs = () =>
      [...spent].map(([part, byTurn]) =>
        figureOf(`processor time of a task, ${what}: ${part}`, 'µs', byTurn.slice(1)),
      );
    return { side, costs };
  }
}

function loadOf(): Figure {
  const what = 'wanted to run over the last minute, those of this bench included';
  return { what, value: loadavg()[0] ?? Number.NaN, unit: 'programs' };
}
