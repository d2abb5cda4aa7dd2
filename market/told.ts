import {
  type Document1,
  documentHash,
  formatAddress,
  type Lifetime,
  type Party,
  partyOfOld,
  printDocument,
  printDocument1,
  readAnyDocuments,
  type SlaTell,
  slaTell,
} from '../grammar/index.ts';
import type { TellRow } from './store.ts';

/** A Tell of either version, as the market keeps it. */
export interface Told {
  readonly row: Omit<TellRow, 'expiresAt'>;
  readonly lifetime: Lifetime | undefined;
  /** What Asks of version 1.0 are matched with. */
  readonly party: Party;
  /** What answers Asks of version 0.1: itself, or of a Tell that accepts them one for each of its Applications. */
  readonly old: readonly SlaTell[];
}

export function toldOld(tell: SlaTell): Told {
  const id = `${tell.application} ${formatAddress(tell.brokerIp)}`;
  return {
    row: { teller: '', id, seq: 0, hash: null, document: printDocument(tell) },
    lifetime: undefined,
    party: partyOfOld(tell, id),
    old: [tell],
  };
}

/** A Tell of version 1.0. */
export function told1(tell: Document1, teller: string): Told {
  const { party, envelope } = tell;
  if (party === undefined || envelope.id === undefined) throw new TypeError('this is no Tell');
  const { id, seq } = envelope;
  return {
    row: { teller, id, seq, hash: documentHash(tell), document: printDocument1(tell) },
    lifetime: envelope.expires,
    party,
    old: oldOf(tell, party),
  };
}

/** Reads back what was checked before it was stored. */
export function toldAgain({ teller, document: text }: Pick<TellRow, 'teller' | 'document'>): Told {
  const [reading] = readAnyDocuments(text);
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  if (document?.language === 'SLA' && document.action === 'Tell') {
    return 'envelope' in document ? told1(document, teller) : toldOld(document);
  }
  throw new Error(`the store holds what is no Tell: ${text}`);
}

/** Version 0.1 says every address with its port, so a Tell whose Broker-IP has none cannot be said in it. */
function oldOf({ envelope: { brokerIp } }: Document1, { acceptsVersions, facts }: Party): SlaTell[] {
  if (!acceptsVersions.includes('0.1') || brokerIp?.port === undefined) return [];
  const { host, port } = brokerIp;
  const applications = facts.get('application')?.values.flatMap((value) => {
    return value.kind === 'string' ? [value.text] : [];
  });
  return [...new Set(applications)].map((application) => slaTell({ application, brokerIp: { host, port } }));
}
