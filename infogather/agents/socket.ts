import { DocumentReader } from '../../grammar/index.ts';
import { answerBody } from '../../language-door/body.ts';
import type { LanguageDoor } from '../../language-door/receiver.ts';
import { printReply } from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sender } from '../../platform/doors/door.ts';
import type { SocketHandler, SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import { FrameTurns } from '../../platform/frame-turns.ts';
import type { JwtTrust } from '../../platform/identity/jwt.ts';
import { audienceOf } from '../../platform/identity/jwt-entrance.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import type { Log } from '../../platform/log.ts';
import {
  type FromGathering,
  gatheringPath,
  type ToGathering,
  toGathering,
} from '../../protocol/agent/gathering.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import type { InfogatherSettings } from '../settings.ts';
import { Acquaintance, holdsUntil } from './acquaintance.ts';
import { OpenLine } from './line.ts';
import type { AgentLines } from './lines.ts';
import { agentSender } from './name.ts';

export interface AgentSocketParts {
  readonly config: Pick<
    InfogatherSettings,
    'agent-patience' | 'agent-state' | 'agent-pace' | 'poll-timeout' | 'poll-bytes'
  >;
  /** By these infogather proves who it is. */
  readonly keys: KeyPair;
  /** The brokers that vouch for agents. */
  readonly trust: JwtTrust;
  readonly lines: AgentLines;
  /** Takes what agents register. */
  readonly door: LanguageDoor;
  readonly clock: Clock;
  readonly log: Log;
}

/** As RFC 6455, 7.4.1: what came breaks a rule of ours. */
const policyViolation = 1008;

/** What an agent says of its node costs so much, in characters, for each node that it has registered beside one: each is looked at. */
const nodeCost = 512;

/** The WebSocket at which agents come: they say who they are, register, say how they stand, and are polled. */
export function agentSocket(parts: AgentSocketParts): SocketRoute {
  const { config, clock } = parts;
  const turns = new FrameTurns({ charactersASecond: config['agent-pace'], clock });
  const reader = new DocumentReader();
  return { path: gatheringPath, open: (peer) => new AgentConnection(parts, { turns, reader }, peer) };
}

/** What the connections of all agents have in common. */
interface Shared {
  readonly turns: FrameTurns;
  /** Reads what polls are answered. */
  readonly reader: DocumentReader;
}

/** What goes wrong on one connection ends that alone. */
class AgentConnection implements SocketHandler {
  readonly #parts: AgentSocketParts;
  readonly #turns: FrameTurns;
  readonly #reader: DocumentReader;
  readonly #peer: SocketPeer;
  readonly #audience: string;
  readonly #acquaintance: Acquaintance;
  #cancelEnd: () => void;
  #known: { readonly key: string; readonly sender: Sender; readonly line: OpenLine } | undefined;
  /** Until when the JWT at hand holds, in milliseconds since 1970. */
  #until = 0;
  #isOver = false;

  constructor(parts: AgentSocketParts, { turns, reader }: Shared, peer: SocketPeer) {
    this.#parts = parts;
    this.#turns = turns;
    this.#reader = reader;
    this.#peer = peer;
    this.#audience = audienceOf(peer.request, 'infogather');
    this.#acquaintance = new Acquaintance({ ...parts, audience: this.#audience });
    this.#cancelEnd = parts.clock.after(parts.config['agent-patience'], () =>
      this.#close('the agent did not say who it is in time'),
    );
  }

  async receive(frame: string, line: Line): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    try {
      const said =
        this.#known === undefined ? this.#meet(frame, line) : await this.#inTurn(this.#known.key, frame);
      return said && JSON.stringify(said);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refuse(error, line);
    }
  }

  /** In the turn in which the frame came: the next may stand behind it. */
  #meet(frame: string, frames: Line): FromGathering {
    const { lines, config, clock, log } = this.#parts;
    const came = this.#acquaintance.take(parsedJson(frame));
    if (!('until' in came)) return came;
    const { key, until } = came;
    const line = new OpenLine({
      send: (message) => frames.push([JSON.stringify(message)]),
      close: (reason) => this.#close(reason),
      pollMs: config['poll-timeout'],
      pollBytes: config['poll-bytes'],
      reader: this.#reader,
      clock,
    });
    const { address } = this.#peer.sender;
    this.#known = { key, line, sender: { address, uid: undefined, guest: true, name: agentSender(key) } };
    frames.closed.addEventListener('abort', () => {
      this.#cancelEnd();
      this.#isOver = true;
      line.lost();
      lines.closed(key, line);
    });
    lines.opened(key, line);
    log.info('an agent is here', { agent: key, voucher: came.issuer });
    return { type: 'welcome', stateMs: config['agent-state'], holdsMs: this.#holdUntil(until) };
  }

  /** Whatever one agent says, the others are heard. */
  #inTurn(key: string, frame: string): Promise<FromGathering | undefined> {
    return this.#turns.take(
      key,
      frame,
      () => this.#answer(frame),
      () => this.#isOver,
    );
  }

  async #answer(frame: string): Promise<FromGathering | undefined> {
    const said = toGathering.safeParse(parsedJson(frame));
    if (!said.success || said.data.type === 'proof')
      throw new Refusal(failure('wrong-protocol', 'the agent says what cannot be understood'));
    const message = said.data;
    switch (message.type) {
      case 'tell':
        return this.#tell(message);
      case 'polled':
        this.#known?.line.answered(message.ask, message.documents);
        return undefined;
      case 'state':
        this.#stands(message);
        return undefined;
      case 'message':
        this.#notes(message);
        return undefined;
      case 'renew':
        return this.#renew(message);
    }
  }

  async #tell({ ask, documents }: ToGathering & { type: 'tell' }): Promise<FromGathering> {
    const { sender } = this.#known!;
    try {
      const { replies, isSilent } = answerBody(documents, false, sender, this.#parts.door);
      const written = (await replies).map(printReply);
      return { type: 'told', ask, documents: isSilent ? '' : written.join('\n'), problem: null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, status, detail, next } = error;
      const problem = { code, status, detail, ...(next === undefined ? {} : { next }) };
      return { type: 'told', ask, documents: '', problem };
    }
  }

  #stands({ type: _, ...state }: ToGathering & { type: 'state' }): void {
    if (this.#known === undefined) return;
    const { lines, clock } = this.#parts;
    this.#known.line.said = { state, at: clock.now() };
    this.#charge(lines.hearer.agentSaid(this.#known.key));
  }

  #notes({ level, text }: ToGathering & { type: 'message' }): void {
    if (this.#known === undefined) return;
    this.#charge(this.#parts.lines.hearer.agentNotes(this.#known.key, level, text));
  }

  #charge(nodes: number): void {
    if (this.#known !== undefined && nodes > 1) this.#turns.charge(this.#known.key, (nodes - 1) * nodeCost);
  }

  /** One that does not hold changes nothing: the agent may have another broker vouch for it. */
  #renew({ ask, token }: ToGathering & { type: 'renew' }): FromGathering {
    const { trust, clock, log } = this.#parts;
    const { key } = this.#known!;
    try {
      const { until } = holdsUntil(token, key, { trust, clock, audience: this.#audience });
      return { type: 'renewed', ask, holdsMs: this.#holdUntil(until), why: null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const why = sentence(error);
      log.warn('an agent showed a JWT that does not hold', { agent: key, why });
      return { type: 'renewed', ask, holdsMs: Math.max(0, this.#until - clock.now()), why };
    }
  }

  /** Ends the connection then, unless it is renewed before; returns how long that is. */
  #holdUntil(until: number): number {
    const { clock } = this.#parts;
    this.#cancelEnd();
    this.#until = until;
    const leftMs = Math.max(0, until - clock.now());
    this.#cancelEnd = clock.after(leftMs, () => this.#close('the JWT of the agent has expired'));
    return leftMs;
  }

  #close(reason: string): void {
    this.#isOver = true;
    this.#cancelEnd();
    this.#peer.close(policyViolation, reason);
  }

  /** What answers, then the end. */
  #refuse(refusal: Refusal, line: Line): string {
    const { code, detail, next } = refusal;
    this.#isOver = true;
    this.#cancelEnd();
    this.#parts.log.warn('an agent was refused', { code, detail });
    void line.push([]).then(() => this.#peer.close(policyViolation, sentence(refusal)));
    return JSON.stringify({ type: 'refused', code, detail, ...(next === undefined ? {} : { next }) });
  }
}
