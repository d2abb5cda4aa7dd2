import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import { waitsForRoom } from '../../protocol/agent/standing.ts';
import { exitView } from '../../protocol/jobs/job.ts';
import { type AttemptKey, type BackEnd, lostRun, type RunRef, type RunState } from '../back-ends/back-end.ts';
import { type Attempt, type AttemptEvent, type Effect, openWord } from './attempt.ts';
import { BlobFault } from './blobs.ts';
import { insist, type Patience } from './pause.ts';
import type { Readiness } from './readiness.ts';
import type { Said } from './speech.ts';
import type { Undertaking } from './undertaking.ts';
import type { Worker } from './worker.ts';

export interface HandsOptions {
  readonly backEnd: BackEnd;
  readonly worker: Worker;
  readonly send: (message: AgentMessage) => void;
  /** Tells what came of it. */
  readonly happen: (key: AttemptKey, event: AttemptEvent) => void;
  /** Tells that the files of an attempt are there. */
  readonly ready: (one: Undertaking) => void;
  /** Tells that a folder could not be made ready or a program not be taken, or that one was. */
  readonly readiness: Pick<Readiness, 'failed' | 'succeeded'>;
  /** How long, in milliseconds, a program may take to end that has taken more than its owner allows. */
  readonly graceMs: number;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
}

/** Does what is to be done about attempts, and tells what comes of it as events. Decides nothing. */
export class Hands {
  readonly #options: HandsOptions;
  readonly #stopped = new AbortController();

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  async stop(all: Iterable<Undertaking>): Promise<void> {
    const reason = new Error('the agent stops');
    this.#stopped.abort(reason);
    for (const one of all) {
      one.abort(reason);
      one.watch?.abandon();
    }
    await Promise.all(Array.from(all, ({ transfer }) => transfer));
  }

  do(one: Undertaking, effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(one, effect);
  }

