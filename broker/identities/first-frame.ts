import type { Clock } from '../../platform/clock.ts';
import type { SocketHandler, SocketPeer, SocketRoute } from '../../platform/doors/http.ts';
import type { Line } from '../../platform/doors/line.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { tokenFrame } from '../../protocol/identities.ts';
import { isKnown } from '../caller.ts';
import type { Entrance } from './entrance.ts';

export interface FirstFrameParts {
  readonly entrance: Pick<Entrance, 'byFrame'>;
  /** How long the first frame may take to come, in milliseconds. */
  readonly patienceMs: number;
  readonly clock: Clock;
}

/** As RFC 6455, 7.4.1: what came breaks a rule of ours. */
const policyViolation = 1008;

/**
 * A WebSocket whose peer may say who they are in the first frame, `{"token": "ogm_…"}`, where the request could not: a
 * page cannot set its headers. Nothing answers that frame.
 */
export function withFirstFrame(route: SocketRoute, parts: FirstFrameParts): SocketRoute {
  return {
    path: route.path,
    open: (peer) => (isKnown(peer.request) ? route.open(peer) : new Unknown(route, peer, parts)),
  };
}

class Unknown implements SocketHandler {
  readonly #route: SocketRoute;
  readonly #peer: SocketPeer;
  readonly #parts: FirstFrameParts;
  readonly #cancelPatience: () => void;
  #known: Promise<SocketHandler> | undefined;

  constructor(route: SocketRoute, peer: SocketPeer, parts: FirstFrameParts) {
    this.#route = route;
    this.#peer = peer;
    this.#parts = parts;
    this.#cancelPatience = parts.clock.after(parts.patienceMs, () =>
      peer.close(policyViolation, 'no token came in time'),
    );
  }

  async receive(frame: string, line: Line): Promise<string | undefined> {
    if (this.#known === undefined) {
      this.#known = this.#meet(frame, line);
      await this.#known;
      return undefined;
    }
    return (await this.#known).receive(frame, line);
  }

  async #meet(frame: string, line: Line): Promise<SocketHandler> {
    const { sender, request } = this.#peer;
    const verdict = await this.#parts.entrance.byFrame(request, sender, tokenIn(frame));
    if ('failure' in verdict) throw new Refusal(verdict.failure);
    this.#cancelPatience();
    const { ended } = verdict;
    const cut = () => this.#peer.close(policyViolation, 'the token holds no more');
    if (ended?.aborted) cut();
    ended?.addEventListener('abort', cut, { once: true, signal: line.closed });
    return this.#route.open({ ...this.#peer, sender: verdict.sender });
  }
}

function tokenIn(frame: string): string {
  try {
    return tokenFrame.parse(JSON.parse(frame)).token;
  } catch {
    const detail = 'the first frame is to say who you are, as {"token": "ogm_…"}';
    throw new Refusal(failure('not-authenticated', detail));
  }
}
