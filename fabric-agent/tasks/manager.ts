import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { AgentFacts, AgentMessage, BrokerMessage } from '../../protocol/agent/messages.ts';
import { type AttemptKey, type BackEnd, wordOf } from '../back-ends/back-end.ts';
import { admit, type OwnerRules, type Unfit } from './admission.ts';
import {
  type Attempt,
  type AttemptEvent,
  advance,
  inventoryOf,
  mustBeSure,
  openWord,
  resume,
  takesRoom,
} from './attempt.ts';
import type { FloorOf } from './floor.ts';
import { Hands } from './hands.ts';
import { type Journal, openJournal } from './journal.ts';
import type { Patience } from './pause.ts';
import { Readiness } from './readiness.ts';
import { Reads } from './reads.ts';
import { Undertaking } from './undertaking.ts';
import type { Worker } from './worker.ts';

/** One line of the journal. */
interface AttemptRecord extends AttemptKey {
  readonly event: AttemptEvent;
}

export interface ManagerOptions {
  readonly backEnd: BackEnd;
  readonly worker: Worker;
  readonly rules: OwnerRules;
  /** Where attempts find room to run. */
  readonly floor: FloorOf;
  /** Says something to the broker, now or when there is a session. */
  readonly send: (message: AgentMessage) => void;
  readonly journal: { readonly file: string; readonly compactBytes: number };
  /** What the broker is told at the beginning of inputs that are here. */
  readonly holds: () => readonly AgentMessage[];
  /** What the node is, as brokers are told. */
  readonly says: () => AgentFacts['says'];
  /** Attempts (a count) that are taken ahead of those that run. */
  readonly mostHeld: number;
  /** Whether tasks of others than the owner run here though nothing keeps them apart. */
  readonly acceptsUnisolated: boolean;
  /** Whether the owner takes no more tasks. */
  readonly draining: boolean;
  /** How often the back end is asked how it is with what runs, in milliseconds: an end that it did not tell of is found so. */
  readonly stateMs: number;
  /** Does what the files of a task want of this machine; throws where that cannot be done. */
  readonly tryFolder: () => Promise<void>;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What becomes of the attempts that a broker sends. Each thing that happens goes through `advance`, into the journal,
 * and what is to be done then is done: at once, or once the journal is on the disk where that must be sure.
 */
export class TaskManager implements Part {
  readonly #options: ManagerOptions;
  readonly #hands: Hands;
  readonly #all = new Map<string, Undertaking>();
  readonly #readiness: Readiness;
  readonly #reads: Reads;
  #journal: Journal<AttemptRecord> | undefined;
  #draining = false;
  #stopped = false;
  #cancelLook = () => {};

  constructor(options: ManagerOptions) {
    this.#options = options;
    // Brokers are to send nothing while it fails.
    const changed = () => options.send(this.#facts());
    this.#readiness = new Readiness({ ...options, attempt: options.tryFolder, changed });
    this.#reads = new Reads({ ...options, attempt: (key) => this.#all.get(wordOf(key))?.attempt });
    this.#hands = new Hands({
      ...options,
      readiness: this.#readiness,
      graceMs: options.rules.graceMs,
      happen: (key, event) => this.#happen(key, event),
      ready: ({ attempt }) => this.#ask(attempt),
    });
  }

