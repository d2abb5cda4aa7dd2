import { type AnyDocument, ServiceFailure } from '../client/index.ts';
import {
  type Address,
  type Document1,
  document1Of,
  formatAddress,
  parseAddress,
  type SlaAsk,
  type SlaTell,
  slaTell,
  withHost,
} from '../grammar/index.ts';
import type { Line } from '../language-door/receiver.ts';
import { answering, declined, type Reply } from '../language-door/reply.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { Slices } from '../platform/slices.ts';
import { failure } from '../protocol/catalogue.ts';
import type { NodeEntry } from '../protocol/nodes.ts';
import { AnnouncedNode, type NodeTellRules, OldApplication } from './announced.ts';
import { type Announced, Announcer } from './announcer.ts';
import { NodeAsks } from './asks.ts';
import type { UserCaller } from './caller.ts';
import { chooseNode, isThere } from './choice.ts';
import type { Deals } from './deals/deals.ts';
import { type LentBy, lentNodes } from './lent.ts';
import { LookUp } from './look-up.ts';
import { type Node, nodesOf } from './node.ts';
import { tellId } from './node-tell.ts';
import { pricedNodes } from './priced.ts';
import type { BrokerSettings } from './settings.ts';
import type { Pricing } from './strategies/pricing.ts';
import { strategiesOf } from './strategies/strategies.ts';

/** What the broker needs of infogather: its client has it. */
export interface NodeSource {
  /** What it lists of the nodes of an application, or of all. */
  nodes(
    application: string | undefined,
    options?: { readonly signal: AbortSignal },
  ): AsyncIterable<NodeEntry>;
}

