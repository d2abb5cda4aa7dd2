import { type Part, runUntilStopped } from '../../platform/lifecycle.ts';
import type { Context } from './context.ts';

/** An option of commands that another program starts, and that must not outlive it. */
export const untilEndOfInput = [
  '--until-end-of-input',
  'end when standard input ends, as a program does that holds the other end of a pipe',
] as const;

/** Runs until a signal comes, then stops in order. */
export function serve(context: Context, part: Part, options: { untilEndOfInput?: true } = {}): Promise<void> {
  const { log, clock, config } = context;
  const endOfInput = options.untilEndOfInput ? process.stdin : undefined;
  return runUntilStopped({
    part,
    log,
    clock,
    signals: process,
    drainMs: config.house['stop-timeout'],
    endOfInput,
  });
}

/** A part that only does something once those before it have started. */
export function whenStarted(task: () => void | Promise<void>): Part {
  const stop = async () => {};
  return { start: async () => task(), stop, [Symbol.asyncDispose]: stop };
}
