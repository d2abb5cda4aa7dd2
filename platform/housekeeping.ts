import { createTask, type ScheduledTask, validate } from 'node-cron';
import type { Clock } from './clock.ts';
import type { Part } from './lifecycle.ts';
import type { Log } from './log.ts';

/** What wants to be called now and then, to forget what is too old. */
export interface Sweeper {
  /** Stands in the log. */
  readonly name: string;
  /** `now` in milliseconds since 1970. */
  sweep(now: number): Promise<void>;
}

/**
 * Calls every sweeper by `schedule`, a cron pattern of five fields or, with seconds, of six. One whose last sweep is
 * still running is left out; one that throws is logged, called again next time, and holds up no other. `stop` waits
 * for the sweeps that are running.
 */
export function createHousekeeping(options: {
  readonly sweepers: readonly Sweeper[];
  readonly schedule: string;
  readonly clock: Clock;
  readonly log: Log;
}): Part {
  const { sweepers, schedule, clock, log } = options;
  if (!validate(schedule)) throw new Error(`'${schedule}' is no cron pattern`);
  const running = new Map<Sweeper, Promise<void>>();
  let task: ScheduledTask | undefined;

  async function sweep(sweeper: Sweeper): Promise<void> {
    try {
      await sweeper.sweep(clock.now());
    } catch (error) {
      log.error('a sweep failed', { sweeper: sweeper.name, error });
    }
  }

  function sweepAll(): void {
    for (const sweeper of sweepers) {
      if (running.has(sweeper)) {
        log.warn('a sweep is still running', { sweeper: sweeper.name });
        continue;
      }
      running.set(
        sweeper,
        sweep(sweeper).finally(() => running.delete(sweeper)),
      );
    }
  }

  const stop = async () => {
    await task?.destroy();
    task = undefined;
    await Promise.all(running.values());
  };
  return {
    async start() {
      const logger = {
        info: (message: string) => log.debug(message),
        warn: (message: string) => log.debug(message),
        error: (error: string | Error) => log.error('housekeeping failed', { error }),
        debug: (message: string | Error) => log.debug(String(message)),
      };
      // Its own logger would write to standard output.
      task = createTask(schedule, sweepAll, { unref: true, logger });
      await task.start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
