import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Ended, Ending, StartOrder } from '../messages.ts';
import type { Sampler } from './sampler.ts';
import { bootMs, printedBytes, type StrayHunt, signal } from './system.ts';

/** One task under way. */
export interface Program {
  readonly ended: Promise<Ended>;
  /** Tells it to end, because of `why`; kills it after the grace. */
  stop(why: Ending, graceMs: number): void;
}

/** What looks after the tasks of a supervisor. */
export interface Watch {
  readonly sampleMs: number;
  /** Undefined where the system does not tell what processes use. */
  readonly sampler: Sampler | undefined;
  readonly hunt: StrayHunt;
}

/**
 * Starts a task in its folder, unless somebody did before (throws EEXIST). There is no process between this one and
 * the program: when this one is killed, nobody bounds it any more, until the next finds it by its environment.
 */
export function run(order: StartOrder, folder: string, { sampleMs, sampler, hunt }: Watch): Program {
  for (const name of ['work', 'tmp']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  closeSync(openSync(join(folder, 'lock'), 'wx', 0o600));
  const startedMs = bootMs();
  const ending = (state: Ending, number = 0, sentence = ''): Ended => {
    const { task, attempt } = order;
    return { task, attempt, state, number, startedMs, endedMs: bootMs(), cpuMs: 0, rssBytes: 0, sentence };
  };
  if (order.latestStartMs !== 0 && startedMs > order.latestStartMs) {
    return { ended: Promise.resolve(ending('too-late')), stop: () => {} };
  }
  const child = start(order, folder);
  let why: Ending | undefined;
  let killAtMs = Number.POSITIVE_INFINITY;
  const stop = (reason: Ending, graceMs: number) => {
    if (child.pid === undefined) return;
    // Who cancels may be patient, but not beyond the time that it has and the grace after that.
    const lastMs = reason === 'cancelled' && order.endMs !== 0 ? order.endMs + order.graceMs : Infinity;
    killAtMs = Math.min(killAtMs, bootMs() + graceMs, lastMs); // a second time can only shorten it
    if (why !== undefined) return;
    why = reason;
    signal(-child.pid, 'SIGTERM');
    signal(-child.pid, 'SIGCONT');
  };
  const unwatch =
    child.pid === undefined
      ? () => {}
      : sampler?.watch({
          leader: child.pid,
          limits: order.limits,
          over: (reason) => {
            if (why === undefined) stop(reason, order.graceMs);
          },
        });
  const look = setInterval(
    () => {
      if (bootMs() >= killAtMs) signal(-child.pid!, 'SIGKILL');
      if (why !== undefined) return;
      if (order.endMs !== 0 && bootMs() >= order.endMs) stop('timed-out', order.graceMs);
      else if (order.limits.outputBytes !== 0 && printedBytes(folder) > order.limits.outputBytes)
        stop('limit-output', order.graceMs);
    },
    Math.min(sampleMs, longestLookMs),
  );
  const finish = async (): Promise<Ended> => {
    try {
      const [code, name] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      signal(-child.pid!, 'SIGKILL');
      await hunt.after(folder);
      if (why !== undefined) return ending(why);
      return name === null ? ending('exited', code ?? 0) : ending('signalled', constants.signals[name]);
    } catch (error) {
      const { errno = 0, message } = error as NodeJS.ErrnoException;
      return ending('not-started', Math.abs(errno), message);
    } finally {
      clearInterval(look);
      unwatch?.();
    }
  };
  return { ended: finish(), stop };
}

/** The end of a task is noticed so late at most, in milliseconds. */
const longestLookMs = 100;

function start(order: StartOrder, folder: string): ChildProcess {
  const [out, err] = ['out', 'err'].map((name) => openSync(join(folder, name), 'a', 0o600));
  const [program = '', ...words] = order.argv.map(String);
  const environment = Object.fromEntries(
    order.environment.map((variable) => {
      const [name = '', ...value] = String(variable).split('=');
      return [name, value.join('=')];
    }),
  );
  try {
    return spawn(program.includes('/') ? program : `./${program}`, words, {
      argv0: program,
      cwd: join(folder, 'work'),
      env: { ...environment, OGM_TASK: folder },
      detached: true,
      stdio: ['ignore', out!, err!],
    });
  } finally {
    closeSync(out!);
    closeSync(err!);
  }
}
