import { resolve } from 'node:path';
import { z } from 'zod';
import { quoted, type Reading, readDuration, readSize } from './quantities.ts';
import {
  type KnownBroker,
  pieces,
  readAddress,
  readBoolean,
  readBroker,
  readNamedKey,
  readPort,
  readRate,
  readText,
  readUrl,
  readWhole,
  within,
} from './readers.ts';

/** What the owner of a setting says about it. */
export interface About {
  /** One sentence for the reader of docs/configuration.md. */
  readonly says: string;
  /** The name of its own command line flag, without dashes, for the few settings that have one. */
  readonly flag?: string | undefined;
}

/** What is known of a setting beside its schema. */
export interface SettingMeta extends About {
  /** What is written where the unit stands: 'duration', 'size', 'one of: a, b', … */
  readonly unit: string;
  /** The default as a person would write it; undefined where the setting may be left out. */
  readonly fallback: string | undefined;
}

/** Describes each setting's schema; zod keeps it weakly, beside the schema, and it is written only where one is made. */
export const settingMeta = z.registry<SettingMeta>();

/** The schema of a setting: with a default, or explicitly optional where the default is undefined. */
export type Setting<T, Fallback> = undefined extends Fallback
  ? z.ZodOptional<z.ZodType<T, unknown>>
  : z.ZodPrefault<z.ZodType<T, unknown>>;

/** A time span, such as '30 s', '5 min', '250 ms' or '1 h 30 min'; milliseconds in the program. At least 1 ms unless `min` says less. */
export function duration<F extends string | undefined>(
  fallback: F,
  about: About & { readonly min?: string; readonly max?: string },
): Setting<number, F> {
  const limits = { min: about.min ?? '1 ms', max: about.max };
  return setting<number, F>(within(readDuration, limits), 'duration', fallback, about);
}

/** A number of bytes, such as '64 KiB' or '10 MB'; bytes in the program. */
export function size<F extends string | undefined>(
  fallback: F,
  about: About & { readonly min?: string; readonly max?: string },
): Setting<number, F> {
  return setting<number, F>(within(readSize, about), 'size', fallback, about);
}

/** A whole number, from 0 unless `min` says otherwise. */
export function count<F extends number | undefined>(
  fallback: F,
  about: About & { readonly min?: number; readonly max?: number },
): Setting<number, F> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = about;
  return setting<number, F>(readWhole('a whole number', min, max), 'count', fallback, about);
}

/** How often something may happen, a second: more than 0, fractions allowed. */
export function rate<F extends number | undefined>(fallback: F, about: About): Setting<number, F> {
  return setting<number, F>(readRate, 'a second', fallback, about);
}

/** A TCP port; 0 is any free one. */
export function port<F extends number | undefined>(fallback: F, about: About): Setting<number, F> {
  return setting<number, F>(readPort, 'port', fallback, about);
}

/** An address with its port, such as '193.10.66.141:7685', '[::1]:7685' or 'broker.example.org:7685'. */
export function address<F extends string | undefined>(fallback: F, about: About): Setting<string, F> {
  return setting<string, F>(readAddress, 'address:port', fallback, about);
}

/** The address of a service, such as 'http://127.0.0.1:8480'. */
export function url<F extends string | undefined>(fallback: F, about: About): Setting<string, F> {
  return setting<string, F>(readUrl, 'url', fallback, about);
}

/** Any text that is not empty. */
export function text<F extends string | undefined>(fallback: F, about: About): Setting<string, F> {
  return setting<string, F>(readText, 'text', fallback, about);
}

/** A folder, or a file; the program gets its absolute path, seen from where it was started. */
export function folder<F extends string | undefined>(fallback: F, about: About): Setting<string, F> {
  const read = (given: unknown): Reading<string> => {
    const reading = readText(given);
    return 'value' in reading ? { value: resolve(reading.value) } : reading;
  };
  return setting<string, F>(read, 'path', fallback, about);
}

/** Yes or no. */
export function boolean<F extends boolean | undefined>(fallback: F, about: About): Setting<boolean, F> {
  return setting<boolean, F>(readBoolean, 'true or false', fallback, about);
}

/** One of a few words. */
export function choice<const W extends string, F extends NoInfer<W> | undefined>(
  words: readonly W[],
  fallback: F,
  about: About,
): Setting<W, F> {
  const read = (given: unknown): Reading<W> => {
    const word = words.find((known) => known === given);
    return word === undefined
      ? { problem: `${quoted(given)} is not one of: ${words.join(', ')}` }
      : { value: word };
  };
  return setting<W, F>(read, `one of: ${words.join(', ')}`, fallback, about);
}

const itemReaders = {
  text: readText,
  port: readPort,
  address: readAddress,
  'name=key': readNamedKey,
  'address=url file': readBroker,
} as const;
interface Items {
  text: string;
  port: number;
  address: string;
  'name=key': { name: string; key: string };
  'address=url file': KnownBroker;
}

/**
 * Several texts, ports, addresses, keys or brokers: a YAML list, or one text in which commas part them. `check` says what is wrong
 * with them together.
 */
export function list<K extends keyof Items>(
  item: K,
  fallback: readonly NoInfer<Items[K] & (string | number)>[],
  about: About & {
    readonly max?: number;
    readonly check?: (values: readonly Items[K][]) => string | undefined;
  },
): Setting<Items[K][], string> {
  const readItem = itemReaders[item] as (given: unknown) => Reading<Items[K]>;
  const { max = 1000, check } = about;
  const read = (given: unknown): Reading<Items[K][]> => {
    const items: unknown[] = Array.isArray(given)
      ? given
      : typeof given === 'string'
        ? pieces(given)
        : [given];
    if (items.length > max) return { problem: `has ${items.length} entries; at most ${max} are allowed` };
    const values: Items[K][] = [];
    for (const each of items) {
      const reading = readItem(each);
      if ('problem' in reading) return reading;
      values.push(reading.value);
    }
    const problem = check?.(values);
    return problem === undefined ? { value: values } : { problem };
  };
  return setting<Items[K][], string>(read, `list of ${item}`, fallback.join(', '), about);
}

/**
 * A setting with a structure of its own, such as a catalogue: written in the configuration file as YAML, elsewhere as
 * JSON. `unit` names its shape for people.
 */
export function structure<T>(
  schema: z.ZodType<T>,
  fallback: NoInfer<T>,
  about: About & { readonly unit: string },
): Setting<T, object> {
  const complete = z.preprocess(fromJson, schema).prefault(fallback);
  const { says, flag, unit } = about;
  settingMeta.add(complete, { says, flag, unit, fallback: JSON.stringify(fallback) });
  return complete;
}

function fromJson(given: unknown, context: z.RefinementCtx): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    context.addIssue({ code: 'custom', message: `${quoted(given)} is not JSON` });
    return z.NEVER;
  }
}

function setting<T, F>(
  read: (given: unknown) => Reading<T>,
  unit: string,
  fallback: F,
  about: About,
): Setting<T, F> {
  const schema: z.ZodType<T, unknown> = z.unknown().transform((given, context) => {
    const reading = read(given);
    if ('value' in reading) return reading.value;
    context.issues.push({ code: 'custom', message: reading.problem, input: given });
    return z.NEVER;
  });
  const complete = fallback === undefined ? schema.optional() : schema.prefault(fallback);
  const { says, flag } = about;
  settingMeta.add(complete, {
    says,
    flag,
    unit,
    fallback: fallback === undefined ? undefined : String(fallback),
  });
  // The two branches above are the two branches of the type.
  return complete as Setting<T, F>;
}
