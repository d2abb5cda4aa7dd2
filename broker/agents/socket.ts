import type { Clock } from '../../platform/clock.ts';
import type { SocketHandler, SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import type { Log } from '../../platform/log.ts';
import type { Welcome } from '../../protocol/agent/handshake.ts';
import { parsedJson } from '../../protocol/json.ts';
import { Handshake, type Proven } from './handshake.ts';
import { mayBeHouse } from './house.ts';
import type { Connection, Session } from './session.ts';
import type { ResourceRow } from './store.ts';

interface AgentSocketParts {
  readonly keys: KeyPair;
  readonly find: (key: string) => Promise<ResourceRow | undefined>;
  /** How long the handshake may take, in milliseconds. */
  readonly patienceMs: number;
  /**
   * Begins a session over the connection of an agent that has proved who it is, or goes on with one. `isHouse` says that
   * it may run as the user who runs the broker.
   */
  readonly begin: (
    proven: Proven,
    connection: Connection,
    isHouse: boolean,
  ) => { session: Session; welcome: Welcome };
  readonly clock: Clock;
  readonly log: Log;
}

/** As RFC 6455, 7.4.1: what came breaks a rule of ours. */
const policyViolation = 1008;

/** `/broker/agents/ws`: a handshake, then the frames of a session. What goes wrong on one connection ends that alone. */
export function agentSocket(parts: AgentSocketParts): SocketRoute {
  return { path: '/broker/agents/ws', open: (peer) => new AgentConnection(parts, peer) };
}

class AgentConnection implements SocketHandler {
  readonly #parts: AgentSocketParts;
  readonly #peer: SocketPeer;
  readonly #handshake: Handshake;
  readonly #cancelPatience: () => void;
  #session: { readonly of: Session; readonly over: Connection } | undefined;
  #isOver = false;

  constructor(parts: AgentSocketParts, peer: SocketPeer) {
    this.#parts = parts;
    this.#peer = peer;
    this.#handshake = new Handshake(parts);
    this.#cancelPatience = parts.clock.after(parts.patienceMs, () =>
      peer.close(policyViolation, 'the agent did not say who it is in time'),
    );
  }

  async receive(frame: string, line: Line): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    if (this.#session !== undefined) {
      await this.#session.of.receive(frame, this.#session.over);
      return undefined;
    }
    try {
      const came = await this.#handshake.take(parsedJson(frame));
      return JSON.stringify('resource' in came ? this.#begin(came, line) : came);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refuse(error, line);
    }
  }

  #begin(proven: Proven, line: Line): Welcome {
    this.#cancelPatience();
    const connection: Connection = {
      push: (frames) => line.push(frames),
      close: (reason) => this.#peer.close(policyViolation, reason),
    };
    const { sender, request } = this.#peer;
    const isHouse = mayBeHouse(sender, request.socket.localAddress);
    const { session, welcome } = this.#parts.begin(proven, connection, isHouse);
    this.#session = { of: session, over: connection };
    line.closed.addEventListener('abort', () => session.disconnected(connection));
    this.#parts.log.info('an agent is here', { resource: welcome.resource, resumed: welcome.resumed });
    return welcome;
  }

  /** What answers, then the end. */
  #refuse(refusal: Refusal, line: Line): string {
    const { code, detail, next } = refusal;
    this.#isOver = true;
    this.#parts.log.warn('an agent was refused', { code, detail });
    void line.push([]).then(() => this.#peer.close(policyViolation, sentence(refusal)));
    return JSON.stringify({ type: 'refused', code, detail, ...(next === undefined ? {} : { next }) });
  }
}
