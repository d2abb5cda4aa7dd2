import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Work } from '../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../broker/settings.ts';
import { doorSettings } from '../../cli/door-settings.ts';
import { systemClock } from '../../platform/clock.ts';
import { keyPairIn } from '../../platform/identity/key-pair.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { silentLog } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Assignment, BrokerMessage, Ended, Read } from '../../protocol/agent/messages.ts';
import { openServiceStore } from '../support/service-store.ts';
import { ScriptedAgent } from './agents/scripted-agent.ts';
import { openHttpDoor } from './http-door.ts';

/** What comes of a program, at once or later. */
type Run = (assignment: Assignment) => Partial<Ended> | Promise<Partial<Ended>>;
/** What a program has printed so far. */
type Printed = (read: Read) => string;

/** The work of a broker behind a real door. Leaving the scope of `await using` closes and removes it. */
export interface GivenWork extends AsyncDisposable {
  readonly url: string;
  readonly work: Work;
  readonly store: Store;
  readonly folder: string;
  /**
   * An agent that runs what comes to it until it is cut, each program as `run` says; returns it once it is there. It is called
   * `node-0`, the next `node-1` and so on, unless it is given a name.
   */
  agent(run?: Run, printed?: Printed, name?: string): Promise<ScriptedAgent>;
}

export async function givenWork(settings: Partial<BrokerSettings> = {}): Promise<GivenWork> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-work-'));
  const service = await openServiceStore('broker');
  const config = { ...brokerSettings.parse({ 'open-access': ['*'] }), ...settings };
  const paces = new Paces(doorSettings.parse({}), systemClock);
  const { store } = service;
  const work = await Work.open({ config, store, folder, paces, clock: systemClock, log: silentLog });
  const door = await openHttpDoor(work.routes(), work.sockets(), {}, (request, sender) =>
    work.entrance.identify(request, sender),
  );
  await work.start();
  const agents: ScriptedAgent[] = [];
  return {
    url: door.url,
    work,
    store,
    folder,
    async agent(run = () => ({}), printed = () => '', name = `node-${agents.length}`) {
      const keys = await keyPairIn(join(folder, `agent-${agents.length}`));
      const { brokerKey } = await work.resources.adopt(name, keys.publicKey);
      const agent = new ScriptedAgent(door.url, keys, brokerKey);
      agents.push(agent);
      await agent.connect();
      await agent.say(facts, { type: 'inventory', tasks: [] });
      void workOn(agent, run, printed).catch(() => {}); // it was cut
      await known(work, name);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.cut();
      await work.stop();
      await door[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves once a broker has taken what the agent of that name has said of itself and its tasks. */
export async function known({ jobs }: Work, name: string): Promise<void> {
  while (![...jobs.dispatch.nodes.all].some((node) => node.resource === name && node.isKnown)) await pause(2);
}

export const facts = {
  type: 'facts' as const,
  says: { Application: ['echo'], Cpus: '4' },
  powers: { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: false },
  mostTasks: 4,
  mostHeld: 4,
  draining: false,
};

export async function workOn(agent: ScriptedAgent, run: Run, printed: Printed = () => ''): Promise<void> {
  const assigned = new Map<string, Assignment>();
  const endOf = async ({
    task,
    attempt,
  }: Pick<BrokerMessage & { type: 'start' }, 'task' | 'attempt'>): Promise<Ended> => ({
    type: 'ended',
    task,
    attempt,
    exit: { kind: 'exited', code: 0, startedAt: 1, endedAt: 2, cpuSeconds: 0, maxRssBytes: 0 },
    stdout: { text: Buffer.from(`printed by ${task}\n`).toString('base64') },
    stderr: { text: '' },
    outputs: [],
    fault: null,
    ...(await run(assigned.get(task)!)),
  });
  for (;;)
    for (const message of await agent.next()) {
      if (message.type === 'assign') {
        assigned.set(message.task, message);
        const { task, attempt } = message;
        await agent.say({ type: 'may-start', task, attempt, askedAtMs: 0 });
      } else if (message.type === 'start')
        void endOf(message)
          .then((ended) => agent.say(ended))
          .catch(() => {}); // it was cut
      else if (message.type === 'read') void tell(agent, message, printed).catch(() => {});
      else if (message.type === 'cancel') {
        const ended = await endOf(message);
        await agent.say({ ...ended, exit: { ...ended.exit, kind: 'cancelled', code: null } });
      }
    }
}

/** Answers once there is something, or nobody waits any more. */
async function tell(agent: ScriptedAgent, read: Read, printed: Printed): Promise<void> {
  const { task, attempt, ask, offset, most, waitMs } = read;
  const until = Date.now() + waitMs;
  while (most > 0 && Buffer.byteLength(printed(read)) <= offset && Date.now() < until) await pause(5);
  const all = Buffer.from(printed(read));
  const bytes = all.subarray(offset, offset + most).toString('base64');
  await agent.say({ type: 'output', task, attempt, ask, bytes, size: all.length, state: 'open' });
}