/** What the broker needs of the market: its client has it. */
export interface TellSink {
  /** Rejects where the market refuses or declines. */
  tell(document: AnyDocument, options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface BrokerParts {
  readonly config: BrokerSettings;
  readonly infogather: NodeSource;
  readonly market: TellSink;
  /** The address that the broker says as its own; called once its door listens. */
  readonly address: () => Address;
  /** What it may have of nodes whose agents are enrolled at it. */
  readonly lentBy?: LentBy | undefined;
  /** Deals of users, where the broker makes some. */
  readonly deals?: Pick<Deals, 'receive'> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** At the end of an address; one of IPv6 without a port ends with a bracket. */
const hasPort = /:\d+$/;

/** No Tell lives longer, in milliseconds. */
const longestLifeMs = 86_400_000;

/** The broker: tells the market what its nodes offer, and answers an Ask with the Host of a good one. */
export class Broker implements Part {
  readonly #parts: BrokerParts;
  readonly #announcer: Announcer<SlaTell | Document1>;
  readonly #lookUp: LookUp;
  readonly #asks: NodeAsks;
  readonly #slices: Slices;
  readonly #pricing: Pricing;
  /** The Ids of the Tells of nodes, by the names of their agents. */
  #tells: ReadonlyMap<string, string> = new Map();

  constructor(parts: BrokerParts) {
    const { config, clock, log } = parts;
    this.#parts = parts;
    this.#pricing = strategiesOf(config).pricing;
    this.#lookUp = new LookUp({
      find: (application) => Array.fromAsync(parts.infogather.nodes(application)),
      keptMs: config['nodes-kept'],
      mostApplications: config['applications-kept'],
      clock,
    });
    this.#slices = new Slices(config['slice-time']);
    this.#asks = new NodeAsks({
      entries: () => this.#nodesOf(undefined),
      tellOld: (application) => this.#tellOf(application),
      broker: () => formatAddress(parts.address()),
      freshWithinMs: config['fresh-within'],
      mostAnswers: config['most-answers'],
      lentBy: parts.lentBy,
      pricing: this.#pricing,
      slices: this.#slices,
    });
    this.#announcer = new Announcer({
      standing: () => config.applications.map((application) => this.#announcedOld(application)),
      learn: (signal) => this.#learn(signal),
      tell: (document, signal) => this.#tell(document, signal),
      takeBack: (document, signal) => this.#takeBack(document, signal),
      learnIntervalMs: config['learn-interval'],
      renewIntervalMs: config['renew-interval'],
      changeIntervalMs: config['change-interval'],
      tellsAtOnce: config['tells-at-once'],
      slices: this.#slices,
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

  /** The language door: maps an Action to a command. Who sent it is known where they have an account. */
  async receive(document: AnyDocument, user?: UserCaller, line?: Line): Promise<readonly Reply[]> {
    if ('envelope' in document) return this.#receive1(document, user, line);
    if (document.language === 'SLA' && document.action === 'Ask') return this.ask(document);
    const detail = `the broker answers SLA Asks; this is a ${document.language} ${document.action}`;
    const next = document.language === 'SLA' ? 'send it to the market' : 'send it to infogather';
    throw new Refusal(failure('wrong-service', detail, next));
  }

  /**
   * The broker's Tell of the application, with the Host of a node where one is alive and somebody has open access; nothing where neither a node
   * nor the configuration offers it. Throws a Refusal `unavailable` where infogather cannot be asked.
   */
  async ask(ask: SlaAsk): Promise<readonly SlaTell[]> {
    const nodes = await this.#nodesOf(ask.application);
    if (nodes.length === 0 && !this.#parts.config.applications.includes(ask.application)) return [];
    const tell = this.#tellOf(ask.application);
    // Where all work runs under agreements, nobody is sent to a node without one.
    if (this.#parts.config['open-access'].length === 0) return [tell];
    // A Host without a port, which version 1.0 has, cannot be said in version 0.1.
    const named = nodes.filter(({ host }) => hasPort.test(host));
    const host = parseAddress(chooseNode(named, this.#parts.config['fresh-within'])?.host ?? '');
    return [host === undefined ? tell : withHost(tell, host)];
  }

  async #receive1(
    document: Document1,
    user: UserCaller | undefined,
    line: Line | undefined,
  ): Promise<readonly Reply[]> {
    const { language, action, envelope } = document;
    const to = answering(document);
    if (language !== 'SLA')
      return [declined(to, 'not-understood', 'RESOURCE-version; send it to infogather')];
    const { deals, config } = this.#parts;
    if (deals !== undefined && config.deals)
      return deals.receive(document, user, {
        elsewhere: (ask) => this.#asks.ask(ask),
        tellOf: (agent) => this.#tells.get(agent),
        line,
      });
    if (envelope.cursor !== undefined)
      return [declined(to, 'not-understood', 'Cursor; a broker answers as of now')];
    if (action === 'Ask') return this.#asks.ask(document);
    return [declined(to, 'not-understood', `Action ${action}; this broker takes Ask`)];
  }

  async #nodesOf(application: string | undefined): Promise<readonly NodeEntry[]> {
    try {
      return await this.#lookUp.nodesOf(application);
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      const detail = `the broker cannot ask infogather for nodes: ${error.detail}`;
      throw new Refusal(failure('unavailable', detail), { cause: error });
    }
  }

  /** Nodes of version 1.0 are told each by itself, and what no such node offers by its application. */
  async #learn(signal: AbortSignal): Promise<readonly Announced<SlaTell | Document1>[]> {
    const { config, infogather } = this.#parts;
    const entries = await Array.fromAsync(infogather.nodes(undefined, { signal }));
    const there = entries.filter((entry) => isThere(entry, config['fresh-within']));
    const lent = lentNodes(await this.#slices.run(nodesOf(there)), this.#parts.lentBy);
    const nodes = pricedNodes(lent, this.#pricing);
    this.#tells = this.#tellsOf(nodes);
    const told = new Set(nodes.flatMap(({ serves }) => serves.map(({ application }) => application)));
    const old = new Set(entries.flatMap(({ id, application }) => (id === null ? application : [])));
    return [
      ...nodes.map((node) => new AnnouncedNode(node, this.#parts.address(), this.#rules)),
      ...[...old.difference(told)].map((application) => this.#announcedOld(application)),
    ];
  }

  #tellsOf(nodes: readonly Node[]): ReadonlyMap<string, string> {
    const broker = formatAddress(this.#parts.address());
    return new Map(
      nodes.flatMap(({ name, agentKey }) => {
        const agent = agentKey === undefined ? undefined : this.#parts.lentBy?.(agentKey)?.agent;
        return agent === undefined ? [] : [[agent, tellId(name, broker)] as const];
      }),
    );
  }

  get #rules(): NodeTellRules {
    const { config } = this.#parts;
    return {
      loadStep: config['load-step'],
      diskStep: config['disk-step'],
      leftStep: config['left-step'],
      priceStep: config['price-step'],
      lifeMs: Math.min(3 * config['renew-interval'], longestLifeMs),
    };
  }

  /** A market that knows a higher Seq, from before the clock was set back, is told anew. */
  async #tell(document: SlaTell | Document1, signal: AbortSignal): Promise<void> {
    const { market } = this.#parts;
    try {
      await market.tell(document, { signal });
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error.word !== 'stale') throw error;
      await this.#takeBack(document, signal);
      await market.tell(document, { signal });
    }
  }

  /** One that the market does not know any more is as good as taken back. */
  async #takeBack(document: SlaTell | Document1, signal: AbortSignal): Promise<void> {
    if (!('envelope' in document)) return;
    const said = { 'SLA-version': '1.0', Action: 'Untell', Id: document.envelope.id ?? '' };
    const untell = document1Of(Object.entries(said).map(([name, value]) => ({ name, value })));
    try {
      await this.#parts.market.tell(untell, { signal });
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error.word !== 'not-found') throw error;
    }
  }

  #announcedOld(application: string): OldApplication {
    return new OldApplication(application, this.#parts.address());
  }

  #tellOf(application: string): SlaTell {
    return slaTell({ application, brokerIp: this.#parts.address() });
  }
}
