import { createWriteStream } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BenchContext } from '../harness/bench.ts';
import { LineProgram } from '../harness/line-program.ts';
import { freePort } from '../harness/nodes.ts';
import type { Side } from '../harness/rounds.ts';
import { type Ad, jobAd, machineAd } from './ads.ts';
import { checkAnswers } from './set.ts';
import { counted, recorded } from './sides.ts';

/** HTCondor, the market's peer: run in its own root where `--peers` names one, else as it was recorded at its best. */

/**
 * HTCondor 23.9.6 on two shared cores, each time the best that was seen: pairs a second of processor time matched by
 * libclassad; ads a second into a collector, which keeps them in memory only; seconds for a complex query over 100,000.
 */
const atItsBest = { pairsPerCpuSecond: 154_000, adsPerSecond: 5_900, secondsAQuery: 0.37 };

/** Ads of which the collector is asked, and ads that one turn puts in. */
const adsQueried = 100_000;
const adsATurn = 2_000;

/** Libclassad, a second of processor time: pairs, or requests that each meet so many machines. */
export async function libclassadSide(
  unit: 'pairs' | 'requests',
  machines: number,
  context: BenchContext,
  running: AsyncDisposableStack,
): Promise<Side> {
  const pairs = unit === 'pairs' ? 1 : machines;
  const what = unit === 'pairs' ? 'libclassad' : `libclassad over ${counted(machines)} machines`;
  if (context.peers === undefined) return recorded(what, atItsBest.pairsPerCpuSecond / pairs);
  const program = running.use(await startLibclassad(context.peers, context));
  return {
    what,
    async run(windowMs) {
      const [matched = Number.NaN, cpuSeconds = Number.NaN] = numbersOf(await program.ask(`${windowMs}`));
      return matched / cpuSeconds / pairs;
    },
  };
}

/** Ads into the collector: so many a turn, until it shows the last of them. Nothing of it is on disk. */
export async function collectorIntakeSide(
  context: BenchContext,
  running: AsyncDisposableStack,
): Promise<Side> {
  const what = "HTCondor's collector, in memory only";
  if (context.peers === undefined) return recorded(what, atItsBest.adsPerSecond);
  const collector = running.use(await startCollector(context.peers, adsQueried, context));
  let first = 0;
  return {
    what,
    async run() {
      const [seconds = Number.NaN, count = Number.NaN] = numbersOf(
        await collector.ask(`advertise ${first} ${adsATurn}`),
      );
      first = (first + adsATurn) % adsQueried;
      return count / seconds;
    },
  };
}

/** Complex queries of the collector, one after the other, over as many ads as the market holds Tells. */
export async function collectorQuerySide(
  ads: number,
  context: BenchContext,
  running: AsyncDisposableStack,
): Promise<Side> {
  const what = `queries of HTCondor's collector over ${counted(context.peers === undefined ? adsQueried : ads)} ads`;
  if (context.peers === undefined) return recorded(what, 1 / atItsBest.secondsAQuery);
  const collector = running.use(await startCollector(context.peers, ads, context));
  await collector.ask(`advertise 0 ${ads}`);
  let job = 0;
  return {
    what,
    async run(windowMs) {
      const until = performance.now() + windowMs;
      let queries = 0;
      let seconds = 0;
      do {
        const [took = Number.NaN] = numbersOf(await collector.ask(`query ${queryOf(job)}`));
        job += 1;
        queries += 1;
        seconds += took;
      } while (performance.now() < until);
      return queries / seconds;
    },
  };
}

/** What a job requires, as a constraint of `condor_status`: its own attributes put in as values, the other side's tests left out. */
function queryOf(job: number): string {
  const ad = jobAd(job);
  return String(ad.Requirements)
    .slice('/Expr('.length, -')/'.length)
    .replace(/MY\.(\w+)/g, (_, name) => JSON.stringify(ad[name]))
    .replaceAll('TARGET.', '');
}

async function startLibclassad(folder: string, context: BenchContext): Promise<LineProgram> {
  const machines = context.quick ? 1_000 : 10_000;
  await writeAds(folder, 'machines.jsonl', machines, machineAd);
  await writeAds(folder, 'jobs.jsonl', 1_000, jobAd);
  context.say('starting libclassad');
  const program = await startInRoot(folder, ['/ogm/libclassad', '/ogm/machines.jsonl', '/ogm/jobs.jsonl']);
  await checkAnswers(machines, async (request) => {
    const [matches, best, rank] = (await program.ask(`answer ${request}`)).split(' ');
    return { matches: Number(matches), best: best ?? '', rank: Number(rank) };
  });
  return program;
}

async function startCollector(folder: string, ads: number, context: BenchContext): Promise<LineProgram> {
  await writeAds(folder, 'ads.jsonl', ads, machineAd);
  await copyFile(new URL('../peers/collector.py', import.meta.url), join(rootOf(folder), 'ogm/collector.py'));
  context.say("starting HTCondor's collector");
  const port = await freePort('127.0.0.1');
  return startInRoot(folder, ['python3', '/ogm/collector.py', '/ogm/ads.jsonl', `${port}`]);
}

/** In the root, with process numbers of its own, so that nothing of it is left when it is killed. */
function startInRoot(folder: string, command: readonly string[]): Promise<LineProgram> {
  const apart = ['--mount', '--pid', '--fork', '--kill-child', `--root=${rootOf(folder)}`, '--mount-proc'];
  return LineProgram.start('unshare', [...apart, ...command]);
}

/** The folder in which `bench/peers/htcondor.sh` makes the root, next to the tool that makes it. */
function rootOf(folder: string): string {
  return join(folder, 'root');
}

async function writeAds(
  folder: string,
  name: string,
  count: number,
  adOf: (number: number) => Ad,
): Promise<void> {
  const file = createWriteStream(join(rootOf(folder), 'ogm', name));
  await pipeline(function* () {
    for (let number = 0; number < count; number += 1) yield `${inJson(adOf(number))}\n`;
  }, file);
}

/** As libclassad reads JSON: an expression is known by its escaped slashes. */
function inJson(ad: Ad): string {
  return JSON.stringify(ad).replaceAll('"/Expr(', '"\\/Expr(').replaceAll(')/"', ')\\/"');
}

function numbersOf(line: string): number[] {
  return line.split(' ').map(Number);
}
