import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';

export interface RegistrationOptions {
  /** The documents to register, as they are now. */
  readonly documents: () => readonly string[];
  /** Tells infogather one document; rejects where it could not be told, or was refused. */
  readonly register: (document: string) => Promise<void>;
  /** How often all is told again, in milliseconds. */
  readonly intervalMs: number;
  /** How long, in milliseconds, to wait after a first failure; doubled after each further one, up to the most. */
  readonly retryMs: number;
  readonly retryMostMs: number;
  /** From 0 to 1, for the jitter: nodes that lost infogather together shall not all come back at once. */
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps the node's applications known to infogather. Starting waits for nothing: infogather may come later. */
export function createRegistration(options: RegistrationOptions): Part {
  const { clock, log } = options;
  let cancel = () => {};
  let round: Promise<void> | undefined;
  let stopped = false;
  let failures = 0;
  let state: 'new' | 'registered' | 'failing' = 'new';

  const change = (next: 'registered' | 'failing', say: () => void) => {
    if (state !== next) say();
    state = next;
  };
  const begin = () => {
    round = tellAll().then((waitMs) => {
      if (!stopped) cancel = clock.after(waitMs, begin);
    });
  };
  const tellAll = async () => {
    const reasons: string[] = [];
    for (const document of options.documents()) {
      if (stopped) return 0;
      // One that is refused keeps no other from being told.
      await options.register(document).catch((error) => reasons.push(String(error?.message ?? error)));
    }
    if (reasons.length === 0) {
      failures = 0;
      change('registered', () => log.info('registered at infogather'));
      return options.intervalMs;
    }
    const retryMs = Math.min(options.retryMs * 2 ** failures, options.retryMostMs);
    failures += 1;
    change('failing', () => log.warn('not registered at infogather; trying again', { reason: reasons[0] }));
    return retryMs * (0.5 + options.random() / 2);
  };

  return {
    async start() {
      begin();
    },
    async stop() {
      stopped = true;
      cancel();
      await round;
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
}
