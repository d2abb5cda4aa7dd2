import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localAdministrator } from '../../../broker/caller.ts';
import { Work } from '../../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../../broker/settings.ts';
import { doorSettings } from '../../../cli/door-settings.ts';
import type { Admission, Sender } from '../../../platform/doors/door.ts';
import { type AnySocketRoute, createHttpDoor } from '../../../platform/doors/http.ts';
import { keyPairIn } from '../../../platform/identity/key-pair.ts';
import { type PaceSettings, Paces } from '../../../platform/identity/paces.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { AgentFacts } from '../../../protocol/agent/messages.ts';
import type { Scope, TokenMade } from '../../../protocol/identities.ts';
import { anyPort, httpLimits } from '../../platform/doors/support.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { ScriptedAgent } from '../agents/scripted-agent.ts';
import { facts, known, workOn } from '../given-work.ts';

/** The work of a broker behind a real door, to which whoever comes is another user of the machine. */
export interface GivenUsers extends AsyncDisposable {
  readonly url: string;
  readonly work: Work;
  readonly store: Store;
  readonly clock: ManualClock;
  /** A token of a user, who is added where there is none of the name. */
  token(user: string, scopes?: Scope[], lifeMs?: number): Promise<TokenMade>;
  call(method: string, path: string, token?: string, body?: unknown): Promise<Answer>;
  /** Sends a request as the next of its door sees it: from this sender. */
  from(sender: Sender): void;
  /** An agent of a user's resource, which runs what comes; each program leaves a file `out/rod.txt`. */
  agent(
    user: string,
    resource: string,
    content: Buffer,
    blob: string,
    said?: Partial<AgentFacts>,
  ): Promise<ScriptedAgent>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export const everyScope: Scope[] = ['read', 'submit', 'resources'];

export const nobody: Sender = { address: '127.0.0.1', uid: 65_534, guest: true };

export async function givenUsers(
  settings: Partial<BrokerSettings & PaceSettings> = {},
  more: { routes?: Parameters<typeof createHttpDoor>[0]['routes']; sockets?: readonly AnySocketRoute[] } = {},
): Promise<GivenUsers> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-users-'));
  const service = await openServiceStore('broker');
  const { store } = service;
  const clock = new ManualClock();
  const config = { ...brokerSettings.parse({ 'open-access': ['*'] }), ...settings };
  const paces = new Paces({ ...doorSettings.parse({}), ...settings }, clock);
  const work = await Work.open({ config, store, folder, paces, clock, log: silentLog });
  let sender = nobody;
  const admission: Admission = { admit: async () => sender };
  const door = createHttpDoor({
    name: 'the door',
    listen: anyPort,
    limits: httpLimits,
    admission,
    identify: (request, who) => work.entrance.identify(request, who),
    routes: [...work.routes(), ...(more.routes ?? [])],
    sockets: [...work.sockets(), ...(more.sockets ?? [])],
    log: silentLog,
  });
  await door.start();
  await work.start();
  const url = `http://127.0.0.1:${door.listening.port}`;
  const agents: ScriptedAgent[] = [];
  return {
    url,
    work,
    store,
    clock,
    from(one) {
      sender = one;
    },
    async token(user, scopes = everyScope, lifeMs) {
      const present = await work.identities.users(localAdministrator);
      if (!present.some(({ name }) => name === user))
        await work.identities.addUser(localAdministrator, { name: user });
      return work.identities.create(localAdministrator, {
        user,
        scopes,
        ...(lifeMs === undefined ? {} : { lifeMs }),
      });
    },
    async call(method, path, token, body) {
      const isBytes = Buffer.isBuffer(body);
      const type = isBytes ? 'application/octet-stream' : 'application/json';
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          Connection: 'close',
          ...(body === undefined ? {} : { 'Content-Type': type }),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text(), headers: response.headers };
    },
    async agent(user, resource, content, blob, said = {}) {
      const { secret } = await work.resources.add(user, resource);
      const keys = await keyPairIn(join(folder, resource));
      const { brokerKey } = await work.resources.enrol(secret, keys.publicKey);
      const agent = new ScriptedAgent(url, keys, brokerKey);
      agents.push(agent);
      await agent.connect();
      const caller = { kind: 'agent', resource } as const;
      await work.staging.send(caller, blob, { offset: 0, total: content.length, bytes: [content] });
      await agent.say({ ...facts, ...said }, { type: 'inventory', tasks: [] });
      const left = { path: 'out/rod.txt', blob, executable: false, bytes: content.length };
      void workOn(agent, () => ({ outputs: [left] })).catch(() => {}); // it was cut
      await known(work, resource);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.cut();
      await work.stop();
      await door.stop();
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
