import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { asksBench } from './asks.ts';
import { backendsBench } from './backends/index.ts';
import { dealsBench } from './deals.ts';
import { dispatchBenches } from './dispatch/index.ts';
import type { Bench } from './harness/bench.ts';
import { type BenchReport, benchReport, machine, type Report } from './harness/report.ts';
import { table } from './harness/table.ts';
import { matchBenches } from './match/index.ts';
import { paceBench } from './pace.ts';
import { parseBench } from './parse.ts';
import { pollsBench } from './polls.ts';
import { storeBench } from './store.ts';

const benches: readonly Bench[] = [
  parseBench,
  ...matchBenches,
  storeBench,
  ...dispatchBenches,
  backendsBench,
  dealsBench,
  asksBench,
  paceBench,
  pollsBench,
];
const names = benches.map(({ name }) => name);
/** `match` and `dispatch` are all whose names begin so. */
const groups = new Set(names.map(groupOf));

const command = new Command('npm run bench --')
  .description(
    'Measures the market beside what the machine can do at most, in the same run; prints one table.',
  )
  .addOption(
    new Option('--only <name...>', 'measure only these')
      .choices([...new Set([...groups, ...names])])
      .default(names, 'all'),
  )
  .option('--rounds <count>', 'rounds, each of which takes every side once', roundsOf)
  .option('--quick', 'fewer Tells and nodes, 3 short rounds: shows that it works, and no more', false)
  .option('--up-to <count>', 'show growth up to so many Tells, and Asks that wait', countOf, 1_000_000)
  .option('--peers <folder>', 'measure HTCondor too, in the root that bench/peers/htcondor.sh made there')
  .option('--json <file>', 'also write what was measured, round by round')
  .parse();
const {
  only,
  quick,
  json,
  peers,
  upTo,
  rounds = quick ? 3 : 5,
} = command.opts<{
  only: string[];
  quick: boolean;
  json?: string;
  peers?: string;
  upTo: number;
  rounds?: number;
}>();
const windowMs = quick ? 150 : 500;

// What runs and what is written goes when this process goes, also by Ctrl-C: services are killed by their own starters.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
const scratch = await mkdtemp(join(tmpdir(), 'ogm-bench-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

const shared = join(scratch, 'shared');
await mkdir(shared);

const date = new Date().toISOString();
const reports: BenchReport[] = [];
for (const bench of benches.filter(isAsked)) {
  reports.push(await measured(bench));
  await keep(); // what was measured is there, whatever becomes of the rest
}
process.stdout.write(table(reports));

async function keep(): Promise<void> {
  if (json === undefined) return;
  const report: Report = { version: 1, date, quick, rounds, windowMs, machine: machine(), benches: reports };
  await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
}

async function measured(bench: Bench): Promise<BenchReport> {
  const folder = join(scratch, bench.name);
  await mkdir(folder);
  const say = (doing: string) => void process.stderr.write(`${bench.name}: ${doing}\n`);
  const progress = (round: number) => say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
  return benchReport(
    bench,
    await bench.run({ rounds, windowMs, quick, upTo, folder, shared, peers, say, progress }),
  );
}

function isAsked({ name }: Bench): boolean {
  return only.includes(name) || only.includes(groupOf(name));
}

function groupOf(name: string): string {
  return name.replace(/-.*$/, '');
}

function countOf(text: string): number {
  if (/^[1-9]\d{3,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number of Tells, 1000 or more.');
}

function roundsOf(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 99.');
}
