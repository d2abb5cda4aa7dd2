import type { Bounds } from '../bounds.ts';
import {
  boundedDiagnostics,
  type Diagnostic,
  type DiagnosticCode,
  type Position,
  quoted,
} from '../diagnostics.ts';
import type { Header, Language } from '../document.ts';
import type { Source } from '../source.ts';
import { moreBytes } from '../utf8.ts';
import { dealRowOf } from '../vocabulary/deals.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Speaker } from '../vocabulary/row.ts';
import { actionNames, actions, isAction, tellersWatch } from './actions.ts';
import { Allowance } from './allowance.ts';
import { DealReader } from './deal.ts';
import type { Action1, Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import type { Lexicon } from './lexicon.ts';
import { type Line, Phrase } from './line.ts';
import { linesOf, SentLines } from './lines.ts';
import { type Entry, inOrder } from './order.ts';
import type { Problem } from './parts.ts';
import { PartyReader } from './party.ts';
import { oneValue, type Size } from './size.ts';
import { type Findings, positionOf, type Reading1, withWarnings } from './warnings.ts';
import type { Word } from './word.ts';

/** Who takes in what a document says beside its envelope; nobody where that is text. */
type Saying = PartyReader | DealReader | undefined;

const notReadOn: Diagnostic = {
  severity: 'error',
  code: 'more-diagnostics',
  message: 'the rest of this document was not read',
};

/**
 * One document of version 1.x on its way from headers to what they say: the long path, which decides about each name, and
 * says of each header what is wrong with it.
 */
export class Reader {
  readonly #language: Language;
  readonly #version: string;
  readonly #lines: readonly Line[];
  readonly #source: Source | undefined;
  readonly #bounds: Bounds;
  readonly #lexicon: Lexicon;
  readonly #envelope = new EnvelopeReader();
  readonly #diagnostics: Diagnostic[] = [];
  #refused = false;
  readonly #allowance: Allowance;

  constructor(
    language: Language,
    version: string,
    lines: readonly Line[],
    source: Source | undefined,
    bounds: Bounds,
    lexicon: Lexicon,
  ) {
    this.#language = language;
    this.#version = version;
    this.#lines = lines;
    this.#source = source;
    this.#bounds = bounds;
    this.#lexicon = lexicon;
    this.#allowance = new Allowance(bounds);
  }

  read(findings: Findings): Reading1 {
    const action = this.#action();
    const speaker = action === undefined ? undefined : actions[action].speaker;
    const entries = this.#entries(speaker);
    const watcher = action === 'Watch' ? this.#tellersWatch(entries) : undefined;
    const said = watcher === undefined ? this.#saying(speaker) : undefined;
    const headers: Header[] = [];
    for (const entry of entries) {
      if (this.#isEnough()) break;
      headers.push(this.#header(entry, said));
    }
    if (action !== undefined) this.#checkNeeds(action, entries);
    const text = this.#text(headers, entries);
    if (moreBytes(text, 0, text.length, this.#bounds.documentBytes)) this.#refuseText();
    const { envelope, lists, limit } = this.#envelope;
    if (this.#refused || action === undefined) {
      return { diagnostics: headers.length === entries.length ? this.#said() : this.#saidOfPart() };
    }
    const party = said instanceof PartyReader ? said : undefined;
    if (party !== undefined) this.#lexicon.orders.keep(action, this.#lines, entries);
    const document: Document1 = {
      language: this.#language,
      version: this.#version,
      action,
      envelope,
      headers,
      text,
      party: party?.finish(this.#version, envelope.id, lists, limit),
      ...(said instanceof DealReader ? { deal: said.finish() } : {}),
    };
    return withWarnings(document, findings, entries, this.#source, this.#bounds);
  }

  #saying(speaker: Speaker | undefined): Saying {
    if (speaker === undefined) return undefined;
    return speaker === 'deal' ? new DealReader(this.#bounds) : new PartyReader(speaker, this.#bounds);
  }

  #text(headers: readonly Header[], entries: readonly Entry[]): string {
    if (this.#source === undefined) return linesOf(headers);
    const sent = new SentLines(this.#source);
    for (const [place, header] of headers.entries()) {
      const { index, isAsSent } = entries[place] as Entry;
      sent.add(header, index, isAsSent);
    }
    return sent.finish();
  }

  #said(): Diagnostic[] {
    return boundedDiagnostics(this.#diagnostics, this.#bounds.diagnostics);
  }

  /** How much more is wrong is not known. */
  #saidOfPart(): Diagnostic[] {
    return [...this.#said().filter(({ code }) => code !== notReadOn.code), notReadOn];
  }

  /** Whether nothing more is read: what is wrong takes longer to read than what is right, and is not worth it. */
  #isEnough(): boolean {
    return this.#allowance.isSpent || (this.#refused && this.#diagnostics.length > this.#bounds.diagnostics);
  }

  #refuseText(): void {
    const { documentBytes } = this.#bounds;
    const message = `a document has at most ${documentBytes} bytes, and the canonical text of this one has more`;
    this.#refuse('document-too-large', 0, undefined, message, undefined);
  }

  /** Whose side the document takes decides what its headers mean, so this comes first wherever it stands. */
  #action(): Action1 | undefined {
    const index = this.#lines.findIndex(({ name }) => name === 'Action' || name.toLowerCase() === 'action');
    const text = this.#lines[index]?.value;
    if (text === undefined) {
      this.#refuse(
        'header-missing',
        0,
        undefined,
        "a document needs Action, such as 'Action: Ask'",
        'Action',
      );
      return undefined;
    }
    if (isAction(text) && actions[text].needs[this.#language] !== undefined) return text;
    const names = actionNames.filter((name) => actions[name].needs[this.#language] !== undefined);
    const message = `Action is one of ${names.join(', ')}; found ${quoted(text)}`;
    this.#refuse('value-refused', index, 0, message, 'Action');
    return undefined;
  }

  /** The headers in canonical order, those left out that are refused by their name alone. */
  #entries(speaker: Speaker | undefined): readonly Entry[] {
    const entries: Entry[] = [];
    const said = new Map<string, Entry>();
    for (const [index, line] of this.#lines.entries()) {
      const word = line.word(speaker);
      const first = said.get(word.key);
      if (!this.#mayStand(index, word, line.value, first)) continue;
      const entry = { index, word: first?.word ?? word, line, isAsSent: true };
      if (first !== undefined && first.word.printed !== word.printed) this.#respell(entry);
      if (first === undefined) said.set(word.key, entry);
      entries.push(entry);
    }
    return inOrder(entries, said.size < entries.length);
  }

  /** A repeated name is spelled as it was first. */
  #respell(entry: Entry): void {
    entry.line = this.#lexicon.lineOf({ name: entry.word.printed, value: entry.line.value });
    entry.isAsSent = false;
  }

  #mayStand(index: number, word: Word, text: string, first: Entry | undefined): boolean {
    if (index > 0 && word.beginsDocument) {
      const { spelled } = word.label;
      const advice =
        this.#source === undefined ? 'it has one version' : 'put an empty line before it, or take it out';
      this.#refuse('version-misplaced', index, undefined, `${spelled} begins a document: ${advice}`, spelled);
      return false;
    }
    if (word.fault !== undefined) {
      this.#refuse('side-refused', index, undefined, word.fault, word.label.spelled);
      return false;
    }
    if (text === '' && word.role !== 'envelope') {
      const printed = first?.word.printed ?? word.printed;
      this.#refuse('empty-value', index, undefined, `${printed} has no value`, printed);
      return false;
    }
    if (first !== undefined && word.standsOnce) {
      this.#refuseAgain(index, first);
      return false;
    }
    return true;
  }

  #refuseAgain(index: number, first: Entry): void {
    const { spelled } = first.word.label;
    const lines = [this.#position(first.index)?.line, this.#position(index)?.line];
    const where = lines[0] === undefined ? '' : `, in lines ${lines[0]} and ${lines[1]}`;
    const message = `${spelled} stands twice${where}, and may stand once`;
    this.#refuse('header-repeated', index, undefined, message, spelled);
  }

  /** The header by which a Watch is of one who tells; what asks for something is refused beside it. */
  #tellersWatch(entries: readonly Entry[]): string | undefined {
    const { by, whose } = tellersWatch[this.#language];
    if (!entries.some(({ word }) => word.label.spelled === by)) return undefined;
    for (const { word, index } of entries) {
      if (word.role === 'envelope') continue;
      const message = `${word.printed} asks for something, and a Watch with ${by} is ${whose}, for the Asks that match its Tells: take out one of the two`;
      this.#refuse('side-refused', index, undefined, message, word.printed);
    }
    return by;
  }

  /** A header in canonical text; one that is refused as it was sent. */
  #header(entry: Entry, said: Saying): Header {
    const read = this.#read(entry, said);
    if (!('problem' in read)) return read;
    const { word, line, index } = entry;
    this.#allowance.refused(line.value);
    const { code = 'value-refused', at, problem } = read;
    this.#refuse(code, index, at, `${word.printed} ${problem}`, word.printed);
    return { name: word.printed, value: line.value };
  }

  #read(entry: Entry, said: Saying): Header | Problem {
    const { word, line } = entry;
    const { role, label } = word;
    if (role === 'envelope' && label.row !== undefined) {
      const read = this.#envelope.take(label.row, line.value);
      return 'problem' in read ? read : this.#printed(entry, read.text);
    }
    if (said === undefined) return this.#printed(entry, line.value);
    if (said instanceof DealReader) {
      const read = said.take(word, line.value);
      return 'problem' in read ? read : this.#printed(entry, read.text, read.size);
    }
    const problem = said.problemOf(word);
    if (problem !== undefined) return problem;
    const phrase = line.phrase(said.speaker);
    if (!(phrase instanceof Phrase)) return phrase;
    if (!phrase.isCanonical) entry.isAsSent = false;
    return said.take(word, phrase) ?? this.#allowed(phrase.header, phrase.size);
  }

  /** A header that is said as it stands, and is no phrase of one side. */
  #printed(entry: Entry, value: string, size = oneValue): Header | Problem {
    const { word, line } = entry;
    if (word.printed !== line.name || value !== line.value) entry.isAsSent = false;
    return this.#allowed({ name: word.printed, value }, size);
  }

  #allowed(header: Header, size: Size): Header | Problem {
    return this.#allowance.take(size, header) ?? header;
  }

  #checkNeeds(action: Action1, entries: readonly Entry[]): void {
    const article = { SLA: 'an SLA', RESOURCE: 'a RESOURCE' }[this.#language];
    for (const needed of actions[action].needs[this.#language] ?? []) {
      const names = typeof needed === 'string' ? [needed] : needed;
      const [name = ''] = names;
      if (entries.some(({ word }) => names.includes(word.label.spelled))) continue;
      const example = `'${name}: ${(rowOf(name) ?? dealRowOf(name))?.example ?? ''}'`;
      const message = `${article} ${action} of version 1.0 needs ${names.join(' or ')}, such as ${example}`;
      this.#refuse('header-missing', 0, undefined, message, name);
    }
  }

  /** Refuses the document for a header's name, or for its value from the character `inValue` on. */
  #refuse(
    code: DiagnosticCode,
    index: number,
    inValue: number | undefined,
    message: string,
    header: string | undefined,
  ): void {
    this.#refused = true;
    const position = this.#position(index, inValue);
    this.#diagnostics.push({ severity: 'error', code, message, header, position });
  }

  #position(index: number, inValue?: number): Position | undefined {
    // Beyond the bound only their number is said, so that a document of faults costs no more than one without.
    if (this.#diagnostics.length > this.#bounds.diagnostics) return undefined;
    return positionOf(this.#source, index, inValue);
  }
}
