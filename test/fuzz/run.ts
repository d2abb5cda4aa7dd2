import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, reproductionOf } from './fuzz.ts';
import { targets } from './targets/index.ts';

const usage = `npm run fuzz -- [options]

Looks for faults of the language by itself. Exit code 1 where one is found: it is made as small as it gets and written
to a file, with the seed that shows it again.

  --seconds N    how long, over all targets in turns (60)
  --seed N       where to begin (by the clock)
  --only TARGET  one target alone; may repeat
  --to FOLDER    where faults are written (${tmpdir()})
  --help

Targets:
${targets.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    to: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', default: false },
  },
});

const sayEveryMs = 5000;

process.exitCode = values.help ? help() : run();

function help(): number {
  process.stdout.write(usage);
  return 0;
}

function run(): number {
  const { only, to } = values;
  const chosen = targets.filter(({ name }) => only === undefined || only.includes(name));
  const unknown = only?.find((name) => !targets.some((target) => target.name === name));
  const seconds = Number(values.seconds);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  if (unknown !== undefined || !(seconds > 0) || !Number.isInteger(seed)) {
    process.stderr.write(unknown === undefined ? usage : `there is no target '${unknown}'\n${usage}`);
    return 2;
  }
  const end = Date.now() + seconds * 1000;
  const runs = new Map(chosen.map(({ name }) => [name, 0]));
  let said = Date.now();
  const faults = fuzz(
    chosen,
    seed,
    () => Date.now() >= end,
    (target, more) => {
      runs.set(target, (runs.get(target) ?? 0) + more);
      if (Date.now() - said < sayEveryMs) return;
      said = Date.now();
      process.stderr.write(`${Math.ceil((end - said) / 1000)} s left: ${counts(runs)}\n`);
    },
  );
  process.stderr.write(`seed ${seed}: ${counts(runs)}\n`);
  for (const fault of faults) {
    const path = join(to, `fuzz-${fault.target}-${fault.seed}.json`);
    writeFileSync(path, reproductionOf(fault));
    process.stderr.write(`${fault.target}: ${fault.message.split('\n')[0]}\n  ${path}\n`);
  }
  return faults.length === 0 ? 0 : 1;
}

function counts(runs: ReadonlyMap<string, number>): string {
  return Array.from(runs, ([name, count]) => `${name} ${count}`).join(', ');
}
