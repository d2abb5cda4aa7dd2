import { DocumentReader, type SlaTell } from '../../grammar/index.ts';
import type { AnyDocument } from '../../language-door/receiver.ts';
import { printReply } from '../../language-door/reply.ts';
import { Market } from '../../market/market.ts';
import { type MarketSettings, marketSettings } from '../../market/settings.ts';
import type { KnownTells } from '../../market/store.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { silentLog } from '../../platform/log.ts';
import { ManualClock } from '../support/clock.ts';
import { slaTellOf } from '../support/documents.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';

export const hourMs = 3_600_000;
export const minuteMs = 60_000;

/** A market with a store and a clock of its own. */
export interface GivenMarket extends AsyncDisposable {
  readonly market: Market;
  readonly clock: ManualClock;
  readonly files: ServiceStore;
  /** Stops it, opens its store again, and starts a new one on it. */
  restart(): Promise<void>;
}

export async function givenMarket(
  settings: Partial<MarketSettings> = {},
  files?: ServiceStore,
): Promise<GivenMarket> {
  const clock = new ManualClock();
  const kept = files ?? (await openServiceStore('market'));
  const open = async () => {
    const config = { ...marketSettings.parse({}), ...settings };
    const market = new Market({ config, store: kept.store, clock, log: silentLog });
    await market.start();
    return market;
  };
  let market = await open();
  return {
    clock,
    files: kept,
    get market() {
      return market;
    },
    async restart() {
      await market.stop();
      await kept.reopen();
      market = await open();
    },
    async [Symbol.asyncDispose]() {
      await market.stop();
      await kept[Symbol.asyncDispose]();
    },
  };
}

/** A memory that has no Tell: whatever the store holds was told after all that it knows. */
export const nothingKnown: KnownTells = { cursor: 0, find: () => undefined };

/** A Tell of a broker that has the port as its number. */
export function tellOf(application: string, port: number, also = ''): SlaTell {
  return slaTellOf(`Application: ${application}\nBroker-IP: 193.10.66.141:${port}${also && `\n${also}`}`);
}

/** Users of this machine. */
export const somebody: Sender = { address: '127.0.0.1', uid: 1000 };
export const another: Sender = { address: '127.0.0.1', uid: 1001 };

/** What the market answers to the one document of a text, in canonical text. */
export async function said(market: Market, text: string, sender: Sender = somebody): Promise<string[]> {
  const replies = market.repeat(text, sender) ?? market.receive(anyDocumentOf(text), sender, text);
  return (await replies).map(printReply);
}

/** What the market answers, without the Cursor that every Because says. */
export async function answered(market: Market, text: string, sender?: Sender): Promise<string[]> {
  return (await said(market, text, sender)).map((reply) => {
    if (!reply.includes('\nAction: Because\n')) return reply;
    if (cursorOf(reply) === undefined) throw new Error(`a Because has no Cursor:\n${reply}`);
    return reply.replace(/^Cursor: .*\n/m, '');
  });
}

/** The Cursor that a document says. */
export function cursorOf(document: string): number | undefined {
  const cursor = /^Cursor: ([0-9]+)$/m.exec(document)?.[1];
  return cursor === undefined ? undefined : Number(cursor);
}

const reader = new DocumentReader();

/** The one document of a text. */
export function anyDocumentOf(text: string): AnyDocument {
  const [reading, ...more] = reader.readText(text);
  if (reading !== undefined && 'document' in reading && more.length === 0) return reading.document;
  throw new Error(`this is no single document:\n${text}`);
}

/** A Tell of version 1.0 with these headers after Broker-IP. */
export function tell1(id: string, ...headers: readonly string[]): string {
  return `SLA-version: 1.0\nAction: Tell\nId: ${id}\nBroker-IP: 193.10.66.141:7685\n${lines(headers)}`;
}

export function ask1(id: string, ...headers: readonly string[]): string {
  return `SLA-version: 1.0\nAction: Ask\nId: ${id}\n${lines(headers)}`;
}

export function why1(id: string, ...headers: readonly string[]): string {
  return `SLA-version: 1.0\nAction: Why\nId: ${id}\n${lines(headers)}`;
}

export function untell1(id: string): string {
  return `SLA-version: 1.0\nAction: Untell\nId: ${id}\n`;
}

function lines(headers: readonly string[]): string {
  return headers.map((header) => `${header}\n`).join('');
}

/** The Ids of the Tells among replies, in their order. */
export function idsOf(replies: readonly string[]): string[] {
  return replies.flatMap((reply) => /^Action: Tell\nId: (.*)$/m.exec(reply)?.[1] ?? []);
}
