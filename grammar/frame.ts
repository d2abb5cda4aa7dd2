import type { Bounds } from './bounds.ts';
import { boundedDiagnostics, type Diagnostic, type DiagnosticCode, quoted } from './diagnostics.ts';
import type { Header } from './document.ts';
import { nameEnd, nameProblem } from './name.ts';
import { type HeaderOf, plainHeader, plainLines } from './plain-lines.ts';
import { isBlank, lineEnd, positionAt, type Source, trimmed, valuePieces } from './source.ts';
import { invalidByte, moreBytes } from './utf8.ts';
import { languageOf } from './vocabulary.ts';

/** What the scanner makes of a connection: documents split into headers, and refusals of what is none. */
export type Framed = FramedDocument | FramedRefusal;

export interface FramedDocument {
  readonly kind: 'document';
  /** At least one; the first is SLA-version or RESOURCE-version. */
  readonly headers: readonly Header[];
  readonly source: Source;
}

export interface FramedRefusal {
  readonly kind: 'refused';
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the peer speaks another protocol, and the connection ends here. */
  readonly closes: boolean;
}

/** A control character other than tab; CR may stand before LF and at the end. */
const control = /[^\P{Cc}\t\n\r]|\r(?!\n|$)/u;

/** What of text is no character of ASCII that may stand anywhere: few texts have any, and to look for it is quick. */
const unusual = /[^\n -~]/;

/** Nothing is decoded in parts, so a decoder keeps nothing from one document to the next. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Splits the lines of one document, none of them blank, into headers. Returns nothing where they are comments only.
 * `line` is the number of the first.
 */
export function frame(bytes: Uint8Array, line: number, bounds: Bounds): Framed | undefined {
  if (isPlainComment(bytes)) return undefined;
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return refusal([invalidUtf8(bytes, line)]);
  }
  const bad = control.exec(text);
  if (bad !== null) return refusal([controlCharacter({ text, line }, bad.index)]);
  return frameText(text, line, bounds);
}

/** Whether lines are comments of plain characters and nothing else: thousands of these come for nothing, so they are not decoded. */
function isPlainComment(bytes: Uint8Array): boolean {
  let isNewLine = true;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (isNewLine && byte !== 0x23) return false;
    isNewLine = byte === 0x0a;
    const isPlain = (byte >= 0x20 && byte <= 0x7e) || isNewLine || byte === 0x09;
    if (!isPlain && !(byte === 0x0d && bytes[at + 1] === 0x0a)) return false;
  }
  return true;
}

/**
 * The same of text that was framed before, so that its characters are not looked at again. `headerOf` may know lines
 * from before.
 */
export function frameText(
  text: string,
  line: number,
  bounds: Bounds,
  headerOf: HeaderOf = plainHeader,
): Framed | undefined {
  return framePlain(text, line, bounds, headerOf) ?? new Framer(text, line, bounds).frame();
}

/**
 * The short path of scanning: text that is surely one document, as the body of a request mostly is. It need not become
 * bytes first.
 */
export function frameOne(text: string, bounds: Bounds, headerOf: HeaderOf, line = 1): Framed | undefined {
  const lines = text.endsWith('\n\n') ? text.slice(0, -1) : text;
  const isSure =
    !moreBytes(lines, 0, lines.length, bounds.documentBytes) &&
    (!unusual.test(lines) || (lines.isWellFormed() && !control.test(lines)));
  return isSure ? framePlain(lines, line, bounds, headerOf) : undefined;
}

/** Whether characters stand in a text that may not. */
export function hasControl(text: string): boolean {
  return control.test(text);
}

function framePlain(text: string, line: number, bounds: Bounds, headerOf: HeaderOf): Framed | undefined {
  const lines = plainLines(text, bounds, headerOf);
  if (languageOf(lines?.headers[0]?.name ?? '') === undefined || lines === undefined) return undefined;
  const { headers, offsets } = lines;
  return { kind: 'document', headers, source: { text, line, offsets } };
}

/** One document on its way from lines to headers. */
class Framer {
  readonly #text: string;
  readonly #line: number;
  readonly #bounds: Bounds;
  readonly #headers: Header[] = [];
  readonly #offsets: number[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  /** Whether a continuation line has something above it: a header, or a line that is refused already. */
  #open = false;
  /** Whether the last header goes on over further lines. */
  #continued = false;
  /** Where the last header's last line ends. */
  #end = 0;

  constructor(text: string, line: number, bounds: Bounds) {
    this.#text = text;
    this.#line = line;
    this.#bounds = bounds;
  }

