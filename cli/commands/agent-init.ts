import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { detect } from '../../fabric-agent/init/detect.ts';
import type { Found } from '../../fabric-agent/init/found.ts';
import type { Answers } from '../../fabric-agent/init/proposals.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { brokerSettings } from '../agent-init/broker-address.ts';
import { fileText } from '../agent-init/file.ts';
import { answers, questions, settingAt } from '../agent-init/questions.ts';
import { Interrupted, openTerminal } from '../agent-init/terminal.ts';
import { isThere, writeNew } from '../agent-init/write-new.ts';
import { exit } from '../exit.ts';
import { createOutput, type Output } from '../output.ts';
import { settingsSchema } from '../settings.ts';

interface InitOptions {
  readonly data?: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly force?: true;
  readonly json?: true;
}

const usualFile = 'ogm-agent.yaml';

/** `ogm agent init`: asks or detects how this machine is to serve, and writes a configuration that says so. */
export function initCommand(): Command {
  const summary = 'Ask or detect how this machine is to serve, and write a configuration with comments';
  const command = new Command('init')
    .summary(summary)
    .description(
      `${summary}. On a terminal it asks what no flag says, each question with what it found; Enter takes that. Without a terminal, and with --yes, it takes all that it found.`,
    )
    .argument('[file]', 'the file that is written', usualFile)
    .option('--data <path>', 'the folder in which the agent keeps everything')
    .option('--yes', 'ask nothing: take what is found')
    .option('--dry-run', 'print the file instead of writing it')
    .option('--force', 'write over a file that is there')
    .option('--json', 'what was found and written as JSON, one object');
  for (const { flag, unit, says } of questions) command.addOption(new Option(`--${flag} <${unit}>`, says));
  return command
    .showHelpAfterError('(--help tells how to use it)')
    .action(async (name: string, options: InitOptions, self: Command) => {
      const file = resolve(name);
      const writes = options.dryRun !== true;
      if (writes && options.force !== true && existsSync(file)) throw isThere(file);
      const out = createOutput(process.stdout, process.stderr, process.env);
      const uid = process.geteuid?.();
      const found = await detect({ environment: process.env, processes: '/proc', uid });
      const asksNothing = options.yes === true || options.json === true || process.stdin.isTTY !== true;
      const said = asksNothing
        ? await answers(givenBy(self), found, undefined)
        : await asking(givenBy(self), found, out);
      if (said === undefined) return;
      const { settings, isKnown } = await brokerSettings(said.get('client.broker-url') ?? '');
      const data = options.data === undefined ? [] : [['house.data', fileNamed(options.data)] as const];
      const all = new Map([...data, ...filesResolved(said), ...settings]);
      const text = fileText(all);
      if (writes) await writeNew(file, text, { replaces: options.force === true, check: mustLoad });
      const next = nextSteps(name, all);
      if (options.json === true)
        out.print(
          JSON.stringify({
            file: writes ? file : null,
            found,
            settings: Object.fromEntries(all),
            text,
            next,
          }),
        );
      else if (!writes) out.print(text.trimEnd());
      else tell(out, name, found, next);
      if (!isKnown)
        out.note(
          `ogm: the addresses of ${all.get('client.broker-url')} are not known here; say them in egress.service-ranges`,
        );
    });
}

/** What flags say, by the settings that they are of. */
function givenBy(command: Command): Answers {
  const options = command.opts<Record<string, unknown>>();
  const camel = (flag: string) => flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return new Map(
    questions.flatMap(({ path, flag }) => {
      const text = options[camel(flag)];
      return typeof text === 'string' ? [[path, text] as const] : [];
    }),
  );
}

/** The agent may be started elsewhere. */
function filesResolved(said: Answers): Answers {
  return new Map(
    [...said].map(([path, text]) => [path, settingAt(path).unit === 'path' ? fileNamed(text) : text]),
  );
}

/** No shell has read what is typed as an answer. */
function fileNamed(text: string): string {
  return resolve(text.replace(/^~(?=\/|$)/, () => homedir()));
}

/** Undefined where the owner left: then nothing is written. */
async function asking(given: Answers, found: Found, out: Output): Promise<Answers | undefined> {
  for (const line of foundLines(found)) out.note(line);
  const terminal = openTerminal(process.stdin, process.stderr);
  try {
    return await answers(given, found, { ask: terminal.ask, tell: (line) => out.note(line) });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    out.note('\nogm: nothing was written');
    process.exitCode = exit.interrupted;
    return undefined;
  } finally {
    terminal.close();
  }
}

/** What would not load is not left lying there. */
function mustLoad(file: string): void {
  loadConfig(settingsSchema, { file, env: {} });
}

function foundLines({ batch, engine, bubblewrap, cpus, memoryBytes, others, troubles }: Found): string[] {
  const queues = batch.map((one) => `${one.backEnd} (${one.queues.join(', ') || 'no queue is up'})`);
  const there = [...queues, ...(engine === undefined ? [] : [engine]), ...(bubblewrap ? ['bubblewrap'] : [])];
  const people = others === 0 ? 'nobody else' : others === 1 ? 'one other' : `${others} others`;
  return [
    `Here: ${there.join('; ') || 'no batch system, containers or bubblewrap'}; ${cpus} cores, ${Math.floor(memoryBytes / 2 ** 20)} MiB of memory; ${people} at work.`,
    ...troubles.map((trouble) => `Here, but not for this user: ${trouble}`),
  ];
}

/** Quoted for a shell where it is no plain word. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function nextSteps(file: string, said: Answers): string[] {
  const url = word(said.get('client.broker-url') ?? '');
  return [
    `ogm resource add NAME --broker-url ${url}`,
    `ogm agent enrol --config ${word(file)}`,
    `ogm agent doctor --config ${word(file)}`,
    `ogm agent --config ${word(file)}`,
  ];
}

function tell(
  out: Output,
  file: string,
  found: Found,
  [add = '', enrol = '', doctor = '', start = '']: string[],
): void {
  for (const trouble of found.troubles) out.note(`Here, but not for this user: ${trouble}`);
  out.note(`${file} is written. Next:`);
  out.note('  1. as a user of the broker, wherever you are known there; it prints a secret:');
  out.print(add);
  out.note('  2. here; it takes the secret from standard input:');
  out.print(enrol);
  out.note('  3. look whether all is well, and start it:');
  out.print(doctor);
  out.print(start);
}
