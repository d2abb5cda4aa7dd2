import {
  type AgentMessage,
  type Assignment,
  type AttemptStage,
  type Inventory,
  mostAttemptsAMessage,
} from '../../protocol/agent/messages.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import { type AttemptKey, type BootMoment, noExit } from '../back-ends/back-end.ts';
import { endOf, type Result } from './results.ts';

/** What a broker has this node do, as it is kept. */
export type Kept = Omit<Assignment, 'type' | 'task' | 'attempt'>;

/** The lease, in moments of the back end's clock. */
export interface Grant {
  readonly latestStartMs: number;
  /** Nothing of it runs after this; null where the task has no time limit. */
  readonly leaseEndMs: number | null;
}

interface Common {
  readonly key: AttemptKey;
  readonly kept: Kept;
}

/**
 * An attempt as the node has it.
 *
 * held        its files are fetched, or it waits for room
 * asking      the broker was asked whether it may start, and has not answered
 * started     it may: the back end has it, or is being given it
 * dropped     nobody wants it any more, but it may still run: it is being killed
 * collecting  its program has ended; what it left is sent
 * ended       all of it is at the broker but the word that it has
 */
export type Attempt =
  | (Common & { readonly stage: 'held' })
  | (Common & { readonly stage: 'asking'; readonly asked: BootMoment })
  | (Common & {
      readonly stage: 'started' | 'dropped';
      readonly asked: BootMoment;
      readonly grant: Grant;
      readonly handle: string | null;
      /** Why its owner ended it, as a sentence. */
      readonly fault: string | null;
      /** How long it may take to end, in milliseconds, once it was cancelled. */
      readonly cancelMs: number | null;
      /** Why the node ends it, though nothing is wrong with it: it is closed. */
      readonly evicted?: string;
    })
  | (Common & {
      readonly stage: 'collecting';
      readonly exit: ExitView;
      readonly fault: string | null;
      readonly handle: string | null;
    })
  | (Common & { readonly stage: 'ended'; readonly result: Result; readonly handle: string | null });

/** What happens to an attempt; what the journal holds. */
export type AttemptEvent =
  | { readonly type: 'assigned'; readonly key: AttemptKey; readonly kept: Kept }
  /** It cannot be run here. */
  | { readonly type: 'unfit'; readonly code: string; readonly reason: string; readonly elsewhere: boolean }
  | { readonly type: 'asked'; readonly at: BootMoment }
  | { readonly type: 'granted'; readonly latestStartMs: number; readonly leaseMs: number | null }
  | { readonly type: 'launched'; readonly handle: string }
  | { readonly type: 'cancelled'; readonly graceMs: number }
  /** It took more than its owner allows. */
  | { readonly type: 'overgrown'; readonly reason: string; readonly graceMs: number }
  /** The node is closed, and what runs is to end. */
  | { readonly type: 'evicted'; readonly reason: string; readonly graceMs: number }
  | { readonly type: 'exited'; readonly exit: ExitView; readonly why: string | null }
  | { readonly type: 'collected'; readonly result: Result }
  /** The broker would not have it start. */
  | { readonly type: 'dropped' }
  | { readonly type: 'forgotten' }
  /** As it stood when the journal was made smaller. */
  | { readonly type: 'restored'; readonly attempt: Attempt };

/** What is to be done then. */
export type Effect =
  | { readonly do: 'fetch' }
  | { readonly do: 'refuse'; readonly code: string; readonly reason: string; readonly elsewhere: boolean }
  | { readonly do: 'ask' }
  | { readonly do: 'start' }
  | { readonly do: 'cancel'; readonly graceMs: number }
  | { readonly do: 'collect' }
  | { readonly do: 'report' }
  | { readonly do: 'clear' }
  /** After the machine was started anew: ask the back end what it knows, and start nothing. */
  | { readonly do: 'find' };

export interface Step {
  /** undefined once nothing is kept of it. */
  readonly attempt: Attempt | undefined;
  readonly effects: readonly Effect[];
}