  frame(): Framed | undefined {
    const text = this.#text;
    for (let at = 0; at < text.length; ) {
      const feed = text.indexOf('\n', at);
      const next = feed < 0 ? text.length : feed + 1;
      const first = text.charCodeAt(at);
      if (isBlank(first)) this.#continue(at, next);
      else if (first !== 0x23) this.#begin(at, next);
      if (this.#headers.length > this.#bounds.headers) return refusal([this.#tooManyHeaders()]);
      at = next;
    }
    this.#finish();
    if (this.#diagnostics.length > 0) {
      return refusal(boundedDiagnostics(this.#diagnostics, this.#bounds.diagnostics));
    }
    const first = this.#headers[0];
    if (first === undefined) return undefined;
    if (languageOf(first.name) === undefined) return refusal([this.#versionMissing(first.name)]);
    const source = { text, line: this.#line, offsets: this.#offsets };
    return { kind: 'document', headers: this.#headers, source };
  }

  #begin(at: number, next: number): void {
    this.#finish();
    this.#open = true;
    const text = this.#text;
    const colon = nameEnd(text, at);
    if (colon < 0) {
      const line = text.slice(at, lineEnd(text, at));
      this.#refuse('not-a-header', at, `${nameProblem(line)}; found ${quoted(line)}`);
      return;
    }
    const { begin, end } = trimmed(text, colon + 1, lineEnd(text, colon + 1));
    this.#headers.push({ name: text.slice(at, colon), value: text.slice(begin, end) });
    this.#offsets.push(at);
    this.#end = next;
  }

  #continue(at: number, next: number): void {
    if (!this.#open) {
      const message = 'a line that begins with a blank continues the header above it, and there is none';
      this.#refuse('nothing-to-continue', at, message);
      this.#open = true;
    } else if (this.#end > 0) {
      this.#continued = true;
      this.#end = next;
    }
  }

  /** The last header has all its lines. */
  #finish(): void {
    const last = this.#headers.length - 1;
    const header = this.#headers[last];
    const offset = this.#offsets[last];
    if (header === undefined || offset === undefined || this.#end === 0) return;
    if (this.#continued)
      this.#headers[last] = { name: header.name, value: this.#joined(offset + header.name.length) };
    if (moreBytes(this.#text, offset, this.#end, this.#bounds.headerBytes)) {
      const message = `a header has at most ${this.#bounds.headerBytes} bytes, and ${quoted(header.name)} has more`;
      this.#refuse('header-too-large', this.#lineBeyond(offset), message);
    }
    this.#continued = false;
    this.#end = 0;
  }

  /** Where the line begins in which a header that begins at `offset` gets too large. */
  #lineBeyond(offset: number): number {
    let left = this.#bounds.headerBytes;
    for (let at = offset; ; ) {
      const next = this.#text.indexOf('\n', at) + 1 || this.#end;
      left -= new TextEncoder().encode(this.#text.slice(at, next)).length;
      if (left < 0 || next >= this.#end) return at;
      at = next;
    }
  }

  #joined(colon: number): string {
    const pieces = Array.from(valuePieces(this.#text, colon + 1), ({ begin, end }) =>
      this.#text.slice(begin, end),
    );
    return pieces.join(' ');
  }

  #refuse(code: DiagnosticCode, offset: number, message: string): void {
    // Beyond the bound only their number is said, so that a document of bad lines costs no more than one of good ones.
    const position = this.#diagnostics.length > this.#bounds.diagnostics ? undefined : this.#position(offset);
    this.#diagnostics.push({ severity: 'error', code, message, position });
  }

  #tooManyHeaders(): Diagnostic {
    const message = `a document has at most ${this.#bounds.headers} headers, and this one has more`;
    return {
      severity: 'error',
      code: 'too-many-headers',
      message,
      position: this.#position(this.#offsets.at(-1)),
    };
  }

  #versionMissing(found: string): Diagnostic {
    const message = `a document begins with 'SLA-version: 1.0' or 'RESOURCE-version: 1.0'; found ${quoted(found)}`;
    return {
      severity: 'error',
      code: 'version-missing',
      message,
      position: this.#position(this.#offsets[0]),
    };
  }

  #position(offset = 0) {
    return positionAt({ text: this.#text, line: this.#line }, offset);
  }
}

function refusal(diagnostics: readonly Diagnostic[]): FramedRefusal {
  return { kind: 'refused', diagnostics, closes: false };
}

function invalidUtf8(bytes: Uint8Array, line: number): Diagnostic {
  const at = invalidByte(bytes);
  const before = lenient.decode(bytes.subarray(0, at)).length;
  const position = positionAt({ text: lenient.decode(bytes), line }, before);
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0');
  const message = `text is UTF-8; found the byte 0x${byte}, which is no part of it there`;
  return { severity: 'error', code: 'invalid-utf8', message, position };
}

function controlCharacter(source: Pick<Source, 'text' | 'line'>, offset: number): Diagnostic {
  const code = source.text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  const message = `control characters other than tab do not stand in text; found U+${code}`;
  return { severity: 'error', code: 'control-character', message, position: positionAt(source, offset) };
}
