import { setTimeout as pause } from 'node:timers/promises';
import { document1Of, type Header } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { jobRequest } from '../../protocol/jobs/job.ts';
import type { Random } from '../chaos/plan.ts';
import type { TradingHouse } from './house.ts';

/** What was said and answered in a run, and what was not as it is to be. */
export class Tally {
  readonly counts = new Map<string, number>();
  readonly wrong: string[] = [];
  asked = 0;
  answered = 0;

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

export interface TraderParts {
  readonly name: string;
  readonly houses: readonly TradingHouse[];
  readonly random: Random;
  readonly tally: Tally;
  /** How long it waits between deals on average, in milliseconds. */
  readonly restMs: number;
  readonly isOver: () => boolean;
}

/** An answer to wait for longer than this, in milliseconds, is none. */
const answerMs = 120_000;

type Said = Readonly<Record<string, string | undefined>>;

/** What an answer says. */
interface Answer {
  readonly action: string | undefined;
  readonly id: string | undefined;
  readonly to: string | undefined;
  readonly state: string | undefined;
  readonly reason: string | undefined;
}

/** A user who asks, bargains, has work done, changes his mind, and says things twice, as chance will have it. */
export class Trader {
  readonly #parts: TraderParts;
  #documents = 0;

  constructor(parts: TraderParts) {
    this.#parts = parts;
  }

  async trade(): Promise<void> {
    const { restMs, isOver, random } = this.#parts;
    await pause(random() * restMs);
    while (!isOver()) {
      await this.#deal();
      await pause(random() * 2 * restMs);
    }
  }

