import type { Document, ResourceTell, SlaTell } from '../../../grammar/document.ts';
import type { Document1 } from '../../../grammar/documents/document.ts';
import type { Party } from '../../../grammar/documents/model.ts';
import { readAnyDocument } from '../../../grammar/documents/read.ts';
import { diagnosticLines, scan } from '../../../grammar/index.ts';
import { matchesResource, matchesSla } from '../../../grammar/match.ts';
import {
  type Edit,
  oldResourceTells,
  oldSlaTells,
  partyOfOld,
  Supply,
} from '../../../grammar/matching/index.ts';

/** The documents of a text, of any version. */
export function documentsOf(text: string): (Document | Document1)[] {
  return scan(text).map((framed) => {
    const reading = readAnyDocument(framed);
    if (!('document' in reading)) throw new Error(diagnosticLines(reading.diagnostics));
    return reading.document;
  });
}

/** A 1.0 document's own side, of its headers after the version and Id. */
export function partyOf(document: Document | Document1): Party {
  if ('envelope' in document) {
    if (document.party === undefined) throw new Error('a document of a party');
    return document.party;
  }
  if (document.action !== 'Tell') throw new Error('an Ask of version 0.1 has no party');
  return partyOfOld(document, oldId(document));
}

/** Whether a Tell of any version answers a 0.1 Ask. */
export function answersOld(ask: Document, told: Document | Document1): boolean {
  return oldTells(told).some((tell) => {
    if (ask.language === 'SLA' && ask.action === 'Ask')
      return tell.language === 'SLA' && matchesSla(ask, tell);
    return ask.action === 'Ask' && tell.language === 'RESOURCE' && matchesResource(ask, tell);
  });
}

/** What a Tell of any version says in 0.1. */
export function oldTells(told: Document | Document1): readonly (SlaTell | ResourceTell)[] {
  if (!('envelope' in told)) return told.action === 'Tell' ? [told] : [];
  return told.language === 'SLA' ? oldSlaTells(told) : oldResourceTells(told);
}

/** How a 0.1 Tell is known. */
export function oldId(document: Document): string {
  if (document.action !== 'Tell') return document.application;
  const { host } = document.language === 'SLA' ? { host: document.brokerIp } : document;
  return `${document.application} ${host.host}:${host.port}`;
}

export function ask(...headers: readonly string[]): Party {
  return only(`SLA-version: 1.0\nAction: Ask\nId: a1\n${headers.join('\n')}\n`);
}

export function tell(id: string, ...headers: readonly string[]): Party {
  return only(
    `SLA-version: 1.0\nAction: Tell\nId: ${id}\nBroker-IP: 127.0.0.1:7685\n${headers.join('\n')}\n`,
  );
}

function only(text: string): Party {
  const [document, ...rest] = documentsOf(text);
  if (document === undefined || rest.length > 0) throw new Error('one document');
  return partyOf(document);
}

/** How a caller reads an Ask with one header changed or taken out. */
export function editing(headers: readonly string[]) {
  return ({ header, instead }: Edit): Party | undefined => {
    const canonical = headers.indexOf(header);
    if (canonical < 0) return undefined;
    return ask(...headers.flatMap((each, index) => (index !== canonical ? [each] : (instead ?? []))));
  };
}

/** A table of Tells as one sender tells them: the same Id replaces. */
export function supplyOf(tells: readonly Party[]): Supply {
  const supply = new Supply();
  const rows = new Map<string, number>();
  for (const party of tells) {
    const before = rows.get(party.id ?? '');
    if (before !== undefined) supply.remove(before);
    rows.set(party.id ?? '', supply.add(party));
  }
  return supply;
}
