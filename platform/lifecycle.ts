import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';
import { Refusal } from './failure.ts';
import type { Log } from './log.ts';

/** A part that can be started and stopped. `stop` drains, may be called at any moment, and again. */
export interface Part extends AsyncDisposable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Several parts as one. They start in their order, each after the one before it, and stop in the reverse order, each
 * once. Where one does not start, it and those before it are stopped, and its error is thrown. A stop that comes
 * during the start lets the part at hand finish starting; `start` then throws a Refusal with code `stopped`. Every
 * part is stopped, also after another one's stop has thrown; what was thrown is thrown at the end.
 */
export function group(parts: readonly Part[], log: Log): Part {
  const begun: Part[] = [];
  let current: Promise<void> = Promise.resolve();
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const part of parts) {
      if (stopping !== undefined) {
        throw new Refusal({ code: 'stopped', status: 503, detail: 'this was stopped while it started' });
      }
      begun.push(part);
      try {
        current = part.start();
        await current;
      } catch (error) {
        await stop().catch((more: unknown) =>
          log.error('a part did not stop after another one had not started', { error: more }),
        );
        throw error;
      }
    }
  }

  async function stopAll(): Promise<void> {
    await current.catch(() => {}); // told by start
    const errors: unknown[] = [];
    for (const part of begun.toReversed()) {
      try {
        await part.stop();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} parts did not stop in order`);
  }

  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };
  return {
    start: () => {
      starting ??= startAll();
      return starting;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Signal = 'SIGINT' | 'SIGTERM';

/** What is used of `process`. */
export interface Signals {
  on(signal: Signal, listener: (signal: Signal) => void): unknown;
  off(signal: Signal, listener: (signal: Signal) => void): unknown;
  exit(code: number): unknown;
}

/**
 * Ctrl-C below `npm run` sends SIGINT twice within milliseconds, by the terminal and by npm: signals that follow the
 * first so closely do not mean that its sender lost patience.
 */
const sameSignalMs = 500;

/**
 * Calls `first` at the first SIGINT or SIGTERM; another one ends the process at once, with 130 or 143. Returns the
 * function that takes its hands off the signals.
 */
export function onSignals(signals: Signals, clock: Clock, first: (signal: Signal) => void): () => void {
  let signalled: number | undefined;
  const listener = (signal: Signal) => {
    if (signalled === undefined) {
      signalled = clock.now();
      first(signal);
    } else if (clock.now() - signalled >= sameSignalMs) {
      signals.exit(128 + constants.signals[signal]);
    }
  };
  signals.on('SIGINT', listener);
  signals.on('SIGTERM', listener);
  return () => {
    signals.off('SIGINT', listener);
    signals.off('SIGTERM', listener);
  };
}

/**
 * Starts the part, waits for SIGINT or SIGTERM or the end of `endOfInput` (a pipe that the parent process holds open
 * as long as it lives), stops the part, and resolves. Another signal ends the process at once, with 130 or 143; so
 * does, with 1, a stop that takes longer than `drainMs` milliseconds. Throws what the part's start or stop throws.
 */
export async function runUntilStopped(options: {
  readonly part: Part;
  readonly log: Log;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly drainMs: number;
  readonly endOfInput?: Readable | undefined;
}): Promise<void> {
  const { part, log, clock, signals, drainMs, endOfInput } = options;
  const asked = Promise.withResolvers<string>();
  const onEnd = () => asked.resolve('end of input');

  const stop = async () => {
    const cancel = clock.after(drainMs, () => {
      log.error('stopping takes too long: ending at once', { drainMs });
      signals.exit(1);
    });
    try {
      await part.stop();
    } finally {
      cancel();
    }
  };

  const offSignals = onSignals(signals, clock, asked.resolve);
  for (const event of ends) endOfInput?.on(event, onEnd);
  if (endOfInput?.readableEnded === true || endOfInput?.destroyed === true) onEnd();
  endOfInput?.resume(); // the end of a pipe is seen only by reading to it
  try {
    const started = part.start();
    const stopWanted = await Promise.race([started, asked.promise]).catch(async (error: unknown) => {
      await stop().catch((more: unknown) =>
        log.error('what did not start did not stop either', { error: more }),
      );
      throw error;
    });
    const reason = stopWanted ?? (await asked.promise);
    log.info('stopping', { reason });
    // A start that is cut short throws; that was wanted.
    await Promise.all([
      stop(),
      started.catch((error: unknown) => log.debug('start was cut short', { error })),
    ]);
    log.info('stopped');
  } finally {
    offSignals();
    for (const event of ends) endOfInput?.off(event, onEnd);
    endOfInput?.pause();
  }
}

/** All the ways in which a stream tells that nothing more will come. */
const ends = ['end', 'close', 'error'] as const;