  async #deal(): Promise<void> {
    const { houses } = this.#parts;
    const asked = this.#some(houses, 1 + Math.floor(this.#random() * 2));
    const wanted = this.#ask();
    const offers = await Promise.all(
      asked.map(async (house) => ({ house, offer: await this.#askAt(house, wanted) })),
    );
    const open = offers.filter(({ offer }) => offer?.action === 'Offer');
    const [first, ...others] = open;
    await Promise.all(others.map(({ house, offer }) => this.#say(house, 'Reject', { Offer: offer?.id })));
    if (first !== undefined) await this.#bargain(first.house, first.offer?.id ?? '');
  }

  async #askAt(house: TradingHouse, wanted: Said): Promise<Answer | undefined> {
    const { tally } = this.#parts;
    tally.asked += 1;
    const id = this.#newId();
    const answer = await this.#say(house, 'Ask', wanted, id);
    if (answer === undefined) return undefined;
    const { action, to } = answer;
    if ((action === 'Offer' || action === 'Decline') && to === id) tally.answered += 1;
    else tally.wrong.push(`an Ask is answered by ${action} to ${to}`);
    if (this.#random() >= 0.05) return answer;
    const again = await this.#say(house, 'Ask', wanted, id);
    if (again !== undefined && again.id !== answer.id && again.action !== 'Decline')
      tally.wrong.push('the same Ask is answered by another Offer');
    return answer;
  }

  async #bargain(house: TradingHouse, offer: string): Promise<void> {
    const chance = this.#random();
    if (chance < 0.1) return; // it lapses
    if (chance < 0.2) {
      await this.#say(house, 'Reject', { Offer: offer });
      return;
    }
    if (chance < 0.35) {
      const price = `${(0.5 + this.#random() / 2).toFixed(3)} CREDIT/cpu-h`;
      const changed = this.#random() < 0.5 ? { Price: price } : { Cpus: '1' };
      const answer = await this.#say(house, 'Counter', { Offer: offer, ...changed });
      if (answer?.action === 'Offer') await this.#accept(house, answer.id ?? '');
      return;
    }
    if (chance < 0.45) {
      const moves = ['Accept', 'Reject', 'Accept'].map((move) => this.#say(house, move, { Offer: offer }));
      const answers = await Promise.all(moves);
      const agreed = answers.filter((answer) => answer?.action === 'Agreement');
      const rejected = answers.filter((answer) => answer?.state === 'rejected' && answer.action === 'Ack');
      if (agreed.length + rejected.length > 1)
        this.#parts.tally.wrong.push(
          `an Offer came to ${agreed.length} agreements and ${rejected.length} rejections`,
        );
      if (agreed[0] !== undefined) await this.#work(house, agreed[0].id ?? '');
      return;
    }
    await this.#accept(house, offer);
  }

  async #accept(house: TradingHouse, offer: string): Promise<void> {
    const id = this.#newId();
    const answer = await this.#say(house, 'Accept', { Offer: offer }, id);
    if (this.#random() < 0.1) {
      const again = await this.#say(house, 'Accept', { Offer: offer }, id);
      if (again !== undefined && again.id !== answer?.id)
        this.#parts.tally.wrong.push('the same Accept is answered otherwise');
    }
    if (answer?.action === 'Agreement') await this.#work(house, answer.id ?? '');
  }

  async #work(house: TradingHouse, agreement: string): Promise<void> {
    const { tally, name, isOver } = this.#parts;
    if (this.#random() < 0.7) {
      const tasks = 1 + Math.floor(this.#random() * 3);
      const request = jobRequest.parse({ application: 'echo', agreement, tasks });
      try {
        await house.submit(name, request);
        tally.count('jobs');
      } catch (error) {
        tally.count(error instanceof Refusal ? `jobs refused: ${error.code}` : 'jobs not taken');
        if (!(error instanceof Refusal) && house.isUp) throw error;
      }
      await pause(this.#random() * 400);
    }
    if (this.#random() < 0.2) await this.#amend(house, agreement);
    const chance = this.#random();
    if (isOver() || chance < 0.6) await this.#say(house, 'Complete', { Agreement: agreement });
    else if (chance < 0.9)
      await this.#say(house, 'Terminate', { Agreement: agreement, Reason: 'policy I have changed my mind' });
    // Else its Until passes.
  }

  /** One that changes the cost is to say the new Estimate, which the Decline tells. */
  async #amend(house: TradingHouse, agreement: string): Promise<void> {
    const tasks = String(1 + Math.floor(this.#random() * 8));
    const changed = {
      Agreement: agreement,
      ...(this.#random() < 0.5 ? { Walltime: '1 s' } : { Tasks: tasks }),
    };
    const answer = await this.#say(house, 'Amend', changed);
    const [, estimate] = /say Estimate: (.*)$/.exec(answer?.reason ?? '') ?? [];
    if (estimate !== undefined) await this.#say(house, 'Amend', { ...changed, Estimate: estimate });
  }

  /** Says something until it is answered; undefined where it is not. */
  async #say(
    house: TradingHouse,
    action: string,
    more: Said,
    id: string = this.#newId(),
  ): Promise<Answer | undefined> {
    const { tally, name } = this.#parts;
    const said = { 'SLA-version': '1.0', Action: action, Id: id, ...more };
    const document = document1Of(
      Object.entries(said).flatMap(([header, value]): Header[] =>
        value === undefined ? [] : [{ name: header, value }],
      ),
    );
    const until = AbortSignal.timeout(answerMs);
    while (!until.aborted) {
      await house.opened;
      try {
        const replies = await Promise.race([house.receive(document, name), silenceOf(until)]);
        const [reply] = replies;
        if (reply === undefined || !('headers' in reply)) {
          tally.wrong.push(`${action} is answered by nothing`);
          return undefined;
        }
        const at = (wanted: string) => reply.headers.find((header) => header.name === wanted)?.value;
        const reason = at('Reason');
        const answer = {
          action: at('Action'),
          id: at('Id'),
          to: at('In-reply-to'),
          state: at('State'),
          reason,
        };
        const [word] = reason?.split(' ', 1) ?? [];
        tally.count(`${action} -> ${answer.action}${word === undefined ? '' : ` ${word}`}`);
        return answer;
      } catch (error) {
        if (until.aborted) break;
        // A broker that was stopped has not answered: it is asked again, and answers once.
        if (house.isUp && !(error instanceof Refusal && error.code === 'stopped')) throw error;
        await pause(5);
      }
    }
    tally.wrong.push(`${action} is not answered in ${answerMs} ms`);
    return undefined;
  }

  #ask(): Said {
    const pick = <T>(...of: readonly T[]): T => of[Math.floor(this.#random() * of.length)] as T;
    const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
    return {
      Application: pick('echo', 'echo', 'echo', 'echo', 'no-such-thing'),
      Cpus: pick('1', '2', '4', '2..8'),
      Walltime: pick('1 s', '2 s', '3 s'),
      Tasks: pick('1', '2', '4', undefined),
      Count: pick('1', '1', '2', undefined),
      Budget: pick(
        '5 CREDIT',
        '5 CREDIT',
        '5 CREDIT',
        undefined,
        undefined,
        undefined,
        '0.0001 CREDIT',
        '1 OTHER',
      ),
      Start: pick(undefined, undefined, undefined, soon(3_000)),
      Deadline: pick(undefined, undefined, undefined, soon(60_000), soon(10)),
    };
  }

  #some<T>(all: readonly T[], count: number): T[] {
    const left = [...all];
    return Array.from({ length: Math.min(count, left.length) }, () => {
      const [one] = left.splice(Math.floor(this.#random() * left.length), 1);
      return one as T;
    });
  }

  #newId(): string {
    this.#documents += 1;
    return `d-${this.#documents}`;
  }

  #random(): number {
    return this.#parts.random();
  }
}

function silenceOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('no answer')), { once: true }),
  );
}
