import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resources } from '../../../broker/agents/resources.ts';
import { resourceRoutes } from '../../../broker/agents/routes.ts';
import { type AgentLink, type AgentsListener, Sessions } from '../../../broker/agents/sessions.ts';
import type { AgentSessionSettings } from '../../../broker/agents/settings.ts';
import { findByKey } from '../../../broker/agents/store.ts';
import { Vouching } from '../../../broker/agents/vouching.ts';
import { Reservations } from '../../../broker/reservations/reservations.ts';
import { type KeyPair, keyPairIn } from '../../../platform/identity/key-pair.ts';
import type { Log } from '../../../platform/log.ts';
import type { AgentMessage } from '../../../protocol/agent/messages.ts';
import { memoryLog } from '../../platform/doors/support.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { entranceOf, openHttpDoor } from '../http-door.ts';
import { ScriptedAgent } from './scripted-agent.ts';

/** What a listener heard, in order. */
export type Heard =
  | { readonly kind: 'attach' | 'detach'; readonly resource: string; readonly link: AgentLink }
  | { readonly kind: 'remove'; readonly resource: string }
  | { readonly kind: 'drain'; readonly resource: string; readonly draining: boolean }
  | { readonly kind: 'messages'; readonly resource: string; readonly messages: readonly AgentMessage[] };

/** Takes the part of dispatch: notes what it hears, keeps it as fast as a test lets it. */
export class NotingListener implements AgentsListener {
  readonly heard: Heard[] = [];
  /** Awaited before messages count as kept. */
  keep: () => Promise<void> = async () => {};
  #wake: () => void = () => {};

  attach({ resource }: { resource: string }, link: AgentLink): void {
    this.#note({ kind: 'attach', resource, link });
  }

  async receive(resource: string, _link: AgentLink, messages: readonly AgentMessage[]): Promise<void> {
    this.#note({ kind: 'messages', resource, messages });
    await this.keep();
  }

  detach(resource: string, link: AgentLink): void {
    this.#note({ kind: 'detach', resource, link });
  }

  async drain(resource: string, draining: boolean): Promise<void> {
    this.#note({ kind: 'drain', resource, draining });
  }

  async remove(resource: string): Promise<void> {
    this.#note({ kind: 'remove', resource });
  }

  /** What the agent of a resource said, word by word: those messages that are loads, by their number. */
  said(resource: string): number[] {
    return this.heard.flatMap((one) =>
      one.kind === 'messages' && one.resource === resource
        ? one.messages.flatMap((message) => (message.type === 'load' ? [message.cpuLoad] : []))
        : [],
    );
  }

  /** The link of the session that came last. */
  get link(): AgentLink {
    const last = this.heard.findLast((one) => one.kind === 'attach');
    if (last?.kind !== 'attach') throw new Error('no agent came');
    return last.link;
  }

  kinds(): string[] {
    return this.heard.map(({ kind, resource }) => `${kind} ${resource}`);
  }

  /** Resolves when what it heard is as wanted. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  #note(heard: Heard): void {
    this.heard.push(heard);
    this.#wake();
  }
}

/** The agents' side of a broker behind a real door. Leaving the scope of `await using` closes and removes it. */
export interface GivenAgents extends AsyncDisposable {
  readonly url: string;
  readonly resources: Resources;
  readonly sessions: Sessions;
  readonly listener: NotingListener;
  readonly clock: ManualClock;
  readonly log: Log & { readonly lines: string[] };
  readonly brokerKeys: KeyPair;
  /** All that the store has of resources, as text. */
  everything(): Promise<string>;
  /** A pair of keys, by whatever name. */
  keys(name: string): Promise<KeyPair>;
  /** The agent of a resource that was added and enrolled. */
  agent(name: string): Promise<ScriptedAgent>;
}

export const silenceMs = 30_000;

const settings: AgentSessionSettings = {
  'enrolment-time': 3_600_000,
  'most-resources': 5,
  'agent-heartbeat': 10_000,
  'agent-silence': silenceMs,
  'handshake-time': 5_000,
  'reserve-wait': 1_000,
  'most-unread': 1_000,
  'agent-pace': 2 ** 22,
};

export async function givenAgents(changed: Partial<AgentSessionSettings> = {}): Promise<GivenAgents> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-agents-'));
  const service = await openServiceStore('broker');
  const { store } = service;
  const clock = new ManualClock();
  const listener = new NotingListener();
  const log = memoryLog();
  const config = { ...settings, ...changed };
  const keysOf = (name: string) => keyPairIn(join(folder, name));
  const keys = await keysOf('broker');
  const find = (key: string) => store.read((sql) => findByKey(sql, key));
  const vouching = new Vouching({
    config: { 'jwt-lifetime': 300_000 },
    keys,
    proofKey: undefined,
    clock,
  });
  const reservations = new Reservations({ config, store, clock });
  const sessions = new Sessions({ config, keys, find, listener, vouching, reservations, clock, log });
  const resources = new Resources({
    config,
    store,
    sessions,
    load: () => new Map(),
    gone: async () => {},
    keys,
    clock,
  });
  const door = await openHttpDoor(
    [resourceRoutes(resources)],
    [sessions.socket],
    {},
    entranceOf((token) => sessions.resourceOf(token)),
  );
  const agents: ScriptedAgent[] = [];
  return {
    url: door.url,
    resources,
    sessions,
    listener,
    clock,
    log,
    brokerKeys: keys,
    keys: keysOf,
    everything: () => store.read((sql) => JSON.stringify(sql.all('SELECT * FROM resources'))),
    async agent(name) {
      const { secret } = await resources.add('local', name);
      const own = await keysOf(name);
      await resources.enrol(secret, own.publicKey);
      const agent = new ScriptedAgent(door.url, own, keys.publicKey);
      agents.push(agent);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.cut();
      sessions.stop();
      await door[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
