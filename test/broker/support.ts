import { Broker } from '../../broker/index.ts';
import { type BrokerSettings, brokerSettings } from '../../broker/settings.ts';
import { type AnyDocument, refuseDecline } from '../../client/index.ts';
import { printDocument, printDocument1, readAnyDocuments } from '../../grammar/index.ts';
import { printReply } from '../../language-door/reply.ts';
import { silentLog } from '../../platform/log.ts';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { ManualClock } from '../support/clock.ts';

/** What infogather lists of a node that is alive and speaks version 1.0. */
export function entryOf(id: string, known: Partial<NodeEntry> = {}): NodeEntry {
  return {
    application: 'gcc4.0.2',
    id,
    host: '193.10.66.20:8483',
    poll: '193.10.66.20:8484',
    pollable: true,
    cpuLoad: 0.2,
    date: 34857934,
    says: {
      Application: 'gcc4.0.2',
      Arch: 'x86_64',
      Cpus: '8',
      Memory: '16 GiB',
      Disk: '100 GiB',
      Load: '0.2',
      Date: '2026-12-01',
    },
    toldAgoMs: 60_000,
    heardAgoMs: 100,
    fault: null,
    transport: null,
    agent: null,
    agentKey: null,
    ...known,
  };
}

/** What infogather lists of a node of version 0.1. */
export function oldEntry(application: string, known: Partial<NodeEntry> = {}): NodeEntry {
  return entryOf('', { application, id: null, says: null, ...known });
}

/** A broker in a world of its own: what infogather lists, or that it cannot be asked, may change at any time. */
export function givenBroker(entries: readonly NodeEntry[] | Error, settings: Partial<BrokerSettings> = {}) {
  const clock = new ManualClock();
  const world = { entries, refuses: undefined as ((document: AnyDocument) => void) | undefined };
  /** What the market was told, in canonical text. */
  const told: string[] = [];
  /** The applications that infogather was asked for. */
  const lookUps: (string | undefined)[] = [];
  const broker = new Broker({
    config: { ...brokerSettings.parse({}), ...settings },
    infogather: {
      async *nodes(application) {
        lookUps.push(application);
        if (world.entries instanceof Error) throw world.entries;
        yield* world.entries.filter(
          (entry) => application === undefined || entry.application === application,
        );
      },
    },
    market: {
      async tell(document) {
        world.refuses?.(document);
        told.push('envelope' in document ? printDocument1(document) : printDocument(document));
      },
    },
    address: () => ({ host: '193.10.66.141', port: 7685 }),
    clock,
    log: silentLog,
  });
  return { broker, clock, told, lookUps, world };
}

/** What a broker answers to the one document of a text, in canonical text. */
export async function said(broker: Broker, text: string): Promise<string[]> {
  const [reading] = readAnyDocuments(text);
  if (reading === undefined || !('document' in reading)) throw new Error(`this is no document:\n${text}`);
  return (await broker.receive(reading.document)).map(printReply);
}

/** Refuses as the client does where the market declines. */
export function decline(reason: string): void {
  const [reading] = readAnyDocuments(`SLA-version: 1.0\nAction: Decline\nReason: ${reason}\n`);
  if (reading !== undefined && 'document' in reading) refuseDecline([reading.document]);
}
