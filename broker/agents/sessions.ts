import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { SocketRoute } from '../../platform/doors/http.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import { FrameTurns } from '../../platform/frame-turns.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import type { Log } from '../../platform/log.ts';
import type { Welcome } from '../../protocol/agent/handshake.ts';
import type { AgentMessage, AgentWord, BrokerMessage } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Reservations } from '../reservations/reservations.ts';
import { resourceOf } from './agent-names.ts';
import type { Proven } from './handshake.ts';
import { Presence } from './presence.ts';
import { type Connection, Session } from './session.ts';
import type { AgentSessionSettings } from './settings.ts';
import { agentSocket } from './socket.ts';
import type { ResourceRow } from './store.ts';
import type { Vouching } from './vouching.ts';

/** The way to an agent, as those who send it work have it. It keeps the order, and what cannot be sent yet. */
export interface AgentLink {
  send(messages: readonly BrokerMessage[]): void;
}

/** What takes part in what agents say: the broker's dispatch. */
export interface AgentsListener {
  /** An agent came with a new session; where it had another one, that is over. */
  attach(agent: { resource: string; owner: string; isHouse: boolean }, link: AgentLink): void;
  /** Takes the messages of a frame; resolves when they are on disk, rejects where the session cannot go on. */
  receive(resource: string, link: AgentLink, messages: readonly AgentMessage[]): Promise<void>;
  /** Nothing was heard of the agent for too long. */
  detach(resource: string, link: AgentLink): void;
  /** The agent is to take more work, or no more; it is told. */
  drain(resource: string, draining: boolean): Promise<void>;
  /** The resource was removed: there is no agent any more. */
  remove(resource: string): Promise<void>;
}

