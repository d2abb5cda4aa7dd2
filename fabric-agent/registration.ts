import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';

export interface RegistrationOptions<Document> {
  /** The documents to register, as they are now; where they cannot be made, that is tried again as the telling is. */
  readonly documents: () => Promise<readonly Document[]>;
  /** Tells infogather one document; rejects where it could not be told, or was refused. */
  readonly register: (document: Document, options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Called when all of it was told; never rejects. */
  readonly told?: (signal: AbortSignal) => Promise<void>;
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

/** There is nothing to complain of: what the telling needs is about to be there. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

/** How many documents are told at once. */
const toldAtOnce = 16;

export interface Registration extends Part {
  /** Tells all of it now, or once more after what is under way. */
  again(): void;
}

/** Keeps the node's applications known to infogather. Starting waits for nothing: infogather may come later. */
export function createRegistration<Document>(options: RegistrationOptions<Document>): Registration {
  const { clock, log } = options;
  let cancel = () => {};
  let round: Promise<void> | undefined;
  let isUnderWay = false;
  let isWanted = false;
  const stopped = new AbortController();
  const { signal } = stopped;
  let failures = 0;
  let state: 'new' | 'registered' | 'failing' = 'new';

  const change = (next: 'registered' | 'failing', say: () => void) => {
    if (state !== next) say();
    state = next;
  };
  const begin = () => {
    isUnderWay = true;
    isWanted = false;
    round = tellAll().then((waitMs) => {
      isUnderWay = false;
      if (signal.aborted) return;
      if (isWanted) begin();
      else cancel = clock.after(waitMs, begin);
    });
  };
  const tellAll = async () => {
    const reasons: string[] = [];
    const note = (reason: unknown) => reasons.push(reason instanceof Error ? reason.message : String(reason));
    let documents: readonly Document[] = [];
    try {
      documents = await options.documents();
    } catch (error) {
      if (error instanceof NotYet) return options.retryMs;
      note(error);
    }
    for (let first = 0; first < documents.length; first += toldAtOnce) {
      if (signal.aborted) return 0;
      // Together, so that the first poll finds all of them registered; one that is refused keeps no other back.
      const together = documents
        .slice(first, first + toldAtOnce)
        .map((document) => options.register(document, { signal }));
      for (const told of await Promise.allSettled(together)) {
        if (told.status === 'rejected') note(told.reason);
      }
    }
    if (signal.aborted) return 0;
    if (reasons.length === 0) {
      failures = 0;
      await options.told?.(signal);
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
    again() {
      isWanted = true;
      if (isUnderWay || signal.aborted || round === undefined) return;
      cancel();
      begin();
    },
    async stop() {
      cancel();
      stopped.abort();
      await round;
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
}
