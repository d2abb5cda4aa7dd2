import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { localAdministrator } from '../../broker/caller.ts';
import { Work } from '../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../broker/settings.ts';
import { doorSettings } from '../../cli/door-settings.ts';
import { whyWaits } from '../../client/why.ts';
import { createAgent } from '../../fabric-agent/index.ts';
import { agentSettings } from '../../fabric-agent/settings.ts';
import { keepEnrolment, ownKey } from '../../fabric-agent/tasks/enrolment.ts';
import type { BrokerLine } from '../../fabric-agent/tasks/index.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Admission } from '../../platform/doors/door.ts';
import { createHttpDoor } from '../../platform/doors/http.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { silentLog } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import { type JobView, jobRequest } from '../../protocol/jobs/job.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import type { SituationName } from '../../protocol/why/situations.ts';
import { nobody } from '../broker/identities/given.ts';
import { openAdmission } from '../fabric-agent/support.ts';
import { openLine } from '../fabric-agent/tasks/fake-broker.ts';
import { anyPort, httpLimits } from '../platform/doors/support.ts';
import { openServiceStore } from '../support/service-store.ts';
import { LeapingClock } from './leaping-clock.ts';
import { seen } from './seen.ts';

/** How long, in milliseconds, something that comes by itself may take on a machine that others keep busy. */
const patienceMs = 180_000;

/** How often, in milliseconds, a broker is asked why. */
const lookMs = 20;

/** The programs of the agents: `sh` runs a script, `sleep` sleeps, and `pattern` takes one small letter. */
const applications = [
  { name: 'sh', argv: ['/bin/sh', '-c', '{rest...}'], arguments: { rest: '[^]*' } },
  { name: 'sleep', argv: ['/bin/sleep', '{rest...}'], arguments: { rest: '.*' } },
  { name: 'pattern', argv: ['/bin/echo', '{letter}'], arguments: { letter: '[a-z]' } },
];

/**
 * A broker with its store, its HTTP door and its rules, and agents as `ogm agent` starts them, each with a back end that runs
 * programs, over lines of this machine: nothing between them is a test's. Leaving the scope of `await using` ends all of it.
 */
export interface House extends AsyncDisposable {
  readonly url: string;
  readonly work: Work;
  readonly store: Store;
  /** The broker's. */
  readonly clock: LeapingClock;
  readonly folder: string;
  /** Starts an agent of a user's, of the house where none is named, and waits until it has said what it is. */
  agent(resource: string, settings?: Record<string, unknown>, how?: How): Promise<HouseAgent>;
  /** Somebody who may read and submit. */
  user(name: string): Promise<void>;
  /** Submits a job; its Ask by its headers. */
  submit(
    request: Partial<z.input<typeof jobRequest>>,
    ask?: readonly string[],
    who?: string,
  ): Promise<JobView>;
  /**
   * Asks the broker by its door why a job, task or deal waits, until that is such a situation, with such a sentence where
   * one is given.
   */
  shows(situation: SituationName, id: string, sentence?: string | RegExp, who?: string): Promise<Cause>;
  /** Waits until a program has written a file. */
  written(file: string): Promise<void>;
}

export interface How {
  readonly owner?: string;
  /** Whether it comes as from another user of this machine than the one who runs the broker. */
  readonly isOther?: boolean;
  /** How it reaches the broker, where that is slow. */
  readonly line?: Partial<BrokerLine>;
}

