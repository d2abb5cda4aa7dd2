import { inspect, styleText } from 'node:util';

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** What one line of the log tells. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const colours = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' } as const;
/** Errors that caused each other are followed so far. */
const maxCauses = 5;

/** One line of JSON: time, level, message, then the fields; a field cannot take the place of those three. */
export function jsonLine(entry: LogEntry, stacks: boolean): string {
  const { level, message, fields } = entry;
  const head = { time: new Date(entry.time).toISOString(), level, message };
  const replace = (_key: string, value: unknown) => plain(value, stacks);
  try {
    return JSON.stringify({ ...head, ...fields, ...head }, replace);
  } catch {
    // A field that contains itself.
    return JSON.stringify({ ...head, fields: inspect(fields, { depth: 2 }) });
  }
}

/** One line for a person; where stacks are wanted, the lines of each error's stack below it. */
export function textLine(entry: LogEntry, stacks: boolean, colour: boolean): string {
  const dress = (style: 'red' | 'yellow' | 'green' | 'gray', text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const time = dress('gray', new Date(entry.time).toISOString());
  const level = dress(colours[entry.level], entry.level.padEnd(5));
  let line = `${time} ${level} ${oneLine(entry.message)}`;
  let below = '';
  for (const [name, value] of Object.entries(entry.fields)) {
    if (value === undefined) continue;
    line += ` ${dress('gray', `${oneLine(name)}=`)}${oneLine(fieldText(value))}`;
    if (stacks && value instanceof Error) below += `\n${indented(value)}`;
  }
  return line + below;
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (value instanceof Error) return JSON.stringify(value.message);
  try {
    return JSON.stringify(value, (_key, inner: unknown) => plain(inner, false)) ?? String(value);
  } catch {
    return inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
  }
}

/** What JSON leaves out or refuses, in a form that it takes. */
function plain(value: unknown, stacks: boolean, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  return {
    name: value.name,
    message: value.message,
    code: 'code' in value ? value.code : undefined,
    stack: stacks ? value.stack : undefined,
    cause:
      value.cause === undefined || depth >= maxCauses ? undefined : plain(value.cause, stacks, depth + 1),
  };
}

function indented(error: Error): string {
  const lines = inspect(error).split('\n');
  return lines.map((line) => `    ${oneLine(line)}`).join('\n');
}

/** What comes from outside must neither make a line of its own nor drive the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
