import type { Bounds } from '../bounds.ts';
import type { Header } from '../document.ts';
import type { FramedDocument } from '../frame.ts';
import { actions, isAction } from './actions.ts';
import { readByForm } from './by-form.ts';
import type { Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import type { Lexicon } from './lexicon.ts';
import { Phrase } from './line.ts';
import { PartyReader } from './party.ts';

export const version1 = /^1\.[0-9]{1,9}$/;

/**
 * The short path of reading a Tell, an Ask or a Why of version 1.x again from its canonical text. It trusts that the
 * document was read before: that its headers are in order, spelled and repeated as they may be, that none is missing,
 * and that it is within all bounds. Values are read as ever. It says nothing where one is refused, or is printed
 * otherwise than it stands there; a property test holds what it says equal to what the long path says.
 */
export function readTrusted(
  { headers: sent, source }: FramedDocument,
  lexicon: Lexicon,
  bounds: Bounds,
): Document1 | undefined {
  const [first, second] = sent;
  const version = first?.value ?? '';
  const action = second?.value ?? '';
  if (
    first?.name !== 'SLA-version' ||
    !version1.test(version) ||
    second?.name !== 'Action' ||
    !isAction(action)
  )
    return undefined;
  const { speaker } = actions[action];
  if (speaker === undefined || speaker === 'deal' || action === 'Watch') return undefined;
  const lines = lexicon.linesOf(sent);
  const order = lexicon.ordersAgain.of(lines);
  const quick =
    order?.form && readByForm({ language: 'SLA', version, form: order.form, lines, source }, bounds);
  if (order !== undefined && quick !== undefined) {
    lexicon.trailsAgain.keep('SLA', version, order);
    return quick;
  }
  const isKnown = order !== undefined;
  const about = new EnvelopeReader();
  const party = new PartyReader(speaker, bounds, isKnown);
  const headers: Header[] = [];
  for (const line of lines) {
    const word = line.word(speaker);
    if (word.role === 'envelope' && word.label.row !== undefined) {
      const { name, value } = line;
      const read = about.take(word.label.row, value);
      if ('problem' in read || read.text !== value || name !== word.printed) return undefined;
      headers.push({ name, value });
    } else {
      const phrase = line.phrase(speaker);
      if (!(phrase instanceof Phrase) || !phrase.isCanonical) return undefined;
      if (!isKnown && party.problemOf(word) !== undefined) return undefined;
      if (party.take(word, phrase) !== undefined) return undefined;
      headers.push(phrase.header);
    }
  }
  if (!isKnown) {
    const places = lines.map((line, index) => ({ index, word: line.word(speaker) }));
    lexicon.ordersAgain.keep(action, lines, places);
  }
  const { envelope, lists, limit } = about;
  return {
    language: 'SLA',
    version,
    action,
    envelope,
    headers,
    text: source.text,
    party: party.finish(version, envelope.id, lists, limit),
  };
}