export interface HouseAgent {
  readonly folder: string;
  drain(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it as its owner does; what runs goes on. */
  stop(): Promise<void>;
}

export async function openHouse(settings: Partial<BrokerSettings> = {}): Promise<House> {
  const held = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ogm-why-'));
  held.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { store } = held.use(await openServiceStore('broker'));
  const clock = new LeapingClock();
  const config = { ...brokerSettings.parse({ 'open-access': ['*'] }), ...settings };
  const paces = new Paces(doorSettings.parse({}), clock);
  const work = await Work.open({ config, store, folder, paces, clock, log: silentLog });
  const doorFor = async (admission: Admission) => {
    const door = createHttpDoor({
      ...{ name: 'the door', listen: anyPort, limits: httpLimits, admission, log: silentLog },
      ...{ routes: work.routes(), sockets: work.sockets() },
      identify: (request, sender) => work.entrance.identify(request, sender),
    });
    await door.start();
    held.defer(() => door.stop());
    return `http://127.0.0.1:${door.listening.port}`;
  };
  const url = await doorFor(openAdmission);
  const others = await doorFor({ admit: async () => nobody });
  await work.start();
  held.defer(() => work.stop());
  const tokens = new Map<string, string>();
  const tokenOf = async (user: string) => {
    const known = tokens.get(user);
    if (known !== undefined) return known;
    const users = await work.identities.users(localAdministrator);
    if (!users.some(({ name }) => name === user))
      await work.identities.addUser(localAdministrator, { name: user });
    const { token } = await work.identities.create(localAdministrator, { user, scopes: ['read', 'submit'] });
    tokens.set(user, token);
    return token;
  };
  const submitted: { readonly who: string; readonly id: string }[] = [];
  const house: House = {
    ...{ url, work, store, clock, folder },
    async agent(resource, said = {}, { owner, isOther = false, line = {} } = {}) {
      const dataFolder = join(folder, resource);
      await mkdir(dataFolder, { recursive: true, mode: 0o700 });
      const { publicKey } = await ownKey(dataFolder);
      if (owner === undefined)
        await keepEnrolment(dataFolder, url, await work.resources.adopt(resource, publicKey));
      else {
        await tokenOf(owner);
        const { secret } = await work.resources.add(owner, resource);
        const door = isOther ? others : url;
        await keepEnrolment(dataFolder, door, await work.resources.enrol(secret, publicKey));
      }
      const own = createAgent({
        config: agentSettings.parse({ ...quick, applications, ...said }),
        admission: openAdmission,
        register: async () => {},
        broker: { ...openLine, ...line },
        ...{ dataFolder, clock: systemClock, log: silentLog },
      });
      await own.start();
      held.use(own);
      await until(async () =>
        [...work.jobs.dispatch.nodes.all].some((node) => node.resource === resource && node.isKnown),
      );
      return {
        folder: dataFolder,
        drain: () => own.drain(),
        resume: () => own.resume(),
        stop: () => own.stop(),
      };
    },
    async user(name) {
      await tokenOf(name);
    },
    async submit(request, ask = [], who = 'local') {
      if (who !== 'local') await tokenOf(who);
      const head = ['SLA-version: 1.0', 'Action: Ask', 'Id: ask-1'];
      const wanted = ask.length === 0 ? {} : { ask: [...head, ...ask].map((line) => `${line}\n`).join('') };
      const job = await work.jobs.submit(
        who,
        jobRequest.parse({ application: 'sleep', ...wanted, ...request }),
      );
      submitted.push({ who, id: job.id });
      return job;
    },
    async shows(situation, id, sentence, who = 'local') {
      const token = who === 'local' ? undefined : await tokenOf(who);
      const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const asked: typeof fetch = (at, init) =>
        fetch(at, { ...init, headers: { ...init?.headers, ...headers } });
      let cause: Cause | undefined;
      await until(
        async () => {
          [cause] = (await whyWaits({ url, fetch: asked }, id)).causes;
          if (cause?.situation !== situation) return false;
          return sentence instanceof RegExp ? sentence.test(cause.cause) : true;
        },
        `${id} shows ${situation}`,
        () => cause?.cause,
      );
      seen(situation, cause, typeof sentence === 'string' ? sentence : undefined);
      return cause!;
    },
    written: (file) => until(async () => existsSync(file), `${file} is written`),
    async [Symbol.asyncDispose]() {
      // Programs outlive their agents, and are to outlive no test.
      for (const { who, id } of submitted) await work.jobs.cancel(who, id, 0).catch(() => {});
      for (const { who, id } of submitted)
        await until(
          async () => isOver(await work.jobs.job(who, id, 0, { wait: 0, signal: never })),
          `${id} ends`,
        );
      await held.disposeAsync();
    },
  };
  return house;
}

const never = new AbortController().signal;

function isOver({ endedAt }: JobView): boolean {
  return endedAt !== null;
}

/** Settings of an agent that looks often, and finds nothing of this machine. */
const quick = {
  detect: false,
  'host-doors': false,
  'poll-door': false,
  'broker-retry': '20 ms',
  'broker-retry-most': '200 ms',
  'watch-interval': '50 ms',
  'state-interval': '50 ms',
  'kill-grace': '50 ms',
  drain: '0 ms',
};

/** Waits until something is so. */
export async function until(
  isSo: () => Promise<boolean>,
  what = 'it is so',
  instead: () => string | undefined = () => undefined,
): Promise<void> {
  for (const latest = Date.now() + patienceMs; !(await isSo()); ) {
    if (Date.now() > latest) throw new Error(`it never came that ${what}; it is: ${instead()}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
