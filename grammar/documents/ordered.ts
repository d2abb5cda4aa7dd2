import type { Bounds } from '../bounds.ts';
import type { Header, Language } from '../document.ts';
import type { Source } from '../source.ts';
import { moreBytes } from '../utf8.ts';
import { actions } from './actions.ts';
import { Allowance } from './allowance.ts';
import { readByForm } from './by-form.ts';
import type { Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import { type Line, Phrase } from './line.ts';
import { linesOf, SentLines } from './lines.ts';
import type { Order } from './orders.ts';
import { PartyReader } from './party.ts';
import { oneValue } from './size.ts';

/** Headers on their way, whose names are in an order that is known. */
export interface Ordered {
  readonly language: Language;
  readonly version: string;
  readonly order: Order;
  readonly lines: readonly Line[];
  /** Their text, where they came as text. */
  readonly source: Source | undefined;
}

/**
 * The short path of reading a document whose names stood in this order before: what is decided by names alone is not
 * decided again. It says nothing where a value is refused, or the document goes beyond a bound; a property test holds
 * what it says equal to what the long path says.
 */
export function readOrdered(
  { language, version, order, lines, source }: Ordered,
  bounds: Bounds,
): Document1 | undefined {
  const { action, places, form } = order;
  const quick = form && source && readByForm({ language, version, form, lines, source }, bounds);
  if (quick !== undefined) return quick;
  const { speaker } = actions[action];
  if (speaker === undefined || speaker === 'deal') return undefined;
  const about = new EnvelopeReader();
  const party = new PartyReader(speaker, bounds, true);
  const allowance = new Allowance(bounds);
  const sent = source && new SentLines(source);
  const headers: Header[] = [];
  for (const { index, word } of places) {
    const line = lines[index] as Line;
    let header: Header;
    let isAsSent: boolean;
    let size = oneValue;
    if (word.role === 'envelope' && word.label.row !== undefined) {
      const read = about.take(word.label.row, line.value);
      if ('problem' in read) return undefined;
      header = { name: word.printed, value: read.text };
      isAsSent = word.printed === line.name && read.text === line.value;
    } else {
      const phrase = line.value === '' ? undefined : line.phrase(speaker);
      if (!(phrase instanceof Phrase)) return undefined;
      if (party.take(word, phrase) !== undefined) return undefined;
      header = phrase.header;
      isAsSent = phrase.isCanonical;
      size = phrase.size;
    }
    if (allowance.take(size, header) !== undefined) return undefined;
    headers.push(header);
    sent?.add(header, index, isAsSent);
  }
  const text = sent?.finish() ?? linesOf(headers);
  if (moreBytes(text, 0, text.length, bounds.documentBytes)) return undefined;
  const { envelope, lists, limit } = about;
  const said = party.finish(version, envelope.id, lists, limit);
  return { language, version, action, envelope, headers, text, party: said };
}