/**
 * What becomes of an attempt by an event; undefined where the event says nothing to it as it stands, such as a repeat.
 * Where it is to be `sure`, the event must be on the disk before the effects begin.
 */
export function advance(attempt: Attempt | undefined, event: AttemptEvent): Step | undefined {
  if (attempt === undefined) {
    if (event.type === 'restored') return { attempt: event.attempt, effects: [] };
    if (event.type !== 'assigned') return undefined;
    return { attempt: { key: event.key, kept: event.kept, stage: 'held' }, effects: [{ do: 'fetch' }] };
  }
  const { key, kept } = attempt;
  switch (attempt.stage) {
    case 'held':
    case 'asking':
      return beforeStart(attempt, event);
    case 'started':
      switch (event.type) {
        case 'launched':
          return { attempt: { ...attempt, handle: event.handle }, effects: [] };
        case 'cancelled':
          if (attempt.cancelMs !== null && attempt.cancelMs <= event.graceMs) return undefined;
          return {
            attempt: { ...attempt, cancelMs: event.graceMs },
            effects: [{ do: 'cancel', graceMs: event.graceMs }],
          };
        case 'overgrown':
          if (attempt.cancelMs !== null) return undefined;
          return {
            attempt: { ...attempt, fault: event.reason, cancelMs: event.graceMs },
            effects: [{ do: 'cancel', graceMs: event.graceMs }],
          };
        case 'evicted':
          if (attempt.cancelMs !== null && attempt.cancelMs <= event.graceMs) return undefined;
          return {
            attempt: {
              ...attempt,
              cancelMs: event.graceMs,
              ...(attempt.cancelMs === null ? { evicted: event.reason } : {}),
            },
            effects: [{ do: 'cancel', graceMs: event.graceMs }],
          };
        case 'exited': {
          const { handle, evicted } = attempt;
          // One that was done all the same has ended by itself.
          const isEvicted = evicted !== undefined && event.exit.kind === 'cancelled';
          const exit: ExitView = isEvicted ? { ...event.exit, kind: 'evicted' } : event.exit;
          const fault = (isEvicted ? evicted : attempt.fault) ?? event.why;
          return {
            attempt: { key, kept, stage: 'collecting', exit, fault, handle },
            effects: [{ do: 'collect' }],
          };
        }
        case 'forgotten':
          return {
            attempt: { ...attempt, stage: 'dropped', cancelMs: 0 },
            effects: [{ do: 'cancel', graceMs: 0 }],
          };
        default:
          return undefined;
      }
    case 'dropped':
      if (event.type === 'launched') return { attempt: { ...attempt, handle: event.handle }, effects: [] };
      return event.type === 'exited' ? gone : undefined;
    case 'collecting':
      if (event.type === 'forgotten') return gone;
      if (event.type !== 'collected') return undefined;
      return {
        attempt: { key, kept, stage: 'ended', result: event.result, handle: attempt.handle },
        effects: [{ do: 'report' }],
      };
    case 'ended':
      return event.type === 'forgotten' ? gone : undefined;
  }
}

const gone: Step = { attempt: undefined, effects: [{ do: 'clear' }] };

/** While nothing of it can have run. */
function beforeStart(attempt: Attempt & { stage: 'held' | 'asking' }, event: AttemptEvent): Step | undefined {
  const { key, kept } = attempt;
  switch (event.type) {
    case 'asked':
      if (attempt.stage !== 'held') return undefined;
      return { attempt: { key, kept, stage: 'asking', asked: event.at }, effects: [{ do: 'ask' }] };
    case 'granted': {
      if (attempt.stage !== 'asking') return undefined;
      const { asked } = attempt;
      const grant = {
        latestStartMs: asked.atMs + event.latestStartMs,
        leaseEndMs: event.leaseMs === null ? null : asked.atMs + event.leaseMs,
      };
      return {
        attempt: { key, kept, stage: 'started', asked, grant, handle: null, fault: null, cancelMs: null },
        effects: [{ do: 'start' }],
      };
    }
    case 'unfit': {
      const { code, reason, elsewhere } = event;
      return {
        attempt: undefined,
        effects: [{ do: 'refuse', code, reason, elsewhere }, { do: 'clear' }],
      };
    }
    case 'cancelled':
      return over(attempt, noExit('cancelled'));
    case 'exited':
      return over(attempt, event.exit);
    case 'dropped':
    case 'forgotten':
      return gone;
    default:
      return undefined;
  }
}

