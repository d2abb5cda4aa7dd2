import type { Log } from '../../platform/log.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import { longestSaid, type Standing, type Why } from '../../protocol/agent/standing.ts';
import type { AttemptKey, BackEnd } from '../back-ends/back-end.ts';
import { stageOf } from './attempt.ts';
import type { Undertaking } from './undertaking.ts';

export interface StandingsOptions {
  readonly backEnd: Pick<BackEnd, 'waitsFor'>;
  /** What is under way for an attempt; undefined where there is nothing of it. */
  readonly undertaking: (key: AttemptKey) => Undertaking | undefined;
  readonly send: (message: AgentMessage) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Questions (a count) that are answered at once. */
const mostAtOnce = 16;

/** Tells brokers why attempts have not begun, down to the word of the batch system. Nothing is looked at unless somebody asks. */
export class Standings {
  readonly #options: StandingsOptions;
  #underWay = 0;

  constructor(options: StandingsOptions) {
    this.#options = options;
  }

  take(why: Why): void {
    if (this.#underWay >= mostAtOnce) {
      this.#say(why, { stage: 'busy', forMs: 0, says: null, queue: null });
      return;
    }
    this.#underWay += 1;
    void this.#answer(why).finally(() => {
      this.#underWay -= 1;
    });
  }

  async #answer(why: Why): Promise<void> {
    const { undertaking, backEnd, now, log } = this.#options;
    const one = undertaking(why);
    const stage = one && stageOf(one.attempt);
    if (one === undefined || stage === undefined)
      return this.#say(why, { stage: 'absent', forMs: 0, says: null, queue: null });
    const forMs = Math.max(0, now() - one.sinceMs);
    const says = stage === 'held' ? one.doing.slice(0, longestSaid) : null;
    const { key } = one.attempt;
    const handle = 'handle' in one.attempt ? one.attempt.handle : null;
    const queue =
      stage === 'started'
        ? await backEnd.waitsFor?.({ ...key, handle }).catch((error: unknown) => {
            log.debug('the batch system does not say why a job waits', { ...key, error });
            return undefined;
          })
        : undefined;
    this.#say(why, { stage, forMs, says, queue: queue ?? null });
  }

  #say({ task, attempt, ask }: Why, said: Omit<Standing, 'type' | 'task' | 'attempt' | 'ask'>): void {
    this.#options.send({ type: 'standing', task, attempt, ask, ...said });
  }
}
