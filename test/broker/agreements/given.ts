import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { z } from 'zod';
import { localAdministrator, type UserCaller } from '../../../broker/caller.ts';
import { Work } from '../../../broker/index.ts';
import type { Jobs } from '../../../broker/jobs/jobs.ts';
import { type BrokerSettings, brokerSettings } from '../../../broker/settings.ts';
import { doorSettings } from '../../../cli/door-settings.ts';
import { printReply } from '../../../language-door/reply.ts';
import { Paces } from '../../../platform/identity/paces.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Sql } from '../../../platform/store/store.ts';
import type { AgentFacts } from '../../../protocol/agent/messages.ts';
import type { DealView } from '../../../protocol/deals/deal.ts';
import { type JobView, jobRequest, type TaskView } from '../../../protocol/jobs/job.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { documentOf, of } from '../deals/given.ts';
import { endedOf, ScriptedAgent } from '../jobs/support.ts';

const never = new AbortController().signal;

/** Somebody with an account, who may read and submit. */
export function user(owner: string): UserCaller {
  return { kind: 'user', owner, scopes: new Set(['read', 'submit']) };
}

/**
 * The work of a broker that runs EUR, with a clock that a test moves: ann has 10 EUR, and of bob are the machines, which
 * cost 3.60 EUR/cpu-h (0.001 EUR a second) and 0.05 EUR/job. Leaving the scope of `await using` ends it.
 */
export interface GivenWork extends AsyncDisposable {
  readonly work: Work;
  readonly jobs: Jobs;
  readonly clock: ManualClock;
  /** An agent of a machine of bob's, shared with ann; it is `node` unless said. */
  agent(facts?: Partial<AgentFacts>, resource?: string): Promise<ScriptedAgent>;
  /** What is answered to a document of ann's, or of somebody else, in canonical text. */
  say(action: string, headers: readonly string[], who?: UserCaller): Promise<string>;
  /** Asks and accepts for ann; returns the Id of the agreement. */
  agree(...ask: readonly string[]): Promise<string>;
  /** Ends an agreement. */
  end(verb: 'Terminate' | 'Complete', agreement: string, who?: UserCaller): Promise<string>;
  submit(request?: Partial<z.input<typeof jobRequest>>, who?: string): Promise<JobView>;
  job(id: string): Promise<JobView>;
  task(id: string, number?: number): Promise<TaskView>;
  deal(agreement: string): Promise<DealView>;
  /** How much EUR somebody has. */
  balance(owner: string): Promise<string | undefined>;
  read<T>(query: (sql: Sql) => T): Promise<T>;
  write<T>(verb: (sql: Sql) => T): Promise<T>;
  settle(): Promise<void>;
  /** As if the process had been ended and begun anew on the same file. */
  restart(): Promise<void>;
}

const priced = {
  currencies: ['EUR'],
  price: ['3.60 EUR/cpu-h + 0.05 EUR/job'],
  'deal-margin': 600_000,
  'offers-share': 100,
};

export async function givenAgreements(settings: Partial<BrokerSettings> = {}): Promise<GivenWork> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-agreements-'));
  const service = await openServiceStore('broker');
  const clock = new ManualClock();
  const config = { ...brokerSettings.parse({}), ...priced, ...settings };
  const open = async () => {
    const paces = new Paces(doorSettings.parse({}), clock);
    const opened = await Work.open({ config, store: service.store, folder, paces, clock, log: silentLog });
    await opened.start();
    return opened;
  };
  let work = await open();
  const settle = async () => {
    for (let turns = 0; turns < 20; turns += 1) await turn();
  };
  for (const name of ['ann', 'bob']) await work.identities.addUser(localAdministrator, { name });
  await work.ledger.grant(localAdministrator, 'ann', 'EUR', { amount: '10', request: 'r-1' });
  let said = 0;
  const given: GivenWork = {
    get work() {
      return work;
    },
    get jobs() {
      return work.jobs;
    },
    clock,
    async agent(facts = {}, resource = 'node') {
      const known = await given.read((sql) =>
        sql.get('SELECT 1 AS one FROM resources WHERE name = @resource', { resource }),
      );
      if (known === undefined) {
        await work.resources.add('bob', resource);
        const powers = { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true };
        const agent = new ScriptedAgent(given, resource);
        await agent.begin({ powers, mostHeld: 4, ...facts }, [], 'bob');
        await work.sharing.share(user('bob'), resource, ['ann']);
        await settle();
        return agent;
      }
      const agent = new ScriptedAgent(given, resource);
      agent.attach('bob');
      return agent;
    },
    async say(action, headers, who = user('ann')) {
      said += 1;
      const text = ['SLA-version: 1.0', `Action: ${action}`, `Id: said-${said}`, ...headers, ''].join('\n');
      const [reply] = await work.deals.receive(documentOf(text), who);
      await settle();
      return reply === undefined ? '' : printReply(reply);
    },
    async agree(...ask) {
      const offer = await given.say('Ask', ['Application: app', 'Lender: bob', ...ask]);
      const agreement = await given.say('Accept', [`Offer: ${of(offer, 'Id')}`]);
      const id = of(agreement, 'Id');
      if (!agreement.includes('Action: Agreement') || id === undefined)
        throw new Error(`there is no agreement:\n${offer}\n${agreement}`);
      return id;
    },
    end: (verb, agreement, who) =>
      given.say(
        verb,
        [`Agreement: ${agreement}`, ...(verb === 'Terminate' ? ['Reason: policy enough'] : [])],
        who,
      ),
    async submit(request = {}, who = 'ann') {
      const view = await work.jobs.submit(who, jobRequest.parse({ application: 'app', ...request }));
      await settle();
      return view;
    },
    job: (id) => work.jobs.job('ann', id, 0, { wait: 0, signal: never }),
    task: (id, number = 1) => work.jobs.task('ann', id, number),
    deal: (agreement) => work.deals.get(user('ann'), agreement),
    async balance(owner) {
      return (await work.ledger.accounts(owner)).find(({ currency }) => currency === 'EUR')?.balance;
    },
    read: (query) => service.store.read(query),
    write: (verb) => service.store.write(verb),
    settle,
    async restart() {
      await work.stop();
      await service.reopen();
      work = await open();
      await settle();
    },
    async [Symbol.asyncDispose]() {
      await work.stop();
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
  return given;
}

/** How an attempt that ran for so many milliseconds ended. */
export function ran(task: string, ms: number, how: Parameters<typeof endedOf>[2] = {}, attempt = 1) {
  return endedOf(task, attempt, { startedAt: 5_000, endedAt: 5_000 + ms, ...how });
}

/** What must never be in a store, whatever happens: money that came from nowhere, or is held for nothing. */
export function faultsOf(sql: Sql): object[] {
  return sql.all(
    `SELECT currency AS fault FROM accounts GROUP BY currency
       HAVING sum(nano) % 1000000000 <> 0 OR sum(whole) + sum(nano) / 1000000000 <> 0
     UNION ALL SELECT owner FROM accounts WHERE kind <> 'issuer' AND whole < 0
     UNION ALL SELECT owner FROM accounts AS escrow WHERE kind = 'escrow' AND (whole <> 0 OR nano <> 0)
       AND NOT EXISTS (SELECT 1 FROM deals WHERE agreement = escrow.owner AND state IN ('accepting', 'active', 'ending'))
     UNION ALL SELECT agreement FROM agreement_attempts AS open
       WHERE NOT EXISTS (SELECT 1 FROM deals WHERE deals.agreement = open.agreement AND state IN ('active', 'ending'))`,
  );
}
