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
import { rowOf } from '../vocabulary/names.ts';
import type { Subject } from '../vocabulary/row.ts';
import { languageOf } from '../vocabulary.ts';
import { actionNames, actions, dealActions, isAction } from './actions.ts';
import type { Action1, Document1 } from './document.ts';
import { EnvelopeReader } from './envelope.ts';
import { type Label, labelOf, printedLabel } from './label.ts';
import { type Entry, inOrder } from './order.ts';
import { type PartReading, PartyReader } from './party.ts';

/** What is likely wrong with a document of version 1.x: `findingsOf` of checks/, or nothing. */
export type Findings = (document: Document1) => readonly Finding[];

export type Reading1 =
  | { readonly document: Document1; readonly warnings: readonly Diagnostic[] }
  | { readonly diagnostics: readonly Diagnostic[] };

/** One document of version 1.x on its way from headers to what they say. */
export class Reader {
  readonly #language: Language;
  readonly #version: string;
  readonly #headers: readonly Header[];
  readonly #source: Source | undefined;
  readonly #bounds: Bounds;
  readonly #envelope = new EnvelopeReader();
  readonly #diagnostics: Diagnostic[] = [];
  #refused = false;

  constructor(
    language: Language,
    version: string,
    headers: readonly Header[],
    source: Source | undefined,
    bounds: Bounds,
  ) {
    this.#language = language;
    this.#version = version;
    this.#headers = headers;
    this.#source = source;
    this.#bounds = bounds;
  }

  read(findings: Findings): Reading1 {
    const action = this.#action();
    const speaker = action === undefined ? undefined : actions[action].speaker;
    const entries = inOrder(this.#entries(speaker));
    const party = speaker === undefined ? undefined : new PartyReader(speaker);
    const headers = entries.map((entry) => ({ name: entry.printed, value: this.#value(entry, party) }));
    if (action !== undefined) this.#checkNeeds(action, entries);
    const { envelope, lists, limit } = this.#envelope;
    if (this.#refused || action === undefined) {
      return { diagnostics: boundedDiagnostics(this.#diagnostics, this.#bounds.diagnostics) };
    }
    const document: Document1 = {
      language: this.#language,
      version: this.#version,
      action,
      envelope,
      headers,
      party: party?.finish(this.#version, envelope.id, lists, limit),
    };
    for (const finding of findings(document)) this.#warn(finding, entries);
    return { document, warnings: boundedDiagnostics(this.#diagnostics, this.#bounds.diagnostics) };
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

  /** The headers, those left out that are refused by their name alone. */
  #entries(speaker: Subject | undefined): Entry[] {
    const entries: Entry[] = [];
    const said = new Map<string, Entry>();
    for (const [index, { name, value }] of this.#headers.entries()) {
      const label = labelOf(name);
      const printed = printedLabel(label, speaker);
      const key = keyOf(label, printed);
      const first = said.get(key);
      const entry = {
        index,
        label: sameSpelling(label, first),
        printed: first?.printed ?? printed,
        text: value,
      };
      if (!this.#mayStand(entry, first)) continue;
      if (first === undefined) said.set(key, entry);
      entries.push(entry);
    }
    return entries;
  }

  #mayStand({ index, label, printed, text }: Entry, first: Entry | undefined): boolean {
    const { row, prefix, negotiable, spelled } = label;
    if (index > 0 && languageOf(spelled) !== undefined) {
      const advice =
        this.#source === undefined ? 'it has one version' : 'put an empty line before it, or take it out';
      this.#refuse('version-misplaced', index, undefined, `${spelled} begins a document: ${advice}`, spelled);
      return false;
    }
    const isPlain = row?.kind === 'envelope' || row?.kind === 'term';
    if (prefix !== undefined && isPlain) {
      const message = `${spelled} has no '${prefix}.' before it: that is for facts and tests`;
      this.#refuse('side-refused', index, undefined, message, spelled);
      return false;
    }
    if (negotiable && row?.kind === 'envelope') {
      const message = `${spelled} has no '?' after it: it is about the document, and nothing to negotiate`;
      this.#refuse('side-refused', index, undefined, message, spelled);
      return false;
    }
    if (text === '' && row?.kind !== 'envelope') {
      this.#refuse('empty-value', index, undefined, `${printed} has no value`, printed);
      return false;
    }
    if (first !== undefined && isPlain && !row.repeats) {
      const lines = [this.#position(first.index)?.line, this.#position(index)?.line];
      const where = lines[0] === undefined ? '' : `, in lines ${lines[0]} and ${lines[1]}`;
      const message = `${spelled} stands twice${where}, and may stand once`;
      this.#refuse('header-repeated', index, undefined, message, spelled);
      return false;
    }
    return true;
  }

  /** The canonical text of a header's value. */
  #value(entry: Entry, party: PartyReader | undefined): string {
    const { label, printed, text, index } = entry;
    const { row } = label;
    if (row?.type === 'language' || row?.type === 'action') return text;
    const read = this.#part(entry, party);
    if ('text' in read) return read.text;
    const code = read.code ?? 'value-refused';
    this.#refuse(code, index, read.at, `${printed} ${read.problem}`, printed);
    return text;
  }

  #part({ label, printed, text }: Entry, party: PartyReader | undefined): PartReading {
    if (label.row?.kind === 'envelope') return this.#envelope.take(label.row, text);
    return party === undefined ? { text } : party.take(label, printed, text);
  }

  #checkNeeds(action: Action1, entries: readonly Entry[]): void {
    const article = { SLA: 'an SLA', RESOURCE: 'a RESOURCE' }[this.#language];
    for (const name of actions[action].needs[this.#language]) {
      if (entries.some(({ label }) => label.spelled === name && label.prefix === undefined)) continue;
      const example = `'${name}: ${rowOf(name)?.example ?? ''}'`;
      const message = `${article} ${action} of version 1.0 needs ${name}, such as ${example}`;
      this.#refuse('header-missing', 0, undefined, message, name);
    }
  }

  #warn({ code, message, header, isName }: Finding, entries: readonly Entry[]): void {
    const entry = entries[header];
    const position = this.#position(entry?.index ?? 0, isName ? undefined : 0);
    this.#diagnostics.push({ severity: 'warning', code, message, header: entry?.printed, position });
  }

  /** Refuses the document for a header's name, or for its value from the character `inValue` on. */
  #refuse(
    code: DiagnosticCode,
    index: number,
    inValue: number | undefined,
    message: string,
    header: string,
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

/** What tells a header from others: its printed name, and of what stands once the name without a `?` too. */
function keyOf({ row, name }: Label, printed: string): string {
  const standsOnce = row !== undefined && !row.repeats && row.kind !== 'amount';
  return standsOnce ? name : printed.toLowerCase();
}

/** A repeated name is spelled as it was first. */
function sameSpelling(label: Label, first: Entry | undefined): Label {
  return first === undefined ? label : { ...label, spelled: first.label.spelled };
}