function over({ key, kept }: Attempt, exit: ExitView): Step {
  const nothing = { text: '' };
  const result = { exit, stdout: nothing, stderr: nothing, outputs: [], fault: null };
  return { attempt: { key, kept, stage: 'ended', result, handle: null }, effects: [{ do: 'report' }] };
}

/**
 * Whether an event must be on the disk before anything is done about it: what the broker may count on (`asked`), what
 * may run (`granted`), why it was ended (`evicted`), and that the last trace may go. All else can be found out again.
 */
export function mustBeSure(event: AttemptEvent): boolean {
  return (
    event.type === 'asked' ||
    event.type === 'granted' ||
    event.type === 'evicted' ||
    event.type === 'forgotten' ||
    event.type === 'dropped'
  );
}

/** What is to be done about an attempt that is found in the journal of an agent before this one. */
export function resume(attempt: Attempt, boot: string): readonly Effect[] | AttemptEvent {
  switch (attempt.stage) {
    case 'held':
      return [{ do: 'fetch' }];
    case 'asking':
      // What the broker grants is counted from a moment of a clock that is gone; nothing has run.
      return attempt.asked.boot === boot ? [] : { type: 'exited', exit: noExit('too-late'), why: null };
    case 'started': {
      if (attempt.asked.boot !== boot) return [{ do: 'find' }];
      // A start that was said before starts nothing again, and tells how it stands.
      const { cancelMs } = attempt;
      return [{ do: 'start' }, ...(cancelMs === null ? [] : [{ do: 'cancel', graceMs: cancelMs } as const])];
    }
    case 'dropped':
      if (attempt.asked.boot !== boot) return { type: 'exited', exit: noExit('lost'), why: null };
      return [{ do: 'cancel', graceMs: 0 }, { do: 'find' }];
    case 'collecting':
      return [{ do: 'collect' }];
    case 'ended':
      return [];
  }
}

/** Whether its program may run, or be about to: it has its place among those that run at once. */
export function takesRoom({ stage }: Attempt): boolean {
  return stage === 'asking' || stage === 'started' || stage === 'dropped';
}

/** The name of its stage as brokers know it; undefined of one that no broker asks for any more. */
export function stageOf({ stage }: Attempt): AttemptStage | undefined {
  switch (stage) {
    case 'dropped':
      return undefined;
    case 'collecting':
      return 'staging-out';
    default:
      return stage;
  }
}

/** What brokers are told of all that are here, in as many messages as that takes. */
export function inventoryOf(attempts: readonly Attempt[]): Inventory[] {
  const tasks = attempts.flatMap((attempt) => {
    const stage = stageOf(attempt);
    return stage === undefined ? [] : [{ ...attempt.key, stage }];
  });
  const messages: Inventory[] = [];
  do {
    const part = tasks.splice(0, mostAttemptsAMessage);
    const more = tasks.length > 0 ? { more: true as const } : {};
    messages.push({ type: 'inventory', tasks: part, ...more });
  } while (tasks.length > 0);
  return messages;
}

/** What is said of it until it is answered. */
export function openWord(attempt: Attempt): AgentMessage[] {
  if (attempt.stage === 'asking')
    return [{ type: 'may-start', ...attempt.key, askedAtMs: attempt.asked.atMs }];
  if (attempt.stage === 'ended') return [...endOf(attempt.key, attempt.result)];
  return [];
}
