import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { failure } from '../../protocol/catalogue.ts';
import { type Demo, openDemo } from '../house/demo.ts';
import { showDeal } from '../house/demo-deal.ts';
import { show } from '../house/demo-show.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { findHost } from './find-host.ts';
import { interruptible } from './interruptible.ts';
import { runThere } from './run.ts';

/** `ogm demo`: the whole conversation, on free ports and a folder that is removed afterwards. */
export function demoCommand(): Command {
  return commandWith(
    'demo',
    [],
    'Show the market at work: a real program on this machine, in a minute',
  ).action(async (_options, command: Command) => {
    const stopped = failure('cancelled', 'the demonstration was stopped', 'start it again when you like');
    await interruptible(stopped, (signal) => demonstrate(contextOf(command), signal));
  });
}

async function demonstrate(given: Context, signal: AbortSignal): Promise<void> {
  const { out } = given;
  out.print(
    out.paint('bold', 'Open Grid Market starts, on free ports and in a folder that is removed afterwards.'),
  );
  await using demo = await openDemo(given, signal);
  const { text, agent } = demo.report;
  out.print(`  market ${text.market}, broker ${text.broker}, infogather ${text.infogather}`);
  out.print(`  an agent offers what it found here: ${agent.applications.map(({ name }) => name).join(', ')}`);
  const compiler = agent.applications.find(({ name }) => /^gcc\d/.test(name));
  const node = agent.applications.find(({ name }) => /^node\d/.test(name))?.name ?? 'node';
  if (compiler === undefined) await withoutCompiler(demo, node);
  else await withCompiler(demo, compiler.name);
  const rod = await readFile(join(demo.results, 'rod.out'), 'utf8');
  out.print(`\nThe temperatures that came back in rod.out:\n${plot(rod)}`);
  await showDeal(demo, node);
  out.print(
    out.paint(
      'green',
      '\nAn Ask found a broker, the broker named a host, the program ran there, the results are here;' +
        '\nanother became an Offer and an agreement, a job ran under it, and its Bill is paid.',
    ),
  );
}

async function withCompiler(demo: Demo, compiler: string): Promise<void> {
  await converse(demo, compiler);
  await runAndShow(demo, compiler, ['heat.c'], ['-O2', '-Wall', '-o', 'heat', 'heat.c']);
  await demo.copyBack('heat');
  await runAndShow(demo, 'heat1.0', ['heat', 'rod.txt'], ['rod.txt', '500']);
}

async function withoutCompiler(demo: Demo, node: string): Promise<void> {
  demo.out.print(
    'There is no C compiler on this machine, so another application of the catalogue does the work.',
  );
  await converse(demo, node);
  await runAndShow(demo, node, ['heat.mjs', 'rod.txt'], ['heat.mjs', 'rod.txt', '500']);
}

/** The documents as they cross the text doors. */
async function converse(demo: Demo, application: string): Promise<void> {
  const ask = `SLA-version: 0.1\nAction: Ask\nApplication: ${application}\n`;
  const resource = `RESOURCE-version: 0.1\nAction: Ask\nApplication: ${application}\nCPU-Load: 1000\n`;
  await demo.waitFor('market', ask, /^Broker-IP/m);
  await demo.waitFor('broker', ask, /^Host/m);
  await show(demo, 'A user asks the market', 'market', ask);
  await show(demo, 'and the broker, which names the host', 'broker', ask);
  await show(
    demo,
    'The broker learned of the node from infogather, which knows how loaded it is',
    'infogather',
    resource,
  );
  await negotiate(demo, application);
}

/** Asks for what no machine has, and then for what the market suggests instead. */
async function negotiate(demo: Demo, application: string): Promise<void> {
  const name = application.replace(/\d.*$/, '');
  const ask = (cpus: string) =>
    `SLA-version: 1.0\nAction: Ask\nId: ask-1\nApplication: ${name} (>= 1)\n${cpus}\nWalltime: 10 min\n`;
  await demo.waitFor('market', ask('Cpus: 1'), /^Action: Tell$/m);
  const title = 'In version 1.0 of the language the market says why nobody can, and what would help';
  const because = await show(demo, title, 'market', ask('Cpus: 100000'));
  const suggested = /^Suggest: (Cpus: \d+) -> /m.exec(because)?.[1];
  if (suggested === undefined) throw new Error(`the market suggests nothing:\n${because}`);
  await show(demo, 'The same Ask with what it suggests', 'market', ask(suggested));
}

async function runAndShow(demo: Demo, application: string, files: string[], words: string[]): Promise<void> {
  const { out, context, signal } = demo;
  out.print(`\n${out.paint('bold', `ogm run ${application} ${files.join(' ')} -- ${words.join(' ')}`)}`);
  await demo.waitFor('broker', `SLA-version: 0.1\nAction: Ask\nApplication: ${application}\n`, /^Host/m);
  await demo.waitFor('market', `SLA-version: 0.1\nAction: Ask\nApplication: ${application}\n`, /^Broker-IP/m);
  const found = await findHost(context, application, (line) => out.print(`  ${line}`), signal);
  const paths = files.map((file) => demo.fileOf(file));
  const result = await runThere(context, found, paths, words, demo.results, signal);
  for (const stream of [result.stdout, result.stderr]) {
    if (stream === undefined) continue;
    for (const line of (await readFile(stream, 'utf8')).split('\n')) if (line !== '') out.print(`  ${line}`);
  }
  out.print(`  came back: ${result.files.join(', ')}`);
  if (result.error !== undefined) throw new Error(result.error);
  if (result.exitCode !== 0) throw new Error(`${application} ended with exit code ${result.exitCode}`);
}

/** A picture of the rod in 12 rows of text: each column is a point, its height the temperature. */
function plot(text: string): string {
  const points = text.trim().split('\n').map(Number);
  const top = Math.max(...points);
  const rows = Array.from({ length: 12 }, (_, row) => top * (1 - (row + 0.5) / 12));
  const line = (level: number) => points.map((point) => (point >= level ? '*' : ' ')).join('');
  return rows.map((level) => `  ${level.toFixed(1).padStart(6)} |${line(level)}`).join('\n');
}
