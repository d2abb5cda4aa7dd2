import type { Bounds } from '../bounds.ts';
import type { Header, Language } from '../document.ts';
import { ownCopy } from '../memo.ts';
import type { Source } from '../source.ts';
import { moreBytes } from '../utf8.ts';
import { countOf, type FactOrText, saysAll } from '../values/fact-text.ts';
import type { Wanted } from '../values/phrase.ts';
import { readFact } from '../values/read-fact.ts';
import { isWithin } from './allowance.ts';
import type { Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import { FactList } from './fact-list.ts';
import type { Form, Known } from './form.ts';
import { type Line, Phrase } from './line.ts';
import { isSentAsPrinted } from './lines.ts';
import { PartyReader } from './party.ts';
import { oneValue, type Size } from './size.ts';
import type { Trodden } from './trails.ts';
import type { Word } from './word.ts';

/** The headers of a Tell whose names are known, and the text in which they were sent. */
export interface Formed {
  readonly language: Language;
  readonly version: string;
  readonly form: Form;
  readonly lines: readonly Line[];
  readonly source: Source;
  /** Whether it is known that each line is laid out as it is printed. */
  readonly isAsPrinted?: boolean;
}

/** The same of a Tell whose headers came as those of one did before. */
export function readTrodden(
  { language, version, order: { form }, lines, source }: Trodden,
  bounds: Bounds,
): Document1 | undefined {
  return form && readByForm({ language, version, form, lines, source, isAsPrinted: true }, bounds);
}

/**
 * The shortest path of reading a Tell, which all but the first of its kind take: each line is laid out as it is printed, so
 * that the text is made of what was sent, and a fact that is surely a plain one stays a text until somebody asks for its
 * value. It says nothing where it is not sure; a property test holds what it says equal to what the longer paths say.
 */
export function readByForm(
  { language, version, form, lines, source, isAsPrinted = false }: Formed,
  bounds: Bounds,
): Document1 | undefined {
  const about = new EnvelopeReader();
  const facts = new Array<FactOrText>(form.facts.length);
  const party = new PartyReader('teller', bounds, true, new FactList(form.facts, facts, form.places));
  const { known } = form;
  const headers = new Array<Header>(known.length);
  let factsRead = 0;
  const size = { values: 0, parts: 0, steps: 0 };
  for (let place = 0; place < known.length; place += 1) {
    const { index, word, way } = known[place] as Known;
    const line = lines[index] as Line;
    if (!isAsPrinted && !isSentAsPrinted(line, index, source)) return undefined;
    headers[place] = line;
    size.values += 1;
    if (way === 'not') continue;
    const { value } = line;
    if (way === 'envelope') {
      if (!isTaken(about, word, value)) return undefined;
      continue;
    }
    if (way === 'fact' && line.text === '' && !word.isOne) {
      const fact = factIn(word.wanted, value);
      if (fact === undefined) return undefined;
      size.values += countOf(fact) - 1;
      facts[factsRead++] = fact;
      continue;
    }
    const phrase = value === '' ? undefined : line.phrase('teller');
    if (!(phrase instanceof Phrase) || !phrase.isCanonical) return undefined;
    if (phrase.shortFact === undefined) {
      if (party.take(word, phrase) !== undefined) return undefined;
    } else {
      facts[factsRead++] = phrase.shortFact;
      if (phrase.offer !== undefined) party.takeOffer(phrase.offer);
    }
    if (phrase.size !== oneValue) addSize(size, phrase.size);
  }
  const text = textOf(form, source);
  if (!isWithin(size) || moreBytes(text, 0, text.length, bounds.documentBytes)) return undefined;
  const { envelope, lists, limit } = about;
  const said = party.finish(version, envelope.id, lists, limit);
  return { language, version, action: 'Tell', envelope, headers, text, party: said };
}

function isTaken(about: EnvelopeReader, { label: { row } }: Word, value: string): boolean {
  if (row === undefined) return false;
  const read = about.take(row, value);
  return 'text' in read && read.text === value;
}

/** A fact that is written as it is printed. */
function factIn(wanted: Wanted | undefined, value: string): FactOrText | undefined {
  if (saysAll(wanted?.type, value)) return value;
  const fact = value === '' ? undefined : readFact(wanted, ownCopy(value), false);
  return fact === undefined || 'problem' in fact || fact.text !== value ? undefined : fact;
}

/** Adds what a header takes beyond the one value that was counted for it. */
function addSize(
  sum: { values: number; parts: number; steps: number },
  { values, parts, steps }: Size,
): void {
  sum.values += values - 1;
  sum.parts += parts;
  sum.steps += steps;
}

function textOf({ runs }: Form, { text, offsets }: Source): string {
  // Comments before the first header are no part of it.
  if (runs.length === 1 && offsets[0] === 0) return text;
  const pieces: string[] = [];
  for (const { from, until } of runs) pieces.push(text.slice(offsets[from], offsets[until] ?? text.length));
  return pieces.join('');
}
