import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';
import { type BatchName, batchNames } from './hands.ts';

const usage = `npm run chaos -- [options]

Does to a broker, an agent, its supervisor and the tasks under it all that may happen to them: kill -9, SIGSTOP, lines
that are cut, slow, or open at one end alone, full disks. Then looks whether anything was lost, or ran twice. Exit code 1
where something went wrong. The same seed does the same at the same moments.

  --seconds N   how long there are faults (60)
  --seed N      what is done, and when (by the clock)
  --tasks N     how many tasks there are, each of which says in a file that it ran (1000)
  --brokers N   how many brokers the node serves (1)
  --back-ends NAMES  slurm, sge, or both with a comma: their jobs run the tasks, one node before each, and others end
                jobs and have them begin again; market and bus are killed too
  --node        with the supervisor in Node.js instead of the one in C, which wants gcc
  --no-disks    no full disks: only root can make small ones
  --keep FOLDER where the data of broker and agent are copied if something went wrong
  --json        the report as JSON
  --help
`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    tasks: { type: 'string', default: '1000' },
    brokers: { type: 'string', default: '1' },
    'back-ends': { type: 'string', default: '' },
    node: { type: 'boolean', default: false },
    disks: { type: 'boolean', default: process.getuid?.() === 0 },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? help() : await run();

function help(): number {
  process.stdout.write(usage);
  return 0;
}

async function run(): Promise<number> {
  const [seconds, tasks, brokers] = [values.seconds, values.tasks, values.brokers].map(Number) as [
    number,
    number,
    number,
  ];
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const counts = [tasks, brokers];
  const named = values['back-ends'].split(',').filter((name) => name !== '');
  const batch = named.filter((name): name is BatchName => (batchNames as readonly string[]).includes(name));
  if (
    batch.length < named.length ||
    !(seconds > 0) ||
    counts.some((count) => !(count > 0)) ||
    ![...counts, seed].every(Number.isInteger)
  ) {
    process.stderr.write(usage);
    return 2;
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  say(`seed ${seed}`);
  const { disks: canFill, node, keep } = values;
  const { signal } = stop;
  const report = await chaos({
    seed,
    seconds,
    tasks,
    brokers,
    batch,
    canFill,
    inC: !node,
    keep,
    say,
    signal,
  });
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const { jobs, events, faults, ends, wrong } = report;
    const listed = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ');
    process.stdout.write(
      `seed ${seed}: ${jobs} jobs, ${report.tasks} tasks: ${listed(ends)}; ${report.atOnce} ran at once; ${report.paid} jobs were paid for; ${events} events\n`,
    );
    process.stdout.write(`faults: ${listed(faults)}\n`);
    for (const line of wrong) process.stdout.write(`WRONG: ${line}\n`);
    process.stdout.write(
      wrong.length === 0
        ? 'nothing lost, nothing run twice, nothing paid for twice\n'
        : `${wrong.length} wrong\n`,
    );
  }
  return report.wrong.length === 0 ? 0 : 1;
}
