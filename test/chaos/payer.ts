import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsClient, DealsClient } from '../../client/index.ts';
import { type Document1, document1Of } from '../../grammar/index.ts';
import { localUser } from '../../protocol/identities.ts';
import type { PlannedJob } from './plan.ts';
import { application, cpusEach } from './program.ts';

/** What brokers must be set to so that work can be paid for, and reservations do not take all there is for long. */
export const paidSettings = [
  'broker.currencies=EUR',
  'broker.price=36 EUR/cpu-h + 0.000007 EUR/task + 0.01 EUR/job',
  'broker.offers-share=100',
  'broker.deal-margin=2 min',
];

/** Far more than anything costs here. */
const budget = '1000';

/** What begins later than so, in milliseconds, is not waited for. */
const soonMs = 2_000;

/** How often an Ask that is declined is made again, and how long until then, in milliseconds. */
const mostTries = 20;
const againMs = 500;

/** How long a task may run that is paid for, unless its job says. */
const walltime = '10 s';

/** Makes a call until there is an answer. */
export type Insist = <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** The user's money, and what is agreed for it. All that is said may be said again. */
export class Payer {
  readonly #address: { readonly url: string; readonly fetch: typeof fetch };
  readonly #insist: Insist;

  constructor(url: string, insist: Insist) {
    this.#address = { url, fetch };
    this.#insist = insist;
  }

  /** Gives the user some money. */
  async fund(): Promise<void> {
    const accounts = new AccountsClient(this.#address);
    const grant = { amount: budget, request: 'chaos' };
    await this.#insist((signal) => accounts.grant(localUser, 'EUR', grant, { signal }));
  }

  /** An agreement for the tasks of a job; undefined where there is no room for it soon. */
  async agree(plan: PlannedJob, limit: string = walltime): Promise<string | undefined> {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const id = `${plan.request}-${tries}`;
      const offer = await this.#ask(plan, id, limit);
      if (offer.action === 'Offer') return this.#accept(offer, id);
      await sleep(againMs); // no node is there just now
    }
    return undefined;
  }

  #ask({ sleepsMs }: PlannedJob, id: string, limit: string): Promise<Document1> {
    return this.#say('Ask', `ask-${id}`, {
      Application: application,
      Cpus: `${cpusEach}`,
      Walltime: limit,
      Tasks: `${sleepsMs.length}`,
      Budget: `${budget}.00 EUR`,
    });
  }

  async #accept(offer: Document1, id: string): Promise<string | undefined> {
    if (Date.parse(saidIn(offer, 'Start') ?? '') > Date.now() + soonMs) return undefined;
    const agreement = await this.#say('Accept', `acc-${id}`, { Offer: saidIn(offer, 'Id') ?? '' });
    return agreement.action === 'Agreement' ? saidIn(agreement, 'Id') : undefined;
  }

  /** There is no more work for it. */
  async complete(agreement: string): Promise<void> {
    await this.#say('Complete', `com-${agreement}`, { Agreement: agreement });
  }

  /** The agreements that are not over. */
  async unended(): Promise<readonly string[]> {
    const deals = new DealsClient(this.#address);
    const all = await this.#insist((signal) => Array.fromAsync(deals.list({ signal })));
    return all.flatMap(({ state, agreement }) =>
      agreement !== null && (state === 'active' || state === 'ending') ? [agreement] : [],
    );
  }

  #say(action: string, id: string, said: Readonly<Record<string, string>>): Promise<Document1> {
    const headers = Object.entries({ 'SLA-version': '1.0', Action: action, Id: id, ...said });
    const document = document1Of(headers.map(([name, value]) => ({ name, value })));
    return this.#insist(async (signal) => {
      const [answer] = await new DealsClient(this.#address).send(document, { signal });
      if (answer === undefined) throw new Error('nothing was answered');
      return answer;
    });
  }
}

function saidIn({ headers, envelope }: Document1, wanted: string): string | undefined {
  return wanted === 'Id' ? envelope.id : headers.find(({ name }) => name === wanted)?.value;
}
