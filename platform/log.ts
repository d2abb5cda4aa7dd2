import type { Writable } from 'node:stream';
import { createLogger, format as formats, transports } from 'winston';
import type { Clock } from './clock.ts';
import { jsonLine, type Level, type LogEntry, textLine } from './log-line.ts';

/** What every part logs through. Fields are data, never part of the message; a secret never stands in either. */
export interface Log {
  error(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
  /** Whether a level is on: guard hot paths with it. */
  enabled(level: 'error' | 'warn' | 'info' | 'debug'): boolean;
  /** The same log with fields that stand in every line. */
  child(fields: Record<string, unknown>): Log;
}

/** Where lines go: `process.stderr`, or what a test passes. A terminal says so, and whether it shows colours. */
type LogStream = Writable & { readonly isTTY?: boolean; hasColors?(): boolean };

const order: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/**
 * A log on winston. `auto` is text on a terminal and JSON elsewhere; colours are used where the stream is a terminal
 * that has them, which NO_COLOR denies. Stacks of errors are told at level debug only.
 */
export function createLog(options: {
  readonly level: Level;
  readonly format: 'json' | 'text' | 'auto';
  readonly stream: LogStream;
  readonly clock: Clock;
}): Log {
  const { level, stream, clock } = options;
  const terminal = stream.isTTY === true;
  const text = options.format === 'text' || (options.format === 'auto' && terminal);
  const colour = terminal && stream.hasColors?.() === true;
  const stacks = level === 'debug';
  const logger = createLogger({
    levels: { ...order },
    level,
    format: formats.printf((info) => {
      const entry = info.entry as LogEntry;
      return text ? textLine(entry, stacks, colour) : jsonLine(entry, stacks);
    }),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  });
  // Whoever read the log has gone away: no reason to end a service.
  stream.on('error', () => {});
  return logOver(level, (entry) => logger.write({ level: entry.level, message: '', entry }), clock, {});
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  enabled: () => false,
  child: () => silentLog,
};

function logOver(
  least: Level,
  write: (entry: LogEntry) => void,
  clock: Clock,
  standing: Readonly<Record<string, unknown>>,
): Log {
  const enabled = (level: Level) => order[level] <= order[least];
  const at = (level: Level) => (message: string, fields?: Record<string, unknown>) => {
    // Asked here, because winston takes microseconds to say no.
    if (enabled(level)) write({ time: clock.now(), level, message, fields: { ...standing, ...fields } });
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    enabled,
    child: (fields) => logOver(least, write, clock, { ...standing, ...fields }),
  };
}
