import type { Context } from '../../../cli/commands/context.ts';
import { settingsSchema } from '../../../cli/settings.ts';
import { type Document1, readAnyDocuments } from '../../../grammar/index.ts';
import type { DealView } from '../../../protocol/deals/deal.ts';
import type { DealState } from '../../../protocol/deals/states.ts';

/** A broker that is no more than its deals. */
export class GivenBroker {
  readonly address: string;
  readonly url: string;
  /** By the Id of the Offer. */
  readonly deals = new Map<string, { state: DealState; agreement: string | null }>();
  readonly shown: (string | null)[] = [];
  /** The Asks that it has had. */
  readonly asked: Document1[] = [];
  /** What it answers to an Ask in the place of an Offer. */
  declines: string | undefined;
  /** What it answers to an Accept in the place of an Agreement. */
  declinesAccept: string | undefined;
  /** What answers an Accept that it has taken, where its own answer is lost. */
  losesAgreement: 'and is there again' | 'and is away' | undefined;
  /** Whether its batch system reserves first: so many looks at a deal later. */
  looksToReserve = 0;
  isAway = false;
  readonly #estimate: string | undefined;

  constructor(number: number, estimate?: string) {
    this.address = `127.0.0.1:${7600 + number}`;
    this.url = `http://127.0.0.1:${8600 + number}`;
    this.#estimate = estimate;
  }

  get tell(): string {
    return `SLA-version: 1.0\nAction: Tell\nId: tell-${this.address}\nBroker-IP: ${this.address}\nCpus: 8\nApplication: heat1.0\n`;
  }

  /** Ids of what it holds something for. */
  get holds(): string[] {
    const all = [...this.deals].filter(([, { state }]) =>
      ['open', 'accepting', 'active', 'ending'].includes(state),
    );
    return all.map(([offer, { agreement, state }]) =>
      state === 'open' || state === 'accepting' ? offer : (agreement ?? offer),
    );
  }

  answer(document: Document1): string {
    const { id } = document.envelope;
    const reply = (action: string, more: string) =>
      `SLA-version: 1.0\nAction: ${action}\nId: re-${id}\nIn-reply-to: ${id}\n${more}`;
    if (document.action === 'Ask') return this.#offer(document);
    const { offer = '', agreement } = document.deal ?? {};
    const [key, deal] =
      [...this.deals].find(([own, one]) => own === offer || one.agreement === agreement) ?? [];
    if (deal === undefined || key === undefined) return reply('Decline', 'Reason: not-found\n');
    switch (document.action) {
      case 'Accept':
        if (this.declinesAccept !== undefined) return reply('Decline', `Reason: ${this.declinesAccept}\n`);
        deal.agreement = `agr-${key}`;
        this.isAway = this.losesAgreement === 'and is away';
        deal.state = this.looksToReserve > 0 ? 'accepting' : 'active';
        if (deal.state === 'accepting') return reply('Ack', 'State: accepting\n');
        if (this.losesAgreement !== undefined) return '';
        return `SLA-version: 1.0\nAction: Agreement\nId: ${deal.agreement}\nIn-reply-to: ${id}\nOffer: ${key}\nState: active\nCpus: 8\n`;
      case 'Reject':
        if (deal.state !== 'open') return reply('Decline', `Reason: too-late it is ${deal.state}\n`);
        deal.state = 'rejected';
        break;
      case 'Complete':
        deal.state = 'completed';
        break;
      case 'Terminate':
        deal.state = 'terminated';
        break;
      default:
        return reply('Decline', `Reason: not-understood ${document.action}\n`);
    }
    return reply('Ack', `State: ${deal.state}\n`);
  }

  #offer(ask: Document1): string {
    const { id } = ask.envelope;
    this.asked.push(ask);
    const head = `SLA-version: 1.0\nIn-reply-to: ${id}\n`;
    if (this.declines !== undefined) return `${head}Action: Decline\nId: no\nReason: ${this.declines}\n`;
    const offer = `off-${this.address}-${this.deals.size + 1}`;
    this.deals.set(offer, { state: 'open', agreement: null });
    const cost =
      this.#estimate === undefined ? '' : `Price: ${this.#estimate}/job\nEstimate: ${this.#estimate}\n`;
    return `${head}Action: Offer\nId: ${offer}\nTell: tell-${this.address}\nExpires: 2 min\nApplication: heat1.0\nCpus: 8\n${cost}`;
  }

  view(id: string): DealView | undefined {
    const found = [...this.deals].find(([offer, { agreement }]) => offer === id || agreement === id);
    if (found === undefined) return undefined;
    const [offer, deal] = found;
    if (deal.state === 'accepting') {
      this.looksToReserve -= 1;
      if (this.looksToReserve === 0) deal.state = 'active';
    }
    return { ...someDeal, offer, ...deal };
  }
}

