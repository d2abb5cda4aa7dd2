import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { z } from 'zod';
import { Refusal } from '../../platform/failure.ts';
import { siblingFile } from '../../platform/sibling.ts';
import type { Context } from '../commands/context.ts';
import type { Output } from '../output.ts';
import { agentReport, failureReport } from './agent-report.ts';

/** What `ogm up --json` says when it is ready. */
const upReport = z.object({
  ready: z.literal(true),
  http: z.string(),
  text: z.object({ market: z.string(), broker: z.string(), infogather: z.string() }),
  agent: agentReport,
});

/** A market of its own, started for a demonstration; leaving the scope of `await using` removes it. */
export interface Demo extends AsyncDisposable {
  readonly report: z.infer<typeof upReport>;
  /** The caller's, but for the addresses of the services. */
  readonly context: Context;
  readonly out: Output;
  /** Where results go. */
  readonly results: string;
  /** Aborted when the demonstration shall end. */
  readonly signal: AbortSignal;
  /** Says documents at a text door, and returns all that is answered. */
  say(service: keyof z.infer<typeof upReport>['text'], question: string): Promise<string>;
  /** Asks again until the answer fits. */
  waitFor(service: keyof z.infer<typeof upReport>['text'], question: string, pattern: RegExp): Promise<void>;
  /** The path of an example's file. */
  fileOf(name: string): string;
  /** Puts a result among the files, so that it can be sent. */
  copyBack(name: string): Promise<void>;
}

/** How long the services and the agent may take to know of each other. */
const patienceMs = 30_000;
const pauseMs = 100;

/** What the work on this machine costs; and an application whose program comes with the files, as an owner may allow it: the last two arguments are checked. */
const settings = {
  broker: { price: '0.60 CREDIT/cpu-h + 0.01 CREDIT/task' },
  agent: {
    applications: [
      {
        name: 'heat1.0',
        argv: ['env', './heat', '{rod}', '{steps}'],
        arguments: { rod: '[a-z]+\\.txt', steps: '[0-9]{1,6}' },
        limits: { 'time-limit': '1 min' },
      },
    ],
  },
};

export async function openDemo(given: Context, signal: AbortSignal): Promise<Demo> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ogm-demo-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const [files, results] = [join(folder, 'files'), join(folder, 'results')];
  for (const made of [files, results]) await mkdir(made);
  for (const name of ['heat.c', 'heat.mjs', 'rod.txt']) {
    await copyFile(siblingFile(import.meta.url, `../../examples/heat/${name}`), join(files, name));
  }
  const config = join(folder, 'ogm.yaml');
  await writeFile(config, stringify(settings));
  const child = start(config, join(folder, 'data'));
  opened.defer(() => end(child));
  const report = await reportOf(child, signal);
  const kept = opened.move();

  const say: Demo['say'] = async (service, question) => {
    const timeoutMs = given.config.egress['connect-timeout'];
    const purpose = service === 'broker' ? 'a question to a broker' : 'a question to a service';
    const socket = await given.egress.connect(purpose, report.text[service], { timeoutMs, signal });
    socket.end(question);
    return text(socket);
  };
  return {
    report,
    results,
    signal,
    out: given.out,
    context: { ...given, config: withAddresses(given.config, report.http) },
    say,
    async waitFor(service, question, pattern) {
      for (let waited = 0; waited < patienceMs; waited += pauseMs) {
        if (pattern.test(await say(service, question))) return;
        await sleep(pauseMs, undefined, { signal });
      }
      throw new Error(`the ${service} does not answer as it should:\n${question}`);
    },
    fileOf: (name) => join(files, name),
    copyBack: (name) => copyFile(join(results, name), join(files, name)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function withAddresses(config: Context['config'], url: string): Context['config'] {
  return {
    ...config,
    client: { ...config.client, 'market-url': url, 'broker-url': url, 'infogather-url': url },
  };
}

function start(config: string, data: string): ChildProcess {
  const ogm = fileURLToPath(siblingFile(import.meta.url, '../ogm.js'));
  const free = ['http', 'market', 'broker', 'infogather', 'host', 'poll'].flatMap((door) => [
    `--${door}-port`,
    '0',
  ]);
  const quiet = ['--log-level', 'warn'];
  return spawn(
    process.execPath,
    [ogm, 'up', '--json', '--until-end-of-input', '--config', config, '--data', data, ...free, ...quiet],
    { stdio: ['pipe', 'pipe', 'inherit'], env: withoutSettings(process.env) },
  );
}

/** The settings of the user are for a market of theirs: the demonstration has its own. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('OGM_')));
}

async function reportOf(child: ChildProcess, signal: AbortSignal): Promise<z.infer<typeof upReport>> {
  const lines = createInterface({ input: child.stdout! });
  const ended = once(child, 'exit').then(() => {
    throw new Error('ogm up ended before it was ready');
  });
  const first = once(lines, 'line', { signal }).then(([line]) =>
    z.union([upReport, failureReport]).parse(JSON.parse(line)),
  );
  const said = await Promise.race([first, ended]);
  if ('failure' in said) throw new Refusal(said.failure);
  return said;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
