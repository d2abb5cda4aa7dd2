import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  buildRunner,
  buildSupervisor,
  runnerBinary,
  supervisorBinary,
} from '../../../tools/build-supervisor.ts';
import { engineOf, image } from '../../fabric-agent/isolation/engines.ts';
import { startOgm } from '../../support/ogm.ts';
import { type Real, real } from '../../support/real.ts';
import {
  freePorts,
  type House,
  node,
  ogmCommand,
  portOf,
  ready,
  type ServiceReport,
  temporaryFolder,
} from './house.ts';
import { type CommandFence, commandFences } from './pages.ts';
import { ask } from './seed.ts';
import { say, until } from './speak.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** The image that a page names, which no test fetches; in its place is that of `test/real/podman.sh`. */
const imageOnPages = 'docker.io/library/busybox:stable';

/** A host behind ssh that a page names, and the one of `test/real/ssh.sh`. */
const hostOnPages = [
  ['-p 22 ann@login.example', '-p 2722 ogmssh@127.0.0.1'],
  ['-p 22 login.example', '-p 2722 127.0.0.1'],
  ['ssh-host: login.example', 'ssh-host: 127.0.0.1'],
  ['ssh-port: 22', 'ssh-port: 2722'],
  ['ssh-user: ann', 'ssh-user: ogmssh'],
] as const;

/** The Node.js for which the pages are written; the tests run the one that they have. */
const nodeOnPages = 'node24.21.0';

/** How long a page may take, in milliseconds: it has many commands, and a machine may be busy. */
export const pageMs = 600_000;

/** Makes what isolates and what speaks to batch systems, which is in C; no other test is relied on to have made it. */
export async function buildPrograms(): Promise<void> {
  if (!real('gcc')) return;
  expect(await buildSupervisor(supervisorBinary)).to.equal(undefined);
  expect(await buildRunner(runnerBinary)).to.equal(undefined);
}

/**
 * Runs the fences `sh run` of a page: one after the other, in one folder that holds the examples, by a shell that stops
 * at the first failure, with `ogm up` running; `sh run exit=5` ends with that code, and `sh run needs=slurm` is left out
 * where there is none. The block of text after it is what it prints. An agent that a page starts runs as long as its
 * commands are run. Ports are free ones, put in place of those that the page names.
 */
export async function runPage(page: string): Promise<void> {
  const fences = (await commandFences(page)).filter(isRun).filter(isProvided);
  await using folder = await temporaryFolder();
  const bin = join(folder.path, 'bin');
  await provide(bin);
  const work = join(folder.path, 'work');
  await cp(join(checkout, 'examples'), join(work, 'examples'), { recursive: true });

  await using house = await start(fences[0]!, work);
  const { names, shown } = translation(house.report);
  const found = {
    PATH: `${bin}:${dirname(process.execPath)}:${process.env.PATH}`,
    CONTAINERS_CONF: engineOf('podman').environment.CONTAINERS_CONF ?? '',
    OGM_MARKET_URL: house.http,
    OGM_BROKER_URL: house.http,
    OGM_INFOGATHER_URL: house.http,
  };
  const env = { ...process.env, ...found };
  await using agents = new AsyncDisposableStack();
  for (const { line, info, text: commands, output } of fences) {
    if (startsHouse(commands)) continue;
    if (startsAgent(commands)) {
      const agent = agents.use(
        startOgm(names(commands).trim().split(/\s+/).slice(1), { cwd: work, env: found }),
      );
      await agent.waitFor(/^The agent answers polls/);
      continue;
    }
    const { code, stdout, stderr } = await shell(names(commands), work, env);
    const place = `${page}:${line}\n${stderr}`;
    expect(code, place).to.equal(Number(/\bexit=(\d+)/.exec(info)?.[1] ?? 0));
    if (output !== undefined) expect(shown(stdout).trim(), place).to.equal(output.trim());
  }
}

/** Whether a fence is to be run. */
export function isRun({ info }: CommandFence): boolean {
  return /^sh run\b/.test(info);
}

