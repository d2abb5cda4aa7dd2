import {
  type Document1,
  type DocumentReader,
  formatAddress,
  type Lifetime,
  oldSlaTells,
  type Party,
  partyOfOld,
  printDocument,
  type SlaTell,
} from '../grammar/index.ts';
import type { TellRow } from './tell-row.ts';

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
  const id = [tell.application, formatAddress(tell.brokerIp)].join(' '); // a text of its own, of no parts
  return {
    row: { teller: '', id, seq: 0, document: printDocument(tell) },
    lifetime: undefined,
    party: partyOfOld(tell, id),
    old: [tell],
  };
}

/** A Tell of version 1.0. */
export function told1(tell: Document1, teller: string): Told {
  const { id, seq, expires } = tell.envelope;
  if (id === undefined) throw new TypeError('this is no Tell');
  return {
    row: { teller, id, seq, document: tell.text },
    lifetime: expires,
    party: partyOf(tell),
    old: oldSlaTells(tell),
  };
}

/** Reads again Tells that were checked, and printed in canonical text, before they were stored. */
export class TellReader {
  readonly #reader: DocumentReader;

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  /** A Tell as it was before it was stored. */
  told(row: Told['row']): Told {
    const document = this.#read(row.document);
    if (!('envelope' in document)) return { ...toldOld(document), row };
    return {
      row,
      lifetime: document.envelope.expires,
      party: partyOf(document),
      old: oldSlaTells(document),
    };
  }

  /** What Asks of version 1.0 are matched with. */
  party(text: string): Party {
    const document = this.#read(text);
    return 'envelope' in document ? partyOf(document) : toldOld(document).party;
  }

  #read(text: string): SlaTell | Document1 {
    const reading = this.#reader.readAgain(text);
    const document = 'document' in reading ? reading.document : undefined;
    if (document?.language === 'SLA' && document.action === 'Tell') return document;
    throw new Error(`the store holds what is no Tell: ${text}`);
  }
}

function partyOf({ party }: Document1): Party {
  if (party === undefined) throw new TypeError('this is no Tell');
  return party;
}
