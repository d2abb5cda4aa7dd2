import { ServiceFailure } from '../client/index.ts';
import {
  type Address,
  type Document,
  parseAddress,
  type SlaAsk,
  type SlaTell,
  slaTell,
  withHost,
} from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { failure } from '../protocol/catalogue.ts';
import type { NodeEntry } from '../protocol/nodes.ts';
import { Announcer } from './announcer.ts';
import { chooseNode } from './choice.ts';
import { LookUp } from './look-up.ts';
import type { BrokerSettings } from './settings.ts';

/** What the broker needs of infogather: its client has it. */
export interface NodeSource {
  nodes(application: string): AsyncIterable<NodeEntry>;
  applications(options: { readonly signal: AbortSignal }): Promise<readonly string[]>;
}

/** What the broker needs of the market: its client has it. */
export interface TellSink {
  tell(tell: SlaTell, options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface BrokerParts {
  readonly config: BrokerSettings;
  readonly infogather: NodeSource;
  readonly market: TellSink;
  /** The address that the broker says as its own; called once its door listens. */
  readonly address: () => Address;
  readonly clock: Clock;
  readonly log: Log;
}

/** The broker: tells the market what its nodes offer, and answers an Ask with the Host of a good one. */
export class Broker implements Part {
  readonly #parts: BrokerParts;
  readonly #announcer: Announcer;
  readonly #lookUp: LookUp;

  constructor(parts: BrokerParts) {
    const { config, market, clock, log } = parts;
    this.#parts = parts;
    this.#lookUp = new LookUp({
      find: (application) => Array.fromAsync(parts.infogather.nodes(application)),
      keptMs: config['nodes-kept'],
      mostApplications: config['applications-kept'],
      clock,
    });
    this.#announcer = new Announcer({
      standing: config.applications,
      learn: (signal) => parts.infogather.applications({ signal }),
      tell: (application, signal) => market.tell(this.#tellOf(application), { signal }),
      learnIntervalMs: config['learn-interval'],
      renewIntervalMs: config['renew-interval'],
      tellsAtOnce: config['tells-at-once'],
      clock,
      log,
    });
  }

  start(): Promise<void> {
    return this.#announcer.start();
  }

  stop(): Promise<void> {
    return this.#announcer.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The language door: maps an Action to a command. */
  receive(document: Document): Promise<readonly Document[]> {
    if (document.language === 'SLA' && document.action === 'Ask') return this.ask(document);
    const detail = `the broker answers SLA Asks; this is a ${document.language} ${document.action}`;
    const next = document.language === 'SLA' ? 'send it to the market' : 'send it to infogather';
    return Promise.reject(new Refusal(failure('wrong-service', detail, next)));
  }

  /**
   * The broker's Tell of the application, with the Host of a node where one is alive; nothing where neither a node
   * nor the configuration offers it. Throws a Refusal `unavailable` where infogather cannot be asked.
   */
  async ask(ask: SlaAsk): Promise<readonly SlaTell[]> {
    const nodes = await this.#nodesOf(ask.application);
    if (nodes.length === 0 && !this.#parts.config.applications.includes(ask.application)) return [];
    const tell = this.#tellOf(ask.application);
    const host = parseAddress(chooseNode(nodes, this.#parts.config['fresh-within'])?.host ?? '');
    return [host === undefined ? tell : withHost(tell, host)];
  }

  async #nodesOf(application: string): Promise<readonly NodeEntry[]> {
    try {
      return await this.#lookUp.nodesOf(application);
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      const detail = `the broker cannot ask infogather for nodes: ${error.detail}`;
      throw new Refusal(failure('unavailable', detail), { cause: error });
    }
  }

  #tellOf(application: string): SlaTell {
    return slaTell({ application, brokerIp: this.#parts.address() });
  }
}