export interface SessionsParts {
  readonly config: AgentSessionSettings;
  readonly keys: KeyPair;
  /** The resource of the agent with this key. */
  readonly find: (key: string) => Promise<ResourceRow | undefined>;
  readonly listener: AgentsListener;
  readonly vouching: Pick<Vouching, 'answer'>;
  readonly reservations: Pick<Reservations, 'attach' | 'detach' | 'heard'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sessions of the agents that are there: one of each resource, which outlives its connections for a while. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #sessions = new Map<string, Session>(); // that stand, by resource
  readonly #attached = new Map<string, Session>(); // the last of each resource whose agent is not taken for gone
  readonly #presence: Presence;
  readonly #turns: FrameTurns;
  #isStopped = false;
  readonly #resourceOf = new Map<string, string>(); // by the hash of a token
  readonly #byKey = new Map<string, string>(); // of those that stand, by the keys of their agents

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    const { config, clock } = parts;
    this.#presence = new Presence(config['agent-silence'], clock, (resource) => this.#silent(resource));
    this.#turns = new FrameTurns({ charactersASecond: config['agent-pace'], clock });
  }

  /** The WebSocket at which agents come. */
  get socket(): SocketRoute {
    const { keys, find, config, clock, log } = this.#parts;
    return agentSocket({
      keys,
      find,
      patienceMs: config['handshake-time'],
      begin: (proven, connection, isHouse) => this.#begin(proven, connection, isHouse),
      clock,
      log,
    });
  }

  /** The resource of the session that stands and has this token. */
  resourceOf(token: string): string | undefined {
    return this.#resourceOf.get(sha256(token));
  }

  /** The name of the agent with this key, whose session stands. */
  agentOf(key: string): string | undefined {
    return this.#byKey.get(key);
  }

  /** How long ago the agent of a resource was heard; undefined where it is not there. */
  heardAgo(resource: string): number | undefined {
    return this.#presence.heardAgo(resource);
  }

  /** The agent is to take more work, or no more. */
  drain(resource: string, draining: boolean): Promise<void> {
    return this.#parts.listener.drain(resource, draining);
  }

  /** The resource is no more. */
  remove(resource: string): Promise<void> {
    this.#presence.gone(resource);
    this.#forget(resource, 'this resource was removed');
    this.#attached.delete(resource);
    this.#parts.reservations.detach(resource);
    this.#turns.forget(resource);
    return this.#parts.listener.remove(resource);
  }

  /** Lets go of all agents, and takes no other: they come again when the broker does. */
  stop(): void {
    this.#isStopped = true;
    for (const resource of [...this.#sessions.keys()]) this.#forget(resource, 'the broker stops');
    this.#presence.stop();
  }

  #begin(
    { resource, session: wanted }: Proven,
    connection: Connection,
    isHouse: boolean,
  ): { session: Session; welcome: Welcome } {
    if (this.#isStopped) throw new Refusal(failure('stopped', 'the broker stops'));
    const present = this.#sessions.get(resource.name);
    const isResumed =
      wanted !== null && present?.id === wanted.id && present.connect(connection, wanted.received);
    const session = isResumed ? present : this.#new(resource, connection, isHouse);
    this.#presence.heard(resource.name);
    const welcome = {
      type: 'welcome' as const,
      session: session.id,
      resumed: isResumed,
      received: session.received,
      resource: resourceOf(resource.name),
      token: session.token,
      heartbeatMs: this.#parts.config['agent-heartbeat'],
    };
    return { session, welcome };
  }

  #new({ name, owner, draining, key }: ResourceRow, connection: Connection, isHouse: boolean): Session {
    const { listener, vouching, config, log } = this.#parts;
    this.#forget(name, 'the agent began a new session');
    const session: Session = new Session({
      id: randomBytes(16).toString('base64url'),
      resource: name,
      token: randomBytes(32).toString('base64url'),
      mostUnread: config['most-unread'],
      inTurn: (frame, deal, isOver) => this.#turns.take(name, frame, deal, isOver),
      receive: (words) => {
        this.#turns.charge(name, dearOf(words));
        const asked = words.filter((word) => word.type === 'vouch').slice(0, mostVouchers);
        if (key !== null) for (const word of asked) session.send([vouching.answer(key, word)]);
        const messages = words.filter(isAboutTasks);
        const kept = messages.length === 0 ? undefined : listener.receive(name, session, messages);
        return Promise.all([kept, this.#receiveOfReservations(name, session, words)]).then(() => {});
      },
      heard: () => this.#presence.heard(name),
      failed: (error) => {
        if (this.#sessions.get(name) !== session) return;
        log.error('the session of an agent cannot go on', { resource: name, error });
        this.#forget(
          name,
          error instanceof Refusal ? sentence(error) : 'the broker failed; its log says why',
        );
      },
    });
    this.#sessions.set(name, session);
    if (key !== null) this.#byKey.set(key, name);
    this.#resourceOf.set(sha256(session.token), name);
    session.connect(connection, 0);
    this.#attached.set(name, session);
    listener.attach({ resource: name, owner, isHouse }, session);
    if (draining) void this.drain(name, true).catch((error: unknown) => session.fail(error));
    return session;
  }

  async #receiveOfReservations(
    resource: string,
    session: Session,
    words: readonly AgentWord[],
  ): Promise<void> {
    const { reservations } = this.#parts;
    const facts = words.findLast((word) => word.type === 'facts');
    if (facts?.powers.reserve === true) await reservations.attach(resource, session);
    else if (facts !== undefined) reservations.detach(resource);
    // Each says all of it.
    const said = words.findLast((word) => word.type === 'reserved');
    if (said !== undefined) await reservations.heard(resource, said);
  }

  #silent(resource: string): void {
    this.#parts.log.warn('an agent is silent', { resource });
    this.#forget(resource, 'the agent was silent for too long');
    const session = this.#attached.get(resource);
    if (session === undefined) return;
    this.#attached.delete(resource);
    this.#parts.reservations.detach(resource);
    this.#parts.listener.detach(resource, session);
  }

  /** The session is over; whether its agent is taken for gone is another matter. */
  #forget(resource: string, reason: string): void {
    const session = this.#sessions.get(resource);
    if (session === undefined) return;
    this.#sessions.delete(resource);
    for (const [key, name] of this.#byKey) if (name === resource) this.#byKey.delete(key);
    this.#resourceOf.delete(sha256(session.token));
    session.end(reason);
  }
}

/** How many JWTs (a count) an agent gets for one frame: it needs one every few minutes, and each is work for the broker. */
const mostVouchers = 4;

/** What is said costs so much more than its characters, in characters, wherever it is said. */
function dearOf(words: readonly AgentWord[]): number {
  let dear = words.length * wordCost;
  for (const word of words) {
    if (word.type === 'facts' || word.type === 'reserved') dear += factsCost;
    if (word.type === 'inventory') dear += word.tasks.length * attemptCost;
  }
  return dear;
}

/** Of most words the store is asked; for the facts of a node all that waits is looked at again, and what it keeps is compared with what it is to keep; of each attempt in an inventory the store is asked. */
const wordCost = 128;
const factsCost = 64 * 1024;
const attemptCost = 512;

function isAboutTasks(word: AgentWord): word is AgentMessage {
  return word.type !== 'vouch' && word.type !== 'reserved';
}
