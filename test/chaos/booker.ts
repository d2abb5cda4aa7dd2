import { setTimeout as sleep } from 'node:timers/promises';
import { DealsClient } from '../../client/index.ts';
import { type Document1, document1Of } from '../../grammar/index.ts';
import type { DealView } from '../../protocol/deals/deal.ts';
import type { Insist } from './payer.ts';
import { application } from './program.ts';

/** How many agreements (a count) are made at each broker while there are faults. */
const bookings = 6;

/** How far from now the promised Deadline lies, in milliseconds. */
const aheadMs = 3_600_000;

/** How often an Ask that is declined is made again, and how long until then, in milliseconds. */
const mostTries = 120;
const againMs = 500;

/** How long all that was agreed may take to end once it is told to, and how often it is looked, in milliseconds. */
const endMs = 180_000;
const lookMs = 1_000;

const underWay: readonly DealView['state'][] = ['accepting', 'active', 'ending'];

/** Has a time promised, which a batch system then keeps: some is ended at once, and the rest in the end. */
export class Booker {
  readonly #client: DealsClient;
  readonly #insist: Insist;

  constructor(url: string, insist: Insist) {
    this.#client = new DealsClient({ url, fetch });
    this.#insist = insist;
  }

  /** Makes agreements, one after the other, for so long, in milliseconds. */
  async book(ms: number): Promise<void> {
    for (let number = 1; number <= bookings; number += 1) {
      const agreement = await this.#agree(`${number}`);
      await sleep(ms / bookings);
      if (agreement !== undefined && number % 2 === 0) await this.#end('Terminate', agreement, 'at-once');
    }
  }

  /** Ends what is left; returns what does not come to its end. */
  async end(): Promise<readonly string[]> {
    for (const until = performance.now() + endMs; ; await sleep(lookMs)) {
      const open = await this.#open();
      if (open.length === 0 || performance.now() > until) return open.map(({ offer }) => offer);
      for (const { agreement, state } of open)
        if (agreement !== null && state === 'active') await this.#end('Complete', agreement, 'in-the-end');
    }
  }

  async #agree(name: string): Promise<string | undefined> {
    const deadline = new Date(Date.now() + aheadMs).toISOString();
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const id = `kept-${name}-${tries}`;
      const wanted = { Application: application, Cpus: '1', Walltime: '1 min', Deadline: deadline };
      const { action, envelope } = await this.#say('Ask', `ask-${id}`, wanted);
      if (action !== 'Offer') {
        await sleep(againMs); // no node is there just now
        continue;
      }
      const offer = envelope.id ?? '';
      const answer = await this.#say('Accept', `acc-${id}`, { Offer: offer });
      if (answer.action === 'Decline') return undefined;
      // The answer names no agreement yet: a batch system is to keep it first.
      const deal = await this.#insist((signal) => this.#client.get(offer, { signal }));
      return deal.agreement ?? undefined;
    }
    return undefined;
  }

  async #end(action: 'Terminate' | 'Complete', agreement: string, when: string): Promise<void> {
    const why: Readonly<Record<string, string>> = action === 'Terminate' ? { Reason: 'policy enough' } : {};
    await this.#say(action, `end-${agreement}-${when}`, { Agreement: agreement, ...why });
  }

  /** The deals under way. */
  async #open(): Promise<readonly DealView[]> {
    const all = await this.#insist((signal) => Array.fromAsync(this.#client.list({ signal })));
    return all.filter(({ state }) => underWay.includes(state));
  }

  #say(action: string, id: string, said: Readonly<Record<string, string>>): Promise<Document1> {
    const headers = Object.entries({ 'SLA-version': '1.0', Action: action, Id: id, ...said });
    const document = document1Of(headers.map(([name, value]) => ({ name, value })));
    return this.#insist(async (signal) => {
      const [answer] = await this.#client.send(document, { signal });
      if (answer === undefined) throw new Error('nothing was answered');
      return answer;
    });
  }
}