/** A deal as a broker shows it. */
export const someDeal: DealView = {
  offer: 'off-3',
  agreement: null,
  ask: 'ask-1',
  owner: 'ann',
  state: 'open',
  application: 'heat1.0',
  terms: [
    { name: 'Application', value: 'heat1.0' },
    { name: 'Cpus', value: '8' },
  ],
  count: 2,
  slots: [],
  price: null,
  currency: null,
  estimate: null,
  charged: null,
  held: null,
  startsAt: null,
  deadlineAt: null,
  untilAt: null,
  expiresAt: null,
  short: false,
  reason: null,
  reservation: null,
  amendment: null,
  createdAt: 0,
  endedAt: null,
  cursor: 1,
};

/** A market and brokers without any network; `before` comes before each thing that a command does there. */
export function givenContext(
  brokers: readonly GivenBroker[],
  said: {
    readonly client?: Record<string, unknown>;
    readonly json?: boolean;
    readonly before?: () => void;
  } = {},
) {
  const printed: string[] = [];
  const notes: string[] = [];
  const services = ['house', 'doors', 'market', 'broker', 'infogather', 'agent', 'egress'];
  const client = {
    'market-url': 'http://127.0.0.1:8480',
    'broker-url': brokers[0]?.url ?? 'http://127.0.0.1:8480',
    brokers: brokers.map(({ address, url }) => `${address}=${url}`),
    ...said.client,
  };
  const config = settingsSchema.parse({ ...Object.fromEntries(services.map((name) => [name, {}])), client });
  const out = {
    print: (line: string) => printed.push(line),
    note: (line: string) => notes.push(line),
    progress: () => {},
    paint: (_colour: string, text: string) => text,
  };
  const request = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    said.before?.();
    const url = new URL(input);
    const broker = brokers.find((one) => one.url === url.origin);
    broker?.shown.push(new Headers(init?.headers).get('Authorization'));
    if (broker?.isAway) return Response.json(storeFailed, { status: storeFailed.status });
    const answer = broker === undefined ? marketSays(brokers) : brokerSays(broker, url.pathname, init?.body);
    if (init?.signal?.aborted) throw init.signal.reason;
    return answer;
  };
  const context = {
    ...{ config, out, json: said.json ?? false, token: async () => undefined },
    egress: { request },
  } as unknown as Context;
  return { context, printed, notes };
}

/** What no client tries again. */
const storeFailed = { type: 'about:blank', title: 'none', status: 500, code: 'store-failed', detail: 'none' };

function marketSays(brokers: readonly GivenBroker[]): Response {
  const tells = brokers.map(({ tell }) => tell);
  return new Response(
    [...tells, 'SLA-version: 1.0\nAction: Because\nIn-reply-to: a\nMatched: 1 of 1\n'].join('\n'),
  );
}

function brokerSays(broker: GivenBroker, path: string, body: unknown): Response {
  if (path === '/broker') return new Response(broker.answer(read(String(body))));
  const [, id = '', bill] = /^\/broker\/v1\/deals\/([^/]+)(\/bill)?$/.exec(path) ?? [];
  const deal = broker.view(decodeURIComponent(id));
  if (deal === undefined)
    return Response.json({ code: 'not-found', status: 404, detail: 'none' }, { status: 404 });
  if (bill === undefined) return Response.json(deal);
  const about = {
    bill: `bill-${deal.agreement}`,
    agreement: deal.agreement,
    owner: 'ann',
    at: 0,
    isFinal: true,
  };
  return Response.json({
    ...about,
    currency: 'EUR',
    lines: ['1 job at 1 EUR/job -> 1 EUR'],
    total: '1',
    estimate: '1',
  });
}

/** The one document of a text. */
export function read(text: string): Document1 {
  const [reading] = readAnyDocuments(text);
  if (reading !== undefined && 'document' in reading && 'envelope' in reading.document)
    return reading.document;
  throw new Error(`this is no document: ${text} ${JSON.stringify(reading)}`);
}

export const heat = read('SLA-version: 1.0\nAction: Ask\nApplication: heat1.0\nCpus: 8\n');
