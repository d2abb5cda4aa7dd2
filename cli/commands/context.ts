import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Command, Option } from 'commander';
import type { TokenSource } from '../../client/index.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { settingsOf } from '../../platform/config/settings.ts';
import { Refusal } from '../../platform/failure.ts';
import { createLog, type Log } from '../../platform/log.ts';
import { failure } from '../../protocol/catalogue.ts';
import { createHouseEgress, type HouseEgress } from '../house/egress.ts';
import { createOutput, type Output } from '../output.ts';
import { readSecret } from '../secret.ts';
import { type Config, contradictions, settingsSchema, tokenFileOf, withTokenGiven } from '../settings.ts';

/** What every command gets: the configuration, and the ways to speak. */
export interface Context {
  readonly config: Config;
  readonly json: boolean;
  readonly log: Log;
  readonly out: Output;
  readonly clock: Clock;
  readonly egress: HouseEgress;
  /** The token that services are shown, read once it is needed; nothing where the configuration names none. */
  readonly token: TokenSource;
  /** How this command was told of its configuration, for a child process: what a command for these services takes. */
  readonly configArguments: (services: readonly (keyof Config)[]) => string[];
}

type Options = Record<string, unknown> & { json?: boolean; config?: string; set?: string[] };

/** Variables of ours that are no settings. */
const ignored = ['OGM_CONFIG'];

/** A command with the flags of the services named, beside those that every command has. */
export function commandWith(name: string, services: readonly (keyof Config)[], summary: string): Command {
  const command = new Command(name).summary(summary).description(`${summary}.`);
  // The first group in the help is that of the first option; what a command adds by itself joins it.
  command.option('--json', 'results as JSON, one object a line');
  const setting = (flags: string, says: string) => new Option(flags, says).helpGroup('Settings:');
  command.addOption(
    setting('--config <file>', 'a YAML file of settings (see docs/configuration.md); also OGM_CONFIG'),
  );
  const any = setting('--set <setting=value>', 'any, such as market.tell-lifetime="2 h"; may repeat');
  command.addOption(any.argParser(collect));
  for (const { flag, says, unit } of flagged(services))
    command.addOption(setting(`--${flag} <${unit.includes(' ') ? 'value' : unit}>`, says));
  return command.showHelpAfterError('(--help tells how to use it)');
}

/** The settings that have flags of their own in a command for these services. */
function flagged(services: readonly (keyof Config)[]) {
  return settingsOf(settingsSchema).flatMap(({ flag, says, unit, service }) =>
    flag !== undefined && ['house', ...services].includes(service) ? [{ flag, says, unit }] : [],
  );
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/**
 * Loads the configuration that a command was given. Throws a Refusal `bad-configuration`, also where settings of the
 * services that the command runs contradict each other.
 */
export function contextOf(command: Command, running: readonly (keyof Config)[] = []): Context {
  const options = optionsOf(command);
  const flags = flagsOf(options);
  const file = options.config ?? (process.env['OGM_CONFIG'] || undefined);
  const loaded = loadConfig(settingsSchema, {
    file,
    env: process.env,
    flags,
    set: options.set ?? [],
    ignored,
  });
  const config = withTokenGiven(loaded.config, loaded.sources);
  const problems = contradictions(config, running);
  if (problems.length > 0) throw new Refusal(failure('bad-configuration', problems.join('\n')));
  trustAuthorities(config);
  const log = createLog({
    level: config.house['log-level'],
    format: config.house['log-format'],
    stream: process.stderr,
    clock: systemClock,
  });
  return {
    config,
    json: options.json === true,
    log,
    out: createOutput(process.stdout, process.stderr, process.env),
    clock: systemClock,
    egress: createHouseEgress(config),
    token: tokenOf(config),
    configArguments: (services) => [
      ...(file === undefined ? [] : ['--config', file]),
      ...(options.set ?? []).flatMap((assignment) => ['--set', assignment]),
      ...flagged(services).flatMap(({ flag }) =>
        flags[flag] === undefined ? [] : [`--${flag}`, String(flags[flag])],
      ),
    ],
  };
}

/** A command's own options, and those that stand before its name: `ogm agent --config FILE doctor`. */
function optionsOf(command: Command): Options {
  const before = command.parent?.opts<Options>() ?? {};
  const own = command.opts<Options>();
  return { ...before, ...own, set: [...(before.set ?? []), ...(own.set ?? [])] };
}

/** The folder in which everything is kept. */
export function dataFolder(config: Config): string {
  if (config.house.data !== undefined) return config.house.data;
  const shared = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(shared, 'open-grid-market');
}

/** The token of the configuration; `-` is standard input, which is read once. */
function tokenOf({ client }: Config): TokenSource {
  const file = tokenFileOf(client);
  if (file === undefined) return async () => undefined;
  let token: Promise<string> | undefined;
  return () => {
    token ??= readSecret(file === '-' ? undefined : file);
    return token;
  };
}

/** Trusts the authorities of the configuration beside the system's, in all that this process calls. */
function trustAuthorities({ client }: Config): void {
  if (client.ca === undefined) return;
  try {
    const authorities = readFileSync(client.ca, 'utf8');
    setDefaultCACertificates([...getCACertificates('default'), authorities]);
  } catch (error) {
    const detail = `client.ca: ${client.ca} holds no certificates that can be read (${(error as Error).message})`;
    throw new Refusal(failure('bad-configuration', detail), { cause: error });
  }
}

/** The settings among a command's options, by their flags. */
function flagsOf(options: Options): Record<string, unknown> {
  const camel = (flag: string) => flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const services = Object.keys(settingsSchema.shape) as (keyof Config)[];
  return Object.fromEntries(flagged(services).map(({ flag }) => [flag, options[camel(flag)]]));
}
