import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Work } from '../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../broker/settings.ts';
import { systemClock } from '../../platform/clock.ts';
import { keyPairIn } from '../../platform/identity/key-pair.ts';
import { silentLog } from '../../platform/log.ts';
import type { Assignment, BrokerMessage, Ended } from '../../protocol/agent/messages.ts';
import { openServiceStore } from '../support/service-store.ts';
import { ScriptedAgent } from './agents/scripted-agent.ts';
import { openHttpDoor } from './http-door.ts';

/** The work of a broker behind a real door. Leaving the scope of `await using` closes and removes it. */
export interface GivenWork extends AsyncDisposable {
  readonly url: string;
  readonly work: Work;
  /** An agent that runs what comes to it until it is cut, each program as `run` says; returns it once it is there. */
  agent(run?: (assignment: Assignment) => Partial<Ended>): Promise<ScriptedAgent>;
}

export async function givenWork(settings: Partial<BrokerSettings> = {}): Promise<GivenWork> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-work-'));
  const service = await openServiceStore('broker');
  const config = { ...brokerSettings.parse({}), ...settings };
  const work = await Work.open({ config, store: service.store, folder, clock: systemClock, log: silentLog });
  const door = await openHttpDoor(work.routes(), work.sockets(), {}, (request, sender) =>
    work.entrance.identify(request, sender),
  );
  await work.start();
  const agents: ScriptedAgent[] = [];
  return {
    url: door.url,
    work,
    async agent(run = () => ({})) {
      const keys = await keyPairIn(join(folder, `agent-${agents.length}`));
      const { brokerKey } = await work.resources.adopt(`node-${agents.length}`, keys.publicKey);
      const agent = new ScriptedAgent(door.url, keys, brokerKey);
      agents.push(agent);
      await agent.connect();
      await agent.say(facts, { type: 'inventory', tasks: [] });
      void workOn(agent, run).catch(() => {}); // it was cut
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

export const facts = {
  type: 'facts' as const,
  says: { Application: ['echo'], Cpus: '4' },
  powers: { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: false },
  mostTasks: 4,
  mostHeld: 4,
  draining: false,
};

export async function workOn(
  agent: ScriptedAgent,
  run: (assignment: Assignment) => Partial<Ended>,
): Promise<void> {
  const assigned = new Map<string, Assignment>();
  const endOf = ({ task, attempt }: Pick<BrokerMessage & { type: 'start' }, 'task' | 'attempt'>): Ended => ({
    type: 'ended',
    task,
    attempt,
    exit: { kind: 'exited', code: 0, startedAt: 1, endedAt: 2, cpuSeconds: 0, maxRssBytes: 0 },
    stdout: { text: Buffer.from(`printed by ${task}\n`).toString('base64') },
    stderr: { text: '' },
    outputs: [],
    fault: null,
    ...run(assigned.get(task)!),
  });
  for (;;)
    for (const message of await agent.next()) {
      if (message.type === 'assign') {
        assigned.set(message.task, message);
        const { task, attempt } = message;
        await agent.say({ type: 'may-start', task, attempt, askedAtMs: 0 });
      } else if (message.type === 'start') await agent.say(endOf(message));
      else if (message.type === 'cancel')
        await agent.say({
          ...endOf(message),
          exit: { ...endOf(message).exit, kind: 'cancelled', code: null },
        });
    }
}
