import { type Bounds, defaultBounds } from '../bounds.ts';
import { type Diagnostic, quoted } from '../diagnostics.ts';
import type { Document, Header, Language } from '../document.ts';
import { type Framed, frameText } from '../frame.ts';
import { headersFromJson } from '../json.ts';
import type { Passage } from '../passages.ts';
import type { HeaderOf } from '../plain-lines.ts';
import { readHeaders } from '../read.ts';
import { scan, scanPassage } from '../scanner.ts';
import { type Source, valuePosition } from '../source.ts';
import { languageOf } from '../vocabulary.ts';
import { readTrusted, version1 } from './again.ts';
import { documentOf } from './by-form.ts';
import type { Document1 } from './document.ts';
import { Lexicon } from './lexicon.ts';
import { readOrdered } from './ordered.ts';
import { Reader } from './reader.ts';
import { type Findings, withWarnings } from './warnings.ts';

/** A document of any version that is read here, or what keeps it from being one. */
export type AnyReading =
  | { readonly document: Document | Document1; readonly warnings: readonly Diagnostic[] }
  | {
      readonly diagnostics: readonly Diagnostic[];
      /** There where the document is of a version that is not read here: what a Decline answers to. */
      readonly unread?: Unread;
    };

/** What can be told of a document of another version. */
export interface Unread {
  readonly language: Language;
  readonly version: string;
  readonly id: string | undefined;
}

/** What a reader of documents is told. */
export interface ReaderOptions {
  readonly bounds?: Bounds;
  /** Adds warnings about what is likely wrong with a document of version 1.x. */
  readonly findings?: Findings;
}

const nothing: Findings = () => [];

/**
 * Reads documents of version 0.1 or 1.x, one after another. It remembers what names and headers turned out to be, within
 * a bound: whoever reads many documents keeps one reader.
 */
export class DocumentReader {
  readonly #bounds: Bounds;
  readonly #findings: Findings;
  readonly #lexicon = new Lexicon();
  readonly #headerOf: HeaderOf = (text, at, end, before) => this.#lexicon.line(text, at, end, before);

  constructor({ bounds = defaultBounds, findings = nothing }: ReaderOptions = {}) {
    this.#bounds = bounds;
    this.#findings = findings;
  }

  /** Reads a framed document. What the scanner refused stays refused. */
  read(framed: Framed): AnyReading {
    if (framed.kind === 'refused') return { diagnostics: framed.diagnostics };
    return this.readHeaders(framed.headers, framed.source);
  }