/** Whether this run has what its commands need. */
function isProvided({ info }: CommandFence): boolean {
  const needs = /\bneeds=(\w+)/.exec(info)?.[1];
  return needs === undefined || real(needs as Real);
}

/** An agent, which runs until Ctrl-C. */
function startsAgent(commands: string): boolean {
  return /^ogm agent --config \S+( --set \S+)*\n$/.test(commands);
}

/** A command that runs until Ctrl-C; all that follows it on the page finds it running. */
function startsHouse(commands: string): boolean {
  return /^(?:npx )?ogm up\b/.test(commands);
}

/** Starts `ogm up` as the page does, or as it is where the page begins with something else. */
async function start(
  first: CommandFence,
  work: string,
): Promise<Pick<House, 'report' | 'http'> & AsyncDisposable> {
  const words = startsHouse(first.text) ? first.text.trim().split(/\s+/) : ['ogm', 'up', '--data', 'data'];
  const given = words.slice(words.indexOf('ogm') + 1);
  const running = startOgm([...given, '--json', ...freePorts, '--set', 'agent.detect=false'], { cwd: work });
  const report = await ready<ServiceReport>(running);
  for (const door of ['market', 'broker'] as const) {
    await until(async () => (await say(portOf(report.text[door]), ask(node))) !== '');
  }
  await until(async () => (await say(portOf(report.text.broker), ask(node))).includes('\nHost: '));
  return { report, http: report.http, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}

/** From the page's ports and Node.js to those of this run, and back. */
function translation({ http, text, agent }: ServiceReport) {
  const ports: [string, number][] = [
    ['8480', portOf(http)],
    ['7684', portOf(text.market)],
    ['7685', portOf(text.broker)],
    ['7686', portOf(text.infogather)],
    ['8483', portOf(agent.applications[0]!.host)],
    ['8484', portOf(agent.poll)],
  ];
  const put = (said: string, pairs: readonly (readonly [string, string])[]) =>
    pairs.reduce((so, [from, to]) => so.replaceAll(from, to), said);
  const here = ports.flatMap(([named, port]) => [
    [`127.0.0.1:${named}`, `127.0.0.1:${port}`] as const,
    [`127.0.0.1 ${named}`, `127.0.0.1 ${port}`] as const,
  ]);
  return {
    names: (commands: string) =>
      put(commands, [...here, ...hostOnPages, [nodeOnPages, node], [imageOnPages, image]]),
    shown: (printed: string) =>
      put(printed, [...here.map(([named, real]) => [real, named] as const), [node, nodeOnPages]]),
  };
}

/** Puts what the pages' commands call into a folder: the command that is tested, and what this machine lacks. */
async function provide(bin: string): Promise<void> {
  await mkdir(bin);
  const put = (name: string, ...command: string[]) =>
    writeFile(
      join(bin, name),
      `#!/bin/sh\n${name === 'npx' ? 'shift\n' : ''}exec ${command.join(' ')} "$@"\n`,
      { mode: 0o755 },
    );
  await put('ogm', ...ogmCommand);
  await put('npx', ...ogmCommand);
  // There it would ask for a password; the tests' sshd reads a file of its own.
  await put('ssh-copy-id', `sh -c 'cat "$2" >>/run/ogm-real/ssh/authorized'`, 'ssh-copy-id');
  const program = (name: string) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  if (!/-\w*N/.test(await saidBy('nc', '-h'))) await put('nc', process.execPath, program('nc'));
  if ((await saidBy('curl', '--version')) === '') await put('curl', process.execPath, program('curl'));
}

async function saidBy(command: string, ...words: string[]): Promise<string> {
  const said = await promisify(execFile)(command, words).catch((error: { stderr?: string }) => error);
  return `${'stdout' in said ? said.stdout : ''}${said.stderr ?? ''}`;
}

async function shell(commands: string, cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn('sh', ['-e', '-c', commands], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
