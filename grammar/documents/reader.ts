import type { Bounds } from '../bounds.ts';
import type { Finding } from '../checks/finding.ts';
import {
  boundedDiagnostics,
  type Diagnostic,
  type DiagnosticCode,
  type Position,
  quoted,
} from '../diagnostics.ts';
import type { Header, Language } from '../document.ts';
import { positionAt, type Source, valuePosition } from '../source.ts';
import { moreBytes } from '../utf8.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Subject } from '../vocabulary/row.ts';
import { actionNames, actions, dealActions, isAction, tellersWatch } from './actions.ts';
import { Allowance } from './allowance.ts';
import type { Action1, Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import type { Lexicon } from './lexicon.ts';
import { isAsSent, linesOf } from './lines.ts';
import { type Entry, inOrder } from './order.ts';
import { type PartReading, PartyReader } from './party.ts';
import type { Word } from './word.ts';

/** What is likely wrong with a document of version 1.x: `findingsOf` of checks/, or nothing. */
export type Findings = (document: Document1) => readonly Finding[];

export type Reading1 =
  | { readonly document: Document1; readonly warnings: readonly Diagnostic[] }
  | { readonly diagnostics: readonly Diagnostic[] };

const notReadOn: Diagnostic = {
  severity: 'error',
  code: 'more-diagnostics',
  message: 'the rest of this document was not read',
};

/** One document of version 1.x on its way from headers to what they say. */
export class Reader {
  readonly #language: Language;
  readonly #version: string;
  readonly #headers: readonly Header[];
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
    headers: readonly Header[],
    source: Source | undefined,
    bounds: Bounds,
    lexicon: Lexicon,
  ) {
    this.#language = language;
    this.#version = version;
    this.#headers = headers;
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
    const party =
      speaker === undefined || watcher !== undefined
        ? undefined
        : new PartyReader(speaker, this.#lexicon.partsOf(speaker), this.#bounds);
    const headers: Header[] = [];
    for (const entry of entries) {
      if (this.#isEnough()) break;
      headers.push({ name: entry.word.printed, value: this.#value(entry, party) });
    }
    if (action !== undefined) this.#checkNeeds(action, entries);
    const text = this.#text(headers);
    if (moreBytes(text, 0, text.length, this.#bounds.documentBytes)) this.#refuseText();
    const { envelope, lists, limit } = this.#envelope;
    if (this.#refused || action === undefined) {
      return { diagnostics: headers.length === entries.length ? this.#said() : this.#saidOfPart() };
    }
    const document: Document1 = {
      language: this.#language,
      version: this.#version,
      action,
      envelope,
      headers,
      text,
      party: party?.finish(this.#version, envelope.id, lists, limit),
    };
    for (const finding of findings(document)) this.#warn(finding, entries);
    return { document, warnings: this.#said() };
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

  #text(headers: readonly Header[]): string {
    const source = this.#source;
    return source !== undefined && isAsSent(source, this.#headers, headers) ? source.text : linesOf(headers);
  }

  /** Whose side the document takes decides what its headers mean, so this comes first wherever it stands. */
  #action(): Action1 | undefined {
    const index = this.#headers.findIndex(({ name }) => name === 'Action' || name.toLowerCase() === 'action');
    const text = this.#headers[index]?.value;
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
    if (isAction(text)) return text;
    const message = dealActions.includes(text)
      ? `Action ${text} belongs to deals, which are not made here yet`
      : `Action is one of ${actionNames.join(', ')}; found ${quoted(text)}`;
    this.#refuse('value-refused', index, 0, message, 'Action');
    return undefined;
  }

  /** The headers in canonical order, those left out that are refused by their name alone. */
  #entries(speaker: Subject | undefined): Entry[] {
    const entries: Entry[] = [];
    const said = new Map<string, Entry>();
    for (const [index, { name, value }] of this.#headers.entries()) {
      const word = this.#lexicon.word(name, speaker);
      const first = said.get(word.key);
      if (!this.#mayStand(index, word, value, first)) continue;
      // A repeated name is spelled as it was first.
      const entry = { index, word: first?.word ?? word, text: value };
      if (first === undefined) said.set(word.key, entry);
      entries.push(entry);
    }
    return inOrder(entries, said.size < entries.length);
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

  /** The canonical text of a header's value. */
  #value(entry: Entry, party: PartyReader | undefined): string {
    const { word, text, index } = entry;
    const read = this.#allowance.take(this.#part(word, text, party), word.printed, text);
    if ('text' in read) return read.text;
    this.#refuse(
      read.code ?? 'value-refused',
      index,
      read.at,
      `${word.printed} ${read.problem}`,
      word.printed,
    );
    return text;
  }

  #part(word: Word, text: string, party: PartyReader | undefined): PartReading {
    if (word.role === 'envelope' && word.label.row !== undefined)
      return this.#envelope.take(word.label.row, text);
    return party === undefined ? { text } : party.take(word, text);
  }

  #checkNeeds(action: Action1, entries: readonly Entry[]): void {
    const article = { SLA: 'an SLA', RESOURCE: 'a RESOURCE' }[this.#language];
    for (const name of actions[action].needs[this.#language]) {
      if (entries.some(({ word }) => word.label.spelled === name)) continue;
      const example = `'${name}: ${rowOf(name)?.example ?? ''}'`;
      const message = `${article} ${action} of version 1.0 needs ${name}, such as ${example}`;
      this.#refuse('header-missing', 0, undefined, message, name);
    }
  }

  #warn({ code, message, header, isName }: Finding, entries: readonly Entry[]): void {
    const entry = entries[header];
    const position = this.#position(entry?.index ?? 0, isName ? undefined : 0);
    this.#diagnostics.push({ severity: 'warning', code, message, header: entry?.word.printed, position });
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
    if (this.#source === undefined || this.#diagnostics.length > this.#bounds.diagnostics) return undefined;
    if (inValue !== undefined) return valuePosition(this.#source, index, inValue);
    return positionAt(this.#source, this.#source.offsets[index] ?? 0);
  }
}
