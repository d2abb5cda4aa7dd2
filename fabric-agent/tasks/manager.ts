import type { Part } from '../../platform/lifecycle.ts';
import type { AgentMessage, BrokerMessage } from '../../protocol/agent/messages.ts';
import { type AttemptKey, wordOf } from '../back-ends/back-end.ts';
import { allWilling, type Willingness } from '../willingness.ts';
import { admit, type Unfit, within } from './admission.ts';
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
import { eventOf } from './broker-events.ts';
import { closing, tooLate, whyShut } from './closing.ts';
import { Hands } from './hands.ts';
import { type Journal, openJournal } from './journal.ts';
import type { ManagerOptions } from './manager-options.ts';
import { factsOf } from './node-facts.ts';
import { Readiness } from './readiness.ts';
import { Reads } from './reads.ts';
import { Standings } from './standings.ts';
import { Undertaking } from './undertaking.ts';

/** One line of the journal. */
interface AttemptRecord extends AttemptKey {
  readonly event: AttemptEvent;
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
  readonly #standings: Standings;
  #journal: Journal<AttemptRecord> | undefined;
  #draining = false;
  #stopped = false;
  #cancelLook = () => {};
  #ends: (() => void)[] = [];
  readonly #willing: Willingness;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#willing = allWilling([options.willingness, options.opening]);
    // Brokers are to send nothing while it fails.
    const changed = () => options.send(this.#facts());
    this.#readiness = new Readiness({ ...options, attempt: options.tryFolder, changed });
    this.#reads = new Reads({ ...options, attempt: (key) => this.#all.get(wordOf(key))?.attempt });
    this.#standings = new Standings({
      ...options,
      undertaking: (key) => this.#all.get(wordOf(key)),
      now: () => options.clock.now(),
    });
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
    this.#followTheOwner();
  }

  /** Lets go of everything but what runs. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelLook();
    for (const end of this.#ends) end();
    this.#readiness.stop();
    this.#reads.stop();
    await this.#hands.stop(this.#all.values());
    await this.#journal?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What is under way. */
  get undertakings(): Iterable<Undertaking> {
    return this.#all.values();
  }

  /** How many attempts wait until they may start. */
  get waiting(): number {
    let count = 0;
    for (const { attempt } of this.#all.values()) if (attempt.stage === 'held') count += 1;
    return count;
  }

  /** Whether it takes no more. */
  get isDraining(): boolean {
    return this.#whyDraining !== undefined;
  }

  get #whyDraining(): string | undefined {
    const { unwilling = this.#draining ? 'this node takes no more tasks' : undefined } = this.#willing;
    return unwilling ?? (this.#isFailing ? 'the disk of this node cannot be written' : undefined);
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
      else if (message.type === 'why') this.#standings.take(message);
      else if (message.type === 'start') this.#start(message);
      else this.#happen(message, eventOf(message));
    }
  }

  /** Brokers are told first: what closing time gives back is not to come again. */
  #followTheOwner(): void {
    const { opening, send, rules } = this.#options;
    const close = () => {
      for (const { attempt } of [...this.#all.values()])
        for (const event of closing(attempt, opening, rules.graceMs)) this.#happen(attempt.key, event);
    };
    this.#ends = [this.#willing.onChange(() => send(this.#facts())), opening.onChange(close)];
    close();
  }

  /** Why it does not begin at this time of day. */
  #whyShut({ timeLimitMs }: Pick<Attempt['kept'], 'timeLimitMs'>): Unfit | undefined {
    return whyShut(this.#options.opening, timeLimitMs, this.#options.clock.now());
  }

  /** The broker lets one begin that it was asked for: not where the node has closed since then. */
  #start(message: BrokerMessage & { type: 'start' }): void {
    const attempt = this.#all.get(wordOf(message))?.attempt;
    const isLate = attempt?.stage === 'asking' && this.#whyShut(attempt.kept) !== undefined;
    this.#happen(message, isLate ? tooLate : eventOf(message));
  }

  #assign({ type: _, task, attempt, ...kept }: BrokerMessage & { type: 'assign' }): void {
    const key = { task, attempt };
    if (this.#all.has(wordOf(key))) return;
    const { rules, mostTimeMs } = this.#options;
    const allowed = this.#whyNot() ?? this.#whyShut(kept) ?? within(admit(kept, rules), mostTimeMs?.());
    if ('reason' in allowed) this.#options.send({ type: 'refuse', ...key, ...allowed });
    else this.#happen(key, { type: 'assigned', key, kept });
  }

  /** Why no task is taken just now. */
  #whyNot(): Unfit | undefined {
    const no = (code: string, reason: string) => ({ code, reason, elsewhere: true });
    const { unwilling = this.#draining ? 'this node takes no more tasks' : undefined } = this.#willing;
    if (unwilling !== undefined) return no('draining', unwilling);
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
    return factsOf(this.#options, this.#whyDraining, this.#options.clock.now());
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
    const now = this.#options.clock.now();
    if (known !== undefined) {
      if (known.attempt.stage !== attempt.stage) known.sinceMs = now;
      known.attempt = attempt;
      return known;
    }
    const one = new Undertaking(attempt, admit(attempt.kept, this.#options.rules), now);
    this.#all.set(word, one);
    return one;
  }

  /** Asks whether one may start that is ready, once there is room for it. */
  #ask(attempt: Attempt): void {
    const { floor, backEnd } = this.#options;
    floor.wait(wordOf(attempt.key), needOf(attempt), () => {
      const shut = this.#whyShut(attempt.kept);
      this.#happen(
        attempt.key,
        shut === undefined ? { type: 'asked', at: backEnd.now() } : { type: 'unfit', ...shut },
      );
    });
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
