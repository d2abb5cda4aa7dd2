import type { Bounds } from '../bounds.ts';
import type { Header, Language } from '../document.ts';
import type { Source } from '../source.ts';
import { moreBytes } from '../utf8.ts';
import { isWithin } from './allowance.ts';
import type { Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import { FactList } from './fact-list.ts';
import type { Form } from './form.ts';
import { type Line, Phrase } from './line.ts';
import { isSentAsPrinted } from './lines.ts';
import { PartyReader } from './party.ts';
import { PlainTest } from './plain-test.ts';
import { oneValue } from './size.ts';
import { Taken } from './taken.ts';
import type { Word } from './word.ts';

/** The headers of a Tell whose names are known, and the text in which they were sent. */
export interface Formed {
  readonly language: Language;
  readonly version: string;
  readonly form: Form;
  readonly lines: readonly Line[];
  readonly source: Source;
}

/** What a Tell of a known form says, each header as it is printed. */
export interface Told {
  readonly language: Language;
  readonly version: string;
  readonly form: Form;
  readonly taken: Taken;
  readonly source: Source;
}

/**
 * The short path of reading a Tell whose names stood in this order before, where each line is laid out as it is printed: the
 * text is made of what was sent. It says nothing where it is not sure; a property test holds what it says equal to what
 * the longer paths say.
 */
export function readByForm(
  { language, version, form, lines, source }: Formed,
  bounds: Bounds,
): Document1 | undefined {
  const taken = new Taken(lines.length, form.facts.length);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    if (line.value === '' || !isSentAsPrinted(line, index, source)) return undefined;
    if (!taken.takeLine(line, line.word('teller').role === 'fact')) return undefined;
  }
  taken.close();
  return documentOf({ language, version, form, taken, source }, bounds);
}

/** The document of a Tell whose facts are read; nothing where another header is refused, or it goes beyond a bound. */
export function documentOf(
  { language, version, form, taken, source }: Told,
  bounds: Bounds,
): Document1 | undefined {
  const { headers, facts, offers, others } = taken;
  const about = new EnvelopeReader();
  const party = new PartyReader('teller', bounds, true, new FactList(form.facts, facts, form.places));
  for (const offer of offers) party.takeOffer(offer);
  const size = { values: taken.values, parts: 0, steps: 0 };
  for (const { at, word, isAbout } of form.others) {
    const line = others[at];
    if (line instanceof PlainTest) {
      party.takeTest(line);
      continue;
    }
    if (line === undefined) return undefined;
    if (isAbout) {
      if (!isTaken(about, word, line.value)) return undefined;
      continue;
    }
    const phrase = line.phrase('teller');
    if (!(phrase instanceof Phrase) || !phrase.isCanonical) return undefined;
    if (party.take(word, phrase) !== undefined) return undefined;
    if (phrase.size === oneValue) continue;
    size.values += phrase.size.values - 1;
    size.parts += phrase.size.parts;
    size.steps += phrase.size.steps;
  }
  const text = textOf(form, source);
  if (!isWithin(size) || moreBytes(text, 0, text.length, bounds.documentBytes)) return undefined;
  const { envelope, lists, limit } = about;
  return {
    language,
    version,
    action: 'Tell',
    envelope,
    headers: form.indexes?.map((index) => headers[index] as Header) ?? headers,
    text,
    party: party.finish(version, envelope.id, lists, limit),
  };
}

function isTaken(about: EnvelopeReader, { label: { row } }: Word, value: string): boolean {
  if (row === undefined) return false;
  const read = about.take(row, value);
  return 'text' in read && read.text === value;
}

function textOf({ runs }: Form, { text, offsets }: Source): string {
  // Comments before the first header are no part of it.
  if (runs.length === 1 && offsets[0] === 0) return text;
  const pieces: string[] = [];
  for (const { from, until } of runs) pieces.push(text.slice(offsets[from], offsets[until] ?? text.length));
  return pieces.join('');
}