  #do(one: Undertaking, effect: Effect): void {
    const { backEnd, send } = this.#options;
    switch (effect.do) {
      case 'fetch':
        one.transfer = this.#fetch(one);
        break;
      case 'ask':
      case 'report':
        for (const message of openWord(one.attempt)) send(message);
        break;
      case 'refuse': {
        const { code, reason, elsewhere } = effect;
        send({ type: 'refuse', ...one.attempt.key, code, reason, elsewhere });
        break;
      }
      case 'start':
        this.#watch(one);
        this.#order(one, () => this.#launch(one));
        break;
      case 'find':
        this.#order(one, () => this.#find(one));
        break;
      case 'cancel':
        this.#order(one, () =>
          backEnd.cancel(refOf(one.attempt), this.#graceOf(one.attempt, effect.graceMs)),
        );
        break;
      case 'collect':
        one.transfer = this.#collect(one);
        break;
      case 'clear':
        one.watch?.abandon();
        this.#order(one, () => this.#clear(one));
    }
  }

  /** Nothing runs after the lease, however long its owner would let it end. */
  #graceOf(attempt: Attempt, graceMs: number): number {
    const leaseEndMs = 'grant' in attempt ? attempt.grant.leaseEndMs : null;
    if (leaseEndMs === null) return graceMs;
    return Math.max(0, Math.min(graceMs, leaseEndMs - this.#options.backEnd.now().atMs));
  }

  /** What the back end says of a run. It is another program: what makes no sense is not believed. */
  heard(key: AttemptKey, run: RunState): void {
    if (run?.state !== 'ended') return;
    // Told before, as in `#fetch`.
    if (run.isNodesFault === true) this.#options.readiness.failed();
    const exit = exitView.safeParse(run.exit);
    const why = typeof run.why === 'string' ? run.why : null;
    if (exit.success) this.#options.happen(key, { type: 'exited', exit: exit.data, why });
    else this.#options.log.error('the back end says what cannot be understood', { key });
  }

  /** Finds ends that the back end did not tell of. */
  async look(all: Iterable<Undertaking>): Promise<void> {
    const running = [...all].filter(
      ({ attempt, isPlaced, isSettled }) =>
        (attempt.stage === 'started' || attempt.stage === 'dropped') && isPlaced && isSettled,
    );
    const states = await this.#options.backEnd.states(running.map(({ attempt }) => refOf(attempt)));
    for (const [index, { attempt }] of running.entries()) this.#believe(attempt.key, states[index]);
  }

  /**
   * Has all that the back end has of other attempts end, and removes it then: a crash came before it was cleared. Nobody waits
   * for what does not end yet, for a batch system may be silent.
   */
  async clearAllBut(isKept: (key: AttemptKey) => boolean): Promise<void> {
    const { backEnd, worker } = this.#options;
    let strays: RunRef[] = [];
    let lasting = new Set<RunRef>();
    await this.#insist(async () => {
      const found = (await backEnd.known()).filter((key) => !isKept(key));
      strays = found.map(({ task, attempt }) => ({ task, attempt, handle: null }));
      for (const ref of strays) await backEnd.cancel(ref, 0);
      if (strays.length === 0 || backEnd.powers.queues === null) return;
      const states = await backEnd.states(strays);
      lasting = new Set(strays.filter((_, at) => states[at]?.state === 'running'));
    });
    const clear = (ref: RunRef) =>
      this.#insist(async () => {
        if (isKept(ref)) return; // a broker has sent it again meanwhile
        await backEnd.forget([ref]);
        await worker.clear(ref);
      });
    for (const ref of lasting) void clear(ref);
    for (const ref of strays) if (!lasting.has(ref)) await clear(ref);
  }

  #order(one: Undertaking, order: () => Promise<void>): void {
    one.order(() => this.#insist(order));
  }

  #insist(order: () => Promise<void>): Promise<void> {
    const failed = 'the back end did not do as it was told; trying again';
    return insist(order, { ...this.#options, signal: this.#stopped.signal, failed });
  }

  async #fetch(one: Undertaking): Promise<void> {
    const { worker, send, happen, ready, readiness, log } = this.#options;
    const { allowed, signal } = one;
    const { key, kept } = one.attempt;
    const unfit = (code: string, reason: string, elsewhere: boolean) =>
      happen(key, { type: 'unfit', code, reason, elsewhere });
    if ('reason' in allowed) return unfit('unavailable', allowed.reason, allowed.elsewhere);
    try {
      if (kept.inputs.length > 0) {
        one.doing = `its input files are brought, ${kept.inputs.length} in all`;
        send({ type: 'stage', ...key, stage: 'staging-in' });
      }
      await worker.prepare(key, kept, signal);
      if (allowed.image !== undefined && !(await this.#bring(one, allowed.image))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof BlobFault)
        return unfit('unavailable', `its files cannot be had: ${error.message}`, false);
      log.error('the folder of a task could not be made ready', { ...key, error });
      // Told before: else the task might come back at once.
      readiness.failed();
      return unfit('full', 'this node could not make its files ready', true);
    }
    one.doing = waitsForRoom;
    if (one.attempt.stage === 'held' && !signal.aborted) ready(one);
  }

  /** Has the image of an attempt be there, before it is asked whether it may start; whether it is. */
  async #bring(one: Undertaking, image: string): Promise<boolean> {
    const { backEnd, happen } = this.#options;
    const {
      attempt: { key },
      signal,
    } = one;
    try {
      const begins = () => {
        one.doing = `its image ${image} is brought`;
        this.#say(key, { kind: 'message', text: `bringing the image ${image}` });
      };
      await backEnd.bring?.(image, begins, signal);
      return true;
    } catch (error) {
      const reason = (error as Error).message;
      if (!signal.aborted) happen(key, { type: 'unfit', code: 'unavailable', reason, elsewhere: true });
      return false;
    }
  }

  async #launch(one: Undertaking): Promise<void> {
    const { backEnd, worker, happen, readiness } = this.#options;
    const { attempt, allowed } = one;
    if (attempt.stage !== 'started' || 'reason' in allowed) return this.#find(one);
    const { key, kept, grant, cancelMs } = attempt;
    // An earlier try may have started it, though nobody heard the answer.
    if (cancelMs !== null) await backEnd.cancel(refOf(attempt), this.#graceOf(attempt, cancelMs));
    const { handle, run } = await backEnd.launch(worker.order(key, kept, allowed, grant, backEnd.now().atMs));
    one.isPlaced = true;
    happen(key, { type: 'launched', handle });
    // A folder alone says nothing of a back end that takes no program: that is tried less and less often.
    if (run.state !== 'ended' || run.isNodesFault !== true) readiness.succeeded();
    this.heard(key, run);
  }

  /** Learns what became of a run without ever starting it. */
  async #find(one: Undertaking): Promise<void> {
    const { attempt } = one;
    const [state] = await this.#options.backEnd.states([refOf(attempt)]);
    one.isPlaced = true;
    this.#believe(attempt.key, state);
  }

  /** Of what the back end was given, and knows nothing any more, nothing can be known. */
  #believe(key: AttemptKey, state: RunState | undefined): void {
    if (state?.state === 'absent') this.heard(key, lostRun);
    else if (state !== undefined) this.heard(key, state);
  }

  #watch(one: Undertaking): void {
    const { attempt, allowed } = one;
    if (attempt.stage !== 'started' || 'reason' in allowed || one.watch !== undefined) return;
    const { worker, happen, graceMs } = this.#options;
    const { key, kept } = attempt;
    one.watch = worker.watch(key, kept, allowed, {
      said: (said) => this.#say(key, said),
      overgrown: (reason) => happen(key, { type: 'overgrown', reason, graceMs }),
    });
  }

  #say(key: AttemptKey, { kind, text }: Said): void {
    this.#options.send({ type: 'says', ...key, kind, text });
  }

  async #collect(one: Undertaking): Promise<void> {
    const { worker, happen, log } = this.#options;
    const { attempt, signal } = one;
    if (attempt.stage !== 'collecting') return;
    const { key, kept } = attempt;
    try {
      await one.watch?.stop();
      const telling = {
        said: (said: Said) => this.#say(key, said),
        sending: () => this.#options.send({ type: 'stage', ...key, stage: 'staging-out' }),
      };
      const result = await worker.collect(key, kept, attempt, telling, signal);
      happen(key, { type: 'collected', result });
    } catch (error) {
      if (!signal.aborted) log.error('results could not be collected', { ...key, error });
    }
  }

  async #clear({ attempt, transfer }: Undertaking): Promise<void> {
    await transfer;
    await this.#options.backEnd.forget([refOf(attempt)]);
    await this.#options.worker.clear(attempt.key);
  }
}

function refOf(attempt: Attempt): RunRef {
  return { ...attempt.key, handle: 'handle' in attempt ? attempt.handle : null };
}
