import { z } from 'zod';
import { Refusal } from '../failure.ts';
import { type Entry, readFile } from './file.ts';
import { nearest } from './nearest.ts';
import { type ConfigSchema, type Known, settingsOf } from './settings.ts';

export type Source = 'default' | 'file' | 'environment' | 'flag';

export interface Inputs {
  /** A YAML file; it must be there if it is named. */
  readonly file?: string | undefined;
  /** The environment; a variable that is empty counts as not set. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the command line says, by the names of the settings' own flags; undefined counts as not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The values of `--set`, each 'service.key=value'. */
  readonly set?: readonly string[];
  /** Variables of ours that are no settings. */
  readonly ignored?: readonly string[];
}

/** A value that somebody gave to a setting, and how to name the place in a sentence. */
interface Given {
  readonly setting: Known;
  readonly value: unknown;
  readonly source: Source;
  readonly where: string;
}

/**
 * Puts a configuration together: defaults, then the file, then the environment, then flags. Throws one Refusal, code
 * `bad-configuration`, whose detail tells everything that is wrong, one line each.
 */
export function loadConfig<S extends ConfigSchema>(
  schema: S,
  inputs: Inputs,
): { readonly config: z.output<S>; readonly sources: ReadonlyMap<string, Source> } {
  const settings = settingsOf(schema);
  const problems: string[] = [];
  const given = [
    ...fromFile(settings, inputs.file, problems),
    ...fromEnvironment(settings, inputs, problems),
    ...fromFlags(settings, inputs, problems),
  ];

  const sources = new Map<string, Source>(settings.map(({ path }) => [path, 'default']));
  const values: Record<string, Record<string, unknown>> = {};
  for (const { service } of settings) values[service] = {};
  for (const { setting, value, source, where } of given) {
    // Each is checked, also what a later one replaces: it would be a surprise on the day the later one goes away.
    const result = z.safeParse(setting.schema, value);
    for (const issue of result.error?.issues ?? [])
      problems.push(`${where}${within(issue.path)}: ${issue.message}`);
    values[setting.service]![setting.key] = value;
    sources.set(setting.path, source);
  }
  if (problems.length > 0) throw refusal(problems);

  const whole = schema.safeParse(values);
  if (!whole.success)
    throw refusal(whole.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  return { config: whole.data, sources };
}

function fromFile(settings: readonly Known[], file: string | undefined, problems: string[]): Given[] {
  if (file === undefined) return [];
  const services = new Set(settings.map(({ service }) => service));
  const reading = readFile(file, services);
  problems.push(...reading.problems);
  for (const { name, where } of reading.strangers) {
    const misplaced = settings.filter(({ path, key }) => path === name || key === name);
    const close = nearest(name, services);
    let next = `the services are ${[...services].join(', ')}`;
    if (close !== undefined) next = `did you mean ${close}?`;
    if (misplaced.length === 1) next = `below ${misplaced[0]!.service}: write ${misplaced[0]!.key}: …`;
    problems.push(`${where}: ${name} is no service; ${next}`);
  }
  const byPath = new Map(settings.map((setting) => [setting.path, setting]));
  return reading.entries.flatMap((entry): Given[] => {
    const path = `${entry.service}.${entry.key}`;
    const setting = byPath.get(path);
    if (setting === undefined) {
      problems.push(`${entry.where}: there is no setting ${path}${hint(guess(entry, settings))}`);
      return [];
    }
    if (entry.value === null) {
      problems.push(`${entry.where}: ${path} has no value; give it one, or delete the line`);
      return [];
    }
    return [{ setting, value: entry.value, source: 'file', where: `${entry.where}: ${path}` }];
  });
}

/** A setting of the same name elsewhere is meant more likely than one of another name. */
function guess(entry: Entry, settings: readonly Known[]): string | undefined {
  const elsewhere = settings.filter(({ key }) => key === entry.key);
  if (elsewhere.length === 1) return elsewhere[0]!.path;
  return nearestSetting(`${entry.service}.${entry.key}`, settings);
}

function fromEnvironment(settings: readonly Known[], inputs: Inputs, problems: string[]): Given[] {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const names = [...byVariable.keys(), ...(inputs.ignored ?? [])];
  return Object.entries(inputs.env).flatMap(([name, value]): Given[] => {
    if (!name.startsWith('OGM_') || value === undefined || value === '' || inputs.ignored?.includes(name))
      return [];
    const setting = byVariable.get(name);
    if (setting !== undefined) return [{ setting, value, source: 'environment', where: name }];
    const close = nearest(withoutPrefix(name), names.map(withoutPrefix));
    if (close !== undefined) problems.push(`${name}: there is no such variable${hint(`OGM_${close}`)}`);
    return [];
  });
}

function fromFlags(settings: readonly Known[], inputs: Inputs, problems: string[]): Given[] {
  const given: Given[] = [];
  for (const assignment of inputs.set ?? []) {
    const split = assignment.indexOf('=');
    const path = split < 0 ? assignment : assignment.slice(0, split);
    const setting = settings.find((known) => known.path === path);
    if (setting === undefined) {
      problems.push(`--set ${path}: there is no such setting${hint(nearestSetting(path, settings))}`);
    } else if (split < 0) {
      problems.push(`--set ${path}: has no value; say --set ${path}=VALUE`);
    } else {
      given.push({ setting, value: assignment.slice(split + 1), source: 'flag', where: `--set ${path}` });
    }
  }
  for (const [name, value] of Object.entries(inputs.flags ?? {})) {
    const setting = settings.find(({ flag }) => flag === name);
    if (setting === undefined) throw new Error(`no setting has the flag --${name}`);
    if (value !== undefined) given.push({ setting, value, source: 'flag', where: `--${name}` });
  }
  return given;
}

function nearestSetting(path: string, settings: readonly Known[]): string | undefined {
  return nearest(
    path,
    settings.map((setting) => setting.path),
  );
}

function withoutPrefix(variable: string): string {
  return variable.slice('OGM_'.length);
}

function hint(close: string | undefined): string {
  return close === undefined ? '' : `; did you mean ${close}?`;
}

/** Where in a setting with a structure of its own. */
function within(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

function refusal(problems: readonly string[]): Refusal {
  return new Refusal({ code: 'bad-configuration', status: 400, detail: problems.join('\n') });
}
