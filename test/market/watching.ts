import type { Line } from '../../language-door/receiver.ts';
import { printReply, type Reply } from '../../language-door/reply.ts';
import type { Market } from '../../market/market.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { anyDocumentOf, type GivenMarket, somebody } from './support.ts';

/** A connection over which a Watch goes: what comes over it, and how much its reader takes. */
export class Reader implements Line {
  /** What has come, in canonical text. */
  readonly came: string[] = [];
  /** How many documents an answer may have. */
  mostAnswers = Number.POSITIVE_INFINITY;
  /** How many hold it. */
  holds = 0;
  readonly #connection = new AbortController();
  #waiting: { readonly document: string; readonly taken: () => void }[] = [];
  #takes = Number.POSITIVE_INFINITY;
  #look = new Set<() => void>();

  get closed(): AbortSignal {
    return this.#connection.signal;
  }

  push(documents: readonly Reply[]): Promise<void> {
    if (this.closed.aborted) return Promise.resolve();
    const all = documents.map(
      (document) =>
        new Promise<void>((taken) => {
          this.#waiting.push({ document: printReply(document), taken });
        }),
    );
    this.#take();
    return Promise.all(all).then(() => {});
  }

  checkAnswer(documents: readonly Reply[]): void {
    if (documents.length <= this.mostAnswers) return;
    throw new Refusal(failure('answer-too-large', `more than ${this.mostAnswers} documents`));
  }

  hold(): () => void {
    this.holds += 1;
    return () => {
      this.holds -= 1;
    };
  }

  /** Takes so many more documents, and then no more. */
  takeOnly(documents: number): void {
    this.#takes = documents;
    this.#take();
  }

  /** The connection goes, with what was not taken. */
  close(): void {
    this.#connection.abort();
    for (const { taken } of this.#waiting.splice(0)) taken();
  }

  /** Resolves when so many have come in all, with those from `from` on. */
  async until(count: number, from = 0): Promise<string[]> {
    await this.untilTrue(() => this.came.length >= count);
    return this.came.slice(from);
  }

  /** Resolves when something holds of what has come. */
  untilTrue(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#look.delete(look);
        resolve();
      };
      this.#look.add(look);
      look();
    });
  }

  #take(): void {
    while (this.#takes > 0 && this.#waiting.length > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#takes -= 1;
      this.came.push(next.document);
      next.taken();
    }
    for (const look of [...this.#look]) look();
  }
}

/** What the market answers to one document that comes over a connection. */
export async function sent(
  market: Market,
  line: Line | undefined,
  text: string,
  sender: Sender = somebody,
): Promise<string[]> {
  return (await market.receive(anyDocumentOf(text), sender, text, line)).map(printReply);
}

export function watch1(id: string, ...headers: readonly string[]): string {
  return `SLA-version: 1.0\nAction: Watch\nId: ${id}\n${headers.map((header) => `${header}\n`).join('')}`;
}

export function unwatch1(id: string): string {
  return `SLA-version: 1.0\nAction: Unwatch\nId: ${id}\n`;
}

/** An event as a line: what happened to which Tell, at which cursor. */
export function shortly(document: string): string {
  const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(document)?.[1];
  return `${value('Cursor')} ${value('Event')} ${value('Id') ?? value('Application')}`;
}

export const decline = (id: string, reason: string) =>
  `SLA-version: 1.0\nAction: Decline\nIn-reply-to: ${id}\nReason: ${reason}\n`;
export const ack = (id: string, cursor: number, expires = '1 h') =>
  `SLA-version: 1.0\nAction: Ack\nIn-reply-to: ${id}\nCursor: ${cursor}\nExpires: ${expires}\n`;

/** A connection with a Watch of these headers, and what answered it. */
export async function watched({ market }: GivenMarket, id: string, ...headers: string[]) {
  const line = new Reader();
  const answer = await sent(market, line, watch1(id, ...headers));
  return { line, answer };
}
