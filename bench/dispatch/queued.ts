import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Figure } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import { type Comparison, compareInRounds, type Side } from '../harness/rounds.ts';
import { figureOf } from '../harness/times.ts';
import type { QueuedReply, QueuedRequest } from '../programs/queued.ts';

/** Tasks that are run of those that wait. */
const tasksRun = { whole: 2_000, quick: 200 };

/** What the broker keeps in memory of tasks that wait, and whether one costs more where many wait. */
export const queuedBench: Bench = {
  name: 'dispatch-queued',
  says: 'tasks run by a node that answers at once, in process, per second of processor time',
  async run(context) {
    const most = context.quick ? 10_000 : 100_000;
    const run = context.quick ? tasksRun.quick : tasksRun.whole;
    const bytes = new Map<string, number[]>();
    let turns = 0;
    const side = (what: QueuedRequest['what'], count: number): Side => ({
      what: `${names[what]}, ${count.toLocaleString('en-US')} waiting`,
      async run() {
        turns += 1;
        const folder = join(context.folder, String(turns));
        await mkdir(folder);
        await using child = new Child<QueuedRequest, QueuedReply>(
          new URL('../programs/queued.ts', import.meta.url),
          ['--expose-gc'],
        );
        const reply = await child.call({ what, count, run, folder });
        const name = `a task beyond its Ask: ${names[what]}, of ${count.toLocaleString('en-US')}`;
        const own = what === 'asks' ? reply.text : 0;
        bytes.set(name, [...(bytes.get(name) ?? []), reply.bytes - own]);
        return 1e6 / reply.taskUs;
      },
    });
    const growth = (what: QueuedRequest['what']): Comparison[] => {
      const few = side(what, 1_000);
      return [most / 10, most]
        .filter((count) => count > 1_000)
        .map((count) => ({ measured: side(what, count), beside: few }));
    };
    const comparisons = await compareInRounds(
      [...growth('tasks'), ...growth('jobs'), ...growth('asks')],
      context,
    );
    const figures: Figure[] = [...bytes].map(([what, byTurn]) => figureOf(what, 'B', byTurn));
    return { comparisons, figures };
  },
};

const names: Readonly<Record<QueuedRequest['what'], string>> = {
  tasks: 'one job',
  jobs: 'a job each, one Ask',
  asks: 'a job and an Ask each',
};
