import { setTimeout as pause } from 'node:timers/promises';
import { localAdministrator, type UserCaller } from '../../../broker/caller.ts';
import { Broker, Work } from '../../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../../broker/settings.ts';
import { doorSettings } from '../../../cli/door-settings.ts';
import { type Document1, readAnyDocuments } from '../../../grammar/index.ts';
import { printReply } from '../../../language-door/reply.ts';
import { systemClock } from '../../../platform/clock.ts';
import { Paces } from '../../../platform/identity/paces.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Scope } from '../../../protocol/identities.ts';
import type { NodeEntry } from '../../../protocol/nodes.ts';
import { facts, type GivenWork, givenWork } from '../given-work.ts';

/** A broker with its work, whose agents keep programs apart, and what infogather lists of other nodes. */
export interface GivenDeals extends GivenWork {
  /** As it is open now. */
  readonly broker: Broker;
  /** What infogather lists, or that it cannot be asked. */
  readonly world: { entries: readonly NodeEntry[] | Error };
  /** As if the process had been ended and begun anew on the same file: its agents are gone. */
  restart(): Promise<Work>;
  /** Shares a node with a user, who is made where there is none. */
  share(resource: string, user: string): Promise<void>;
  /** What is answered to a document, in canonical text, a document each. */
  say(text: string, user?: UserCaller): Promise<string[]>;
}

export async function givenDeals(settings: Partial<BrokerSettings> = {}): Promise<GivenDeals> {
  const given = await givenWork(settings);
  const config = { ...brokerSettings.parse({}), ...settings };
  const world: GivenDeals['world'] = { entries: [] };
  const brokerOf = (work: Work) =>
    new Broker({
      config,
      infogather: {
        async *nodes() {
          if (world.entries instanceof Error) throw world.entries;
          yield* world.entries;
        },
      },
      market: { async tell() {} },
      address: () => ({ host: '193.10.66.141', port: 7685 }),
      lentBy: (key) => work.lent(key),
      deals: work.deals,
      clock: systemClock,
      log: silentLog,
    });
  const opened = [given.work];
  let broker = brokerOf(given.work);
  const agents: string[] = [];
  return {
    ...given,
    async agent(...as) {
      const agent = await given.agent(...as);
      agents.push(as[2] ?? `node-${agents.length}`);
      await agent.say({ ...facts, powers: { ...facts.powers, isolates: true } });
      await until(() =>
        [...given.work.jobs.dispatch.nodes.all].some(
          (node) => node.resource === agents.at(-1) && node.isKnown && node.facts?.powers.isolates,
        ),
      );
      return agent;
    },
    async share(resource, user) {
      const { identities, sharing } = given.work;
      const known = await identities.users(localAdministrator);
      if (!known.some(({ name }) => name === user))
        await identities.addUser(localAdministrator, { name: user });
      await sharing.share(localAdministrator, resource, [user]);
    },
    async restart() {
      await opened.at(-1)?.stop();
      const { store, folder } = given;
      const paces = new Paces(doorSettings.parse({}), systemClock);
      const work = await Work.open({ config, store, folder, paces, clock: systemClock, log: silentLog });
      opened.push(work);
      await work.start();
      broker = brokerOf(work);
      return work;
    },
    get broker() {
      return broker;
    },
    world,
    async say(text, user = localAdministrator) {
      return (await broker.receive(documentOf(text), user)).map(printReply);
    },
    async [Symbol.asyncDispose]() {
      for (const work of opened.slice(1)) await work.stop();
      await given[Symbol.asyncDispose]();
    },
  };
}

/** Waits for something that comes by itself. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(2);
}

export function documentOf(text: string): Document1 {
  const [reading] = readAnyDocuments(text.endsWith('\n') ? text : `${text}\n`);
  if (reading === undefined || !('document' in reading) || !('envelope' in reading.document))
    throw new Error(`this is no document:\n${text}\n${JSON.stringify(reading)}`);
  return reading.document;
}

/** The lines of a document of version 1.0. */
export function said(action: string, ...headers: readonly string[]): string {
  return ['SLA-version: 1.0', `Action: ${action}`, ...headers, ''].join('\n');
}

/** What a document says under a name. */
export function of(reply: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(reply ?? '')?.[1];
}

/** A user with an account, by a token that may have jobs run. */
export function userNamed(owner: string, scopes: readonly Scope[] = ['read', 'submit']): UserCaller {
  return { kind: 'user', owner, scopes: new Set(scopes) };
}