  /**
   * Reads the documents of a whole text, such as a file or the body of a request, in their order: where there are more than
   * `most`, so many of them and one.
   */
  readText(text: string | Uint8Array, most: number = Number.POSITIVE_INFINITY): AnyReading[] {
    const straight = typeof text === 'string' ? this.#readStraight(text) : undefined;
    if (straight !== undefined) return [straight];
    const framed = scan(text, this.#bounds, this.#headerOf, most);
    return framed.slice(0, most + 1).map((one) => this.read(one));
  }

  /** Reads one document of a text that holds several. */
  readPassage(passage: Passage): AnyReading {
    const straight = this.#readStraight(passage.text, passage);
    return straight ?? this.read(scanPassage(passage, this.#bounds, this.#headerOf));
  }

  /** Reads a Tell whose headers stand as those of one did before; `within` is where the text stands in a longer one. */
  #readStraight(text: string, within?: Passage): AnyReading | undefined {
    const trodden = this.#lexicon.trails.follow(text, this.#bounds);
    if (trodden === undefined) return undefined;
    const document = documentOf(trodden, this.#bounds);
    if (document === undefined) return undefined;
    const { source, order } = trodden;
    return withWarnings(
      document,
      this.#findings,
      order.places,
      within?.source(source) ?? source,
      this.#bounds,
    );
  }

  /** Reads the JSON encoding, as `JSON.parse` gives it, of one document. */
  readJson(json: unknown): AnyReading {
    const read = headersFromJson(json, this.#bounds);
    return 'diagnostics' in read ? read : this.readHeaders(read.headers, undefined);
  }

  /**
   * Reads again the canonical text of one document that was read before, such as a store keeps: without a look for
   * warnings, and trusting that the document may stand as it does.
   */
  readAgain(text: string): AnyReading {
    const trodden = this.#lexicon.trailsAgain.follow(text, this.#bounds);
    const straight = trodden && documentOf(trodden, this.#bounds);
    if (straight !== undefined) return { document: straight, warnings: [] };
    const framed = frameText(text, 1, this.#bounds, this.#headerOf);
    if (framed?.kind !== 'document') return { diagnostics: framed?.diagnostics ?? [] };
    const document = readTrusted(framed, this.#lexicon, this.#bounds);
    if (document !== undefined) return { document, warnings: [] };
    return this.#readHeaders(framed.headers, framed.source, nothing);
  }

  /** Reads headers of which the first is a version header; `source` is their text where they came as text. */
  readHeaders(headers: readonly Header[], source: Source | undefined): AnyReading {
    return this.#readHeaders(headers, source, this.#findings);
  }

  #readHeaders(headers: readonly Header[], source: Source | undefined, findings: Findings): AnyReading {
    const { name = '', value: version = '' } = headers[0] ?? {};
    const language = languageOf(name);
    if (language === undefined) throw new TypeError('a version header comes first');
    if (version === '0.1') return readHeaders(headers, source, this.#bounds);
    if (!version1.test(version)) return unread(language, version, headers, source);
    const lines = this.#lexicon.linesOf(headers);
    const order = this.#lexicon.orders.of(lines);
    const document = order && readOrdered({ language, version, order, lines, source }, this.#bounds);
    if (order !== undefined && document !== undefined) {
      if (order.form !== undefined && source !== undefined)
        this.#lexicon.trails.keep(language, version, order);
      return withWarnings(document, findings, order.places, source, this.#bounds);
    }
    return new Reader(language, version, lines, source, this.#bounds, this.#lexicon).read(findings);
  }
}

/** Reads one framed document of version 0.1 or 1.x. */
export function readAnyDocument(framed: Framed, bounds?: Bounds, findings?: Findings): AnyReading {
  return readerOf(bounds, findings).read(framed);
}

/** Reads the documents of a whole text, such as a file or the body of a request, in their order. */
export function readAnyDocuments(
  text: string | Uint8Array,
  bounds?: Bounds,
  findings?: Findings,
): AnyReading[] {
  return readerOf(bounds, findings).readText(text);
}

/** Reads headers of which the first is a version header; `source` is their text where they came as text. */
export function readAnyHeaders(
  headers: readonly Header[],
  source: Source | undefined,
  bounds?: Bounds,
  findings?: Findings,
): AnyReading {
  return readerOf(bounds, findings).readHeaders(headers, source);
}

/** Reads the JSON encoding, as `JSON.parse` gives it, of a document of any version that is read here. */
export function fromAnyJson(json: unknown, bounds?: Bounds, findings?: Findings): AnyReading {
  return readerOf(bounds, findings).readJson(json);
}

function readerOf(bounds = defaultBounds, findings = nothing): DocumentReader {
  return new DocumentReader({ bounds, findings });
}

/** A document of a version that is not read here. */
function unread(
  language: Language,
  version: string,
  headers: readonly Header[],
  source: Source | undefined,
): AnyReading {
  const name = headers[0]?.name ?? '';
  const found = version === '' ? 'no version' : quoted(version);
  const message = `this service reads versions 0.1 and 1.x of the language; found ${found}`;
  const position = source && valuePosition(source, 0, 0);
  const diagnostics = [
    { severity: 'error', code: 'version-not-understood', message, header: name, position },
  ] as const;
  if (!/^[0-9]{1,9}\.[0-9]{1,9}$/.test(version)) return { diagnostics };
  return { diagnostics, unread: { language, version, id: idOf(headers) } };
}

function idOf(headers: readonly Header[]): string | undefined {
  const id = headers.find(({ name }) => name.toLowerCase() === 'id')?.value;
  return id !== undefined && /^[\x21-\x7e]{1,128}$/.test(id) ? id : undefined;
}
