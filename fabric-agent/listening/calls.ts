import type { Clock } from '../../platform/clock.ts';
import type { SocketHandler, SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import { agentProtocol, call } from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import type { Arrivals } from './arrivals.ts';
import { DoorFrames } from './door-frames.ts';

/** The whole path of the WebSocket at which clients call. */
export const callsPath = '/agent/clients/ws';

export interface CallsParts {
  /** The lines of the client with a key, to one resource where that is named; undefined where none with it may call. */
  readonly find: (key: string, resource: string | undefined) => Arrivals | undefined;
  /** How long a connection may be open until it says who calls, in milliseconds. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** As RFC 6455, 7.4.1: what came breaks a rule of ours. */
const policyViolation = 1008;

/** Clients call here: the first frame says who will prove to be there, and from then on the agent speaks as to a broker. */
export function callSocket(parts: CallsParts): SocketRoute {
  return { path: callsPath, open: (peer) => new Caller(parts, peer) };
}

class Caller implements SocketHandler {
  readonly #parts: CallsParts;
  readonly #peer: SocketPeer;
  readonly #cancelPatience: () => void;
  #frames: DoorFrames | undefined;
  #isOver = false;

  constructor(parts: CallsParts, peer: SocketPeer) {
    this.#parts = parts;
    this.#peer = peer;
    this.#cancelPatience = parts.clock.after(parts.patienceMs, () =>
      peer.close(policyViolation, 'nobody said who calls'),
    );
  }

  async receive(text: string, line: Line): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    if (this.#frames !== undefined) {
      await this.#frames.come(text);
      return undefined;
    }
    this.#cancelPatience();
    try {
      this.#begin(text, line);
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refuse(error, line);
    }
  }

  #begin(text: string, line: Line): void {
    const said = call.safeParse(parsedJson(text));
    if (!said.success) throw new Refusal(failure('wrong-protocol', 'the client begins with what is no call'));
    const { protocol, key, resource } = said.data;
    if (protocol !== agentProtocol) {
      const detail = `the client speaks version ${protocol} of the protocol, and this agent ${agentProtocol}`;
      throw new Refusal(failure('wrong-protocol', detail));
    }
    const arrivals = this.#parts.find(key, resource);
    if (arrivals === undefined)
      throw new Refusal(
        failure(
          'not-enrolled',
          'this agent lets no client with this key call',
          'ask its owner to admit it (ogm agent admit)',
        ),
      );
    const frames = new DoorFrames(this.#peer, line);
    if (!arrivals.take(frames))
      throw new Refusal(failure('stopped', 'this agent is starting, or stops', 'call again in a moment'));
    this.#frames = frames;
  }

  /** What answers, then the end. */
  #refuse(refusal: Refusal, line: Line): string {
    const { code, detail, next } = refusal;
    this.#isOver = true;
    this.#parts.log.debug('a client was refused', { code, detail });
    void line.push([]).then(() => this.#peer.close(policyViolation, sentence(refusal)));
    return JSON.stringify({ type: 'refused', code, detail, ...(next === undefined ? {} : { next }) });
  }
}
