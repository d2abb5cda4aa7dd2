import { type Bounds, defaultBounds } from './bounds.ts';
import {
  boundedDiagnostics,
  type Diagnostic,
  type DiagnosticCode,
  type Position,
  quoted,
} from './diagnostics.ts';
import type { Action, Document, Header, Language } from './document.ts';
import type { Framed } from './frame.ts';
import type { Values } from './generated/values.js';
import { nearest } from './near.ts';
import { positionAt, type Source, valuePosition } from './source.ts';
import { readValue } from './values.ts';
import { knownName, languageOf, needed, printed, type TermName, term, typePhrase } from './vocabulary.ts';

/** A document with what is likely wrong with it, or what keeps it from being one (errors, and warnings beside them). */
export type Reading =
  | { readonly document: Document; readonly warnings: readonly Diagnostic[] }
  | { readonly diagnostics: readonly Diagnostic[] };

/** Reads a framed document of version 0.1. What the scanner refused stays refused. */
export function readDocument(framed: Framed, bounds: Bounds = defaultBounds): Reading {
  if (framed.kind === 'refused') return { diagnostics: framed.diagnostics };
  return readHeaders(framed.headers, framed.source, bounds);
}

/** Reads headers of which the first is a version header; `source` is their text where they came as text. */
export function readHeaders(headers: readonly Header[], source: Source | undefined, bounds: Bounds): Reading {
  const language = languageOf(headers[0]?.name ?? '');
  if (language === undefined) throw new TypeError('a version header comes first');
  return new Reader(language, headers, source, bounds).read();
}

/** What a document needs whatever its action. */
const alwaysNeeded = ['Action', 'Application'] as const;

/** One document on its way from headers to what they say. */
class Reader {
  readonly #language: Language;
  readonly #headers: readonly Header[];
  readonly #source: Source | undefined;
  readonly #bounds: Bounds;
  /** Where each known header stands. */
  readonly #said = new Map<TermName, number>();
  readonly #unknown: number[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  #refused = false;

  constructor(language: Language, headers: readonly Header[], source: Source | undefined, bounds: Bounds) {
    this.#language = language;
    this.#headers = headers;
    this.#source = source;
    this.#bounds = bounds;
  }

  read(): Reading {
    if (!this.#versionUnderstood()) return { diagnostics: this.#diagnostics };
    for (const [index, header] of this.#headers.entries()) this.#note(index, header);
    const document = this.#document();
    this.#warnOfNearNames();
    const said = boundedDiagnostics(this.#diagnostics, this.#bounds.diagnostics);
    return this.#refused || document === undefined ? { diagnostics: said } : { document, warnings: said };
  }

  #versionUnderstood(): boolean {
    const { name, value } = this.#headers[0] ?? { name: '', value: '' };
    if (value === '0.1') return true;
    const found = value === '' ? 'no version' : quoted(value);
    const message = `this service reads version 0.1 of the language; found ${found}`;
    this.#refuse('version-not-understood', 0, message, value === '' ? undefined : 0, name);
    return false;
  }

  /** Takes a header in: known or not, once or again, with a value or without. */
  #note(index: number, { name, value }: Header): void {
    if (index > 0 && languageOf(name) !== undefined) {
      const advice =
        this.#source === undefined ? 'it has one version' : 'put an empty line before it, or take it out';
      this.#refuse('version-misplaced', index, `${name} begins a document: ${advice}`, undefined, name);
      return;
    }
    const known = knownName(this.#language, name);
    if (value === '') {
      this.#refuse('empty-value', index, `${known ?? quoted(name)} has no value`, undefined, known ?? name);
    }
    if (known === undefined) this.#unknown.push(index);
    else if (this.#said.has(known)) this.#repeated(known, index);
    else this.#said.set(known, index);
  }

  /** The document; nothing where what it is cannot be told. Every value is read, so that all refusals come at once. */
  #document(): Document | undefined {
    const action = this.#value('Action', 'action');
    for (const name of action === undefined ? alwaysNeeded : needed[this.#language][action]) {
      if (!this.#said.has(name)) this.#missing(name, action);
    }
    const application = this.#headers[this.#said.get('Application') ?? -1]?.value ?? '';
    const common = { version: '0.1', application, headers: this.#headers } as const;
    const brokerIp = this.#value('Broker-IP', 'address');
    const host = this.#value('Host', 'address');
    if (this.#language === 'SLA') {
      if (action === 'Ask') return { language: 'SLA', action, ...common };
      return action && brokerIp && { language: 'SLA', action, ...common, brokerIp, host };
    }
    const poll = this.#value('Poll', 'address');
    const cpuLoad = this.#value('CPU-Load', 'load');
    const date = this.#value('Date', 'seconds');
    if (action === 'Ask') return { language: 'RESOURCE', action, ...common, cpuLoad, date };
    return action && host && { language: 'RESOURCE', action, ...common, host, poll, cpuLoad, date };
  }

  /** The value of a known header by its rule; nothing where it is not said or refused. */
  #value<R extends keyof Values>(name: TermName, rule: R): Values[R] | undefined {
    const index = this.#said.get(name);
    const text = this.#headers[index ?? -1]?.value ?? '';
    if (index === undefined || text === '') return undefined;
    const read = readValue(rule, text);
    if ('value' in read) return read.value;
    const found = read.hint === undefined ? quoted(text) : `${quoted(text)}, ${read.hint}`;
    this.#refuse('value-refused', index, `${name} is ${typePhrase(term(name))}; found ${found}`, 0, name);
    return undefined;
  }

  #missing(name: TermName, action: Action | undefined): void {
    const example = `'${name}: ${term(name).example}'`;
    const document = `${this.#language === 'SLA' ? 'an SLA' : 'a RESOURCE'} ${action ?? 'document'}`;
    this.#refuse('header-missing', 0, `${document} needs ${name}, such as ${example}`, undefined, name);
  }

  #repeated(name: TermName, index: number): void {
    const lines = [this.#position(this.#said.get(name) ?? 0)?.line, this.#position(index)?.line];
    const where = lines[0] === undefined ? '' : `, in lines ${lines[0]} and ${lines[1]}`;
    this.#refuse(
      'header-repeated',
      index,
      `${name} stands twice${where}, and may stand once`,
      undefined,
      name,
    );
  }

  /** A name that is nearly a known one was likely meant to be it, unless that one stands there too. */
  #warnOfNearNames(): void {
    const unsaid = printed[this.#language].filter((name) => !this.#said.has(name));
    for (const index of this.#unknown) {
      const { name = '' } = this.#headers[index] ?? {};
      const meant = nearest(name, unsaid);
      if (meant === undefined) continue;
      const message = `${quoted(name)} is no name that is known here, and decides nothing; did you mean ${meant}?`;
      this.#diagnostics.push({
        severity: 'warning',
        code: 'near-name',
        message,
        header: name,
        position: this.#position(index),
      });
    }
  }

  /** Refuses the document for a header's name, or for its value from the character `inValue` on. */
  #refuse(
    code: DiagnosticCode,
    index: number,
    message: string,
    inValue: number | undefined,
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
