import { setImmediate as turn } from 'node:timers/promises';
import { type ResourceTell, readAnyDocuments } from '../../grammar/index.ts';
import { Infogather, type PollLine } from '../../infogather/index.ts';
import { type InfogatherSettings, infogatherSettings } from '../../infogather/settings.ts';
import type { AnyDocument } from '../../language-door/receiver.ts';
import { printReply } from '../../language-door/reply.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { silentLog } from '../../platform/log.ts';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { ManualClock } from '../support/clock.ts';
import { documentOf } from '../support/documents.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';

export const hourMs = 3_600_000;
export const intervalMs = 10_000;

/** Who tells, unless a test says otherwise. */
export const teller: Sender = { address: '193.10.66.20', uid: 1000 };

/** Nodes as a test would have them: what each Poll address answers, and where polls may go. */
export class Nodes implements PollLine {
  /** What is answered: documents as text, or an error. An address of which nothing is said refuses. */
  readonly answers = new Map<string, string | Error>();
  /** Every poll, in order. */
  readonly polled: string[] = [];
  permitted: (address: string, tellers: readonly string[]) => boolean = () => true;

  permits(address: string, tellers: readonly string[]): boolean {
    return this.permitted(address, tellers);
  }

  async poll(address: string, tellers: readonly string[]): Promise<readonly AnyDocument[]> {
    this.polled.push(address);
    if (!this.permitted(address, tellers)) throw new Error('it may not be polled');
    const answer = this.answers.get(address) ?? new Error('nothing listens there');
    if (answer instanceof Error) throw answer;
    return anyDocumentsOf(answer);
  }
}

export interface GivenInfogather extends AsyncDisposable {
  readonly infogather: Infogather;
  readonly nodes: Nodes;
  readonly clock: ManualClock;
  readonly files: ServiceStore;
  restart(): Promise<void>;
  /** Moves the clock, and waits until what polls brought is taken in. */
  advance(ms: number): Promise<void>;
  /** Waits until what polls brought is taken in. */
  settle(): Promise<void>;
  /** All that is listed, page by page. */
  list(application?: string): Promise<NodeEntry[]>;
}

export async function givenInfogather(settings: Partial<InfogatherSettings> = {}): Promise<GivenInfogather> {
  const clock = new ManualClock();
  const nodes = new Nodes();
  const files = await openServiceStore('infogather');
  const open = async () => {
    const config = { ...infogatherSettings.parse({}), 'poll-settle': 0, ...settings };
    const opened = new Infogather({ config, store: files.store, line: nodes, clock, log: silentLog });
    await opened.start();
    return opened;
  };
  let infogather = await open();
  // A poll of these nodes ends within a turn of the event loop, and what it brought is written in the next ones.
  const settle = async () => {
    for (let turns = 0; turns < 8; turns += 1) await turn();
  };
  return {
    clock,
    nodes,
    files,
    settle,
    get infogather() {
      return infogather;
    },
    async restart() {
      await infogather.stop();
      await files.reopen();
      infogather = await open();
    },
    async advance(ms) {
      await settle();
      // No further at once than a poll is due again, or it would find the one before it under way.
      for (let left = ms; left > 0; left -= intervalMs) {
        await clock.advance(Math.min(left, intervalMs));
        await settle();
      }
    },
    async list(application) {
      const all: NodeEntry[] = [];
      for (let after: number | undefined; ; ) {
        const page = await infogather.nodes({ application, after });
        all.push(...page.nodes);
        if (page.next === null) return all;
        after = Number(page.next);
      }
    },
    async [Symbol.asyncDispose]() {
      await infogather.stop();
      await files[Symbol.asyncDispose]();
    },
  };
}

/** The documents of a text, of either version. */
function anyDocumentsOf(text: string): AnyDocument[] {
  return readAnyDocuments(text).map((reading) => {
    if ('document' in reading) return reading.document;
    throw new Error(`this is no document:\n${text}`);
  });
}

/** What infogather answers to the one document of a text, in canonical text. */
export async function said(infogather: Infogather, text: string, sender: Sender = teller): Promise<string[]> {
  const [document, ...more] = anyDocumentsOf(text);
  if (document === undefined || more.length > 0) throw new Error(`this is no single document:\n${text}`);
  return (await infogather.receive(document, sender)).map(printReply);
}

/** A registration of version 1.0 with these headers after Host. */
export function tell1(id: string, ...headers: readonly string[]): string {
  return document1('Tell', id, 'Host: 193.10.66.20:8483', ...headers);
}

/** A document of version 1.0 between nodes and infogather. */
export function document1(action: string, id: string, ...headers: readonly string[]): string {
  const all = ['RESOURCE-version: 1.0', `Action: ${action}`, `Id: ${id}`, ...headers];
  return all.map((header) => `${header}\n`).join('');
}

/** The Ids of the Tells among replies, in their order. */
export function idsOf(replies: readonly string[]): string[] {
  return replies.flatMap((reply) => /^Action: Tell\nId: (.*)$/m.exec(reply)?.[1] ?? []);
}

/** A registration as text; `lines` follow its Application and Host. */
export function registration(application: string, host: number, lines = ''): string {
  const text = `RESOURCE-version: 0.1\nAction: Tell\nApplication: ${application}\nHost: 193.10.66.20:${host}\n`;
  return lines === '' ? text : `${text}${lines}\n`;
}

export const registrationOf = (application: string, host: number, lines = '') =>
  documentOf(registration(application, host, lines)) as ResourceTell;
