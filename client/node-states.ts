import type { MessageLevel } from '../protocol/agent/gathering.ts';
import {
  type NodeEvent,
  type NodeHistory,
  type NodeMessages,
  type NodeStatus,
  nodeEventPage,
  nodeHistory,
  nodeMessages,
  nodeStatus,
  nodeStatusPage,
} from '../protocol/node-events.ts';
import { followed, type OpenFrames } from './followed.ts';
import { type CallOptions, requestJson, type ServiceAddress } from './http.ts';
import { queryOf } from './query.ts';
import type { RetryLimits } from './retries.ts';

export interface NodeEventOptions extends CallOptions {
  /** The number of the only node to tell of. */
  readonly node?: number | undefined;
  /** The cursor after which it begins; from the beginning of what is kept unless given. */
  readonly after?: number | undefined;
}

const base = '/infogather/v1/states';

const log = { path: '/infogather/v1/events', page: nodeEventPage, service: 'infogather' };

/** How nodes stand and stood, as infogather knows. Each method throws a ServiceFailure where it refuses. */
export class NodeStatesClient {
  readonly #address: ServiceAddress;
  readonly #limits: Partial<RetryLimits>;
  readonly #open: OpenFrames | undefined;

  /**
   * @param limits for how long those calls that go on by themselves bear that infogather is away
   * @param open by which events come as they happen; where it is not given they are asked for
   */
  constructor(address: ServiceAddress, limits: Partial<RetryLimits> = {}, open?: OpenFrames) {
    this.#address = address;
    this.#limits = limits;
    this.#open = open;
  }

  /** Every node that is not gone, or those of one name; and the cursor from which events go on. */
  async states(
    name?: string,
    options: CallOptions = {},
  ): Promise<{ readonly nodes: readonly NodeStatus[]; readonly cursor: number }> {
    const nodes: NodeStatus[] = [];
    let cursor: number | undefined;
    for (let after: string | undefined; ; ) {
      const page = await requestJson(
        this.#address,
        `${base}?${queryOf({ name, after })}`,
        nodeStatusPage,
        options,
      );
      nodes.push(...page.nodes);
      cursor ??= page.cursor;
      if (page.next === null) return { nodes, cursor };
      after = page.next;
    }
  }

  /** One node by its number, also where it is gone. */
  state(node: number, options: CallOptions = {}): Promise<NodeStatus> {
    return requestJson(this.#address, `${base}/${node}`, nodeStatus, options);
  }

  /** How a node stood, from so many seconds ago on. */
  history(node: number, seconds: number, options: CallOptions = {}): Promise<NodeHistory> {
    return requestJson(this.#address, `${base}/${node}/history?since=${seconds}`, nodeHistory, options);
  }

  /** What there is to say of a node, the latest first: a page, of this level and worse. */
  messages(node: number, level: MessageLevel = 'info', options: CallOptions = {}): Promise<NodeMessages> {
    return requestJson(this.#address, `${base}/${node}/messages?level=${level}`, nodeMessages, options);
  }

  /** What becomes of nodes, each event once and in order, as it comes; goes on when the service has been away. */
  events({ node, after = 0, signal }: NodeEventOptions = {}): AsyncGenerator<NodeEvent, void, void> {
    const parts = { address: this.#address, limits: this.#limits, open: this.#open };
    return followed(parts, log, { only: { node }, after, ends: false, signal });
  }
}