  /** Reads the journal, and goes on where the agent before this one was. The back end must have started. */
  async start(): Promise<void> {
    const { backEnd, journal, clock, log, patience } = this.#options;
    const opened = await openJournal<AttemptRecord>({
      ...journal,
      snapshot: () => this.#snapshot(),
      retryMs: patience.firstMs,
      // Brokers are to send nothing meanwhile.
      changed: () => this.#options.send(this.#facts()),
      clock,
      log,
    });
    this.#journal = opened.journal;
    for (const { task, attempt, event } of opened.records) {
      const step = advance(this.#all.get(wordOf({ task, attempt }))?.attempt, event);
      if (step !== undefined) this.#place({ task, attempt }, step.attempt);
    }
    await this.#hands.clearAllBut((key) => this.#all.has(wordOf(key)));
    backEnd.listen((key, end) => this.#hands.heard(key, end));
    const { boot } = backEnd.now();
    for (const one of this.#all.values())
      if (takesRoom(one.attempt)) this.#options.floor.admit(wordOf(one.attempt.key), needOf(one.attempt));
    for (const one of [...this.#all.values()]) {
      const next = resume(one.attempt, boot);
      if ('type' in next) this.#happen(one.attempt.key, next);
      else this.#hands.do(one, next);
    }
    this.#lookLater();
  }

  /** Lets go of everything but what runs. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelLook();
    this.#readiness.stop();
    this.#reads.stop();
    await this.#hands.stop(this.#all.values());
    await this.#journal?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** How many attempts wait until they may start. */
  get waiting(): number {
    let count = 0;
    for (const { attempt } of this.#all.values()) if (attempt.stage === 'held') count += 1;
    return count;
  }

  /** Whether it takes no more. */
  get isDraining(): boolean {
    return this.#options.draining || this.#draining || this.#isFailing;
  }

  /** What a session that begins anew starts with: what the node is, all it has, and what it waits for. */
  greeting(): AgentMessage[] {
    const attempts = Array.from(this.#all.values(), ({ attempt }) => attempt);
    const { holds } = this.#options;
    return [this.#facts(), ...inventoryOf(attempts), ...holds(), ...attempts.flatMap(openWord)];
  }

  receive(messages: readonly BrokerMessage[]): void {
    for (const message of messages) {
      if (message.type === 'assign') this.#assign(message);
      else if (message.type === 'answer') this.#answer(message, message.text);
      else if (message.type === 'drain') this.#drain(message.draining);
      else if (message.type === 'read') this.#reads.take(message);
      else this.#happen(message, eventOf(message));
    }
  }

  #assign({ type: _, task, attempt, ...kept }: BrokerMessage & { type: 'assign' }): void {
    const key = { task, attempt };
    if (this.#all.has(wordOf(key))) return;
    const allowed = this.#whyNot() ?? admit(kept, this.#options.rules);
    if ('reason' in allowed) this.#options.send({ type: 'refuse', ...key, ...allowed });
    else this.#happen(key, { type: 'assigned', key, kept });
  }

  /** Why no task is taken just now. */
  #whyNot(): Unfit | undefined {
    const no = (code: string, reason: string) => ({ code, reason, elsewhere: true });
    if (this.#options.draining || this.#draining) return no('draining', 'this node takes no more tasks');
    if (this.#isFailing) return no('full', 'the disk of this node cannot be written');
    if (this.#all.size >= this.#options.rules.mostAttempts)
      return no('busy', 'this node has as many tasks as it may');
    return undefined;
  }

  /** Whether its disk does not let it begin anything. */
  get #isFailing(): boolean {
    return this.#journal?.failing !== false || this.#readiness.isFailing;
  }

  #answer({ task, attempt }: AttemptKey, text: string): void {
    const { worker, log } = this.#options;
    if (this.#all.get(wordOf({ task, attempt }))?.attempt.stage !== 'started') return;
    worker
      .answer({ task, attempt }, text)
      .catch((error: unknown) => log.warn('an answer could not be given', { task, attempt, error }));
  }

  #drain(draining: boolean): void {
    this.#draining = draining;
    this.#options.send(this.#facts());
  }

  #facts(): AgentMessage {
    const { backEnd, rules, says, acceptsUnisolated, mostHeld } = this.#options;
    const { limits, isolates, gracefulCancel, outlivesAgent, queues } = backEnd.powers;
    const waiting = queues === null ? {} : { queueMs: queues.patienceMs };
    return {
      type: 'facts',
      says: says(),
      powers: { limits: [...limits], isolates, gracefulCancel, outlivesAgent, ...waiting },
      acceptsUnisolated,
      mostTasks: rules.capacity.tasks,
      mostHeld,
      draining: this.isDraining,
    };
  }

  /** Something happened to an attempt. */
  #happen({ task, attempt }: AttemptKey, event: AttemptEvent): void {
    const key = { task, attempt };
    const step = this.#stopped ? undefined : advance(this.#all.get(wordOf(key))?.attempt, event);
    if (step === undefined) {
      if (this.#options.log.enabled('debug'))
        this.#options.log.debug('this says nothing to the attempt as it stands', {
          ...key,
          event: event.type,
        });
      return;
    }
    const one = this.#place(key, step.attempt);
    const written = this.#journal!.append({ task, attempt, event });
    if (one === undefined) return;
    one.inTurn(mustBeSure(event) ? written : undefined, () => this.#hands.do(one, step.effects));
    if (step.attempt === undefined || !takesRoom(step.attempt)) this.#options.floor.leave(wordOf(key));
  }

  /** Takes note of how an attempt stands; returns what is under way for it, also when this is the last of it. */
  #place(key: AttemptKey, attempt: Attempt | undefined): Undertaking | undefined {
    const word = wordOf(key);
    const known = this.#all.get(word);
    if (attempt?.stage !== 'held') this.#options.floor.withdraw(word);
    if (attempt === undefined) {
      this.#all.delete(word);
      known?.abort(new Error('nobody wants it any more'));
      return known;
    }
    if (known !== undefined) {
      known.attempt = attempt;
      return known;
    }
    const one = new Undertaking(attempt, admit(attempt.kept, this.#options.rules));
    this.#all.set(word, one);
    return one;
  }

  /** Asks whether one may start that is ready, once there is room for it. */
  #ask(attempt: Attempt): void {
    const { floor, backEnd } = this.#options;
    floor.wait(wordOf(attempt.key), needOf(attempt), () =>
      this.#happen(attempt.key, { type: 'asked', at: backEnd.now() }),
    );
  }

  #lookLater(): void {
    const { clock, stateMs, log } = this.#options;
    this.#cancelLook = clock.after(stateMs, () => {
      this.#hands
        .look(this.#all.values())
        .catch((error: unknown) => log.warn('the back end does not say how it is', { error }))
        .finally(() => {
          if (!this.#stopped) this.#lookLater();
        });
    });
  }

  *#snapshot(): Generator<AttemptRecord> {
    for (const { attempt } of this.#all.values())
      yield { ...attempt.key, event: { type: 'restored', attempt } };
  }
}

function needOf({ kept }: Attempt) {
  return { cpus: kept.cpus, memoryBytes: kept.memoryBytes ?? 0 };
}

/** What a word of the broker is to the attempt that it is about. */
function eventOf(
  message: Exclude<BrokerMessage, { type: 'assign' | 'answer' | 'drain' | 'read' }>,
): AttemptEvent {
  switch (message.type) {
    case 'start':
      return { type: 'granted', latestStartMs: message.latestStartMs, leaseMs: message.leaseMs };
    case 'drop':
      return { type: 'dropped' };
    case 'cancel':
      return { type: 'cancelled', graceMs: message.graceMs };
    case 'forget':
      return { type: 'forgotten' };
  }
}
