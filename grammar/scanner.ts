import { type Bounds, defaultBounds } from './bounds.ts';
import type { Diagnostic } from './diagnostics.ts';
import { type Framed, frame, frameOne } from './frame.ts';
import { ByteOrderMark, Opening } from './opening.ts';
import type { Passage } from './passages.ts';
import { type HeaderOf, plainHeader } from './plain-lines.ts';

const lineFeed = 0x0a;

/** What is known of the line that is being read: blanks only, blanks and then a CR, or anything else. */
type LineShape = 'blank' | 'blank-cr' | 'text';

/**
 * Splits what comes over a connection into documents, however the bytes are cut into chunks, in time linear in the
 * bytes. It holds at most one unfinished document, within `documentBytes`; of one that is larger it holds nothing
 * and waits for its end. One Scanner serves one connection.
 */
export class Scanner {
  readonly #bounds: Bounds;
  #mark: ByteOrderMark | undefined = new ByteOrderMark();
  #opening: Opening | undefined = new Opening();
  #closed = false;
  /** Whether the rest of a document that was refused is passing by. */
  #skipping = false;

  /** Lines ended so far. */
  #lines = 0;
  #shape: LineShape = 'blank';

  /** Bytes of the unfinished document that came with earlier chunks; blanks beyond the bound count but are not kept. */
  #held = 0;
  #buffer = new Uint8Array();
  /** Where in the document the line that is being read begins. */
  #lineStart = 0;
  /** The number of the document's first line. */
  #firstLine = 1;

  /** `line` is the number of the first line of one who is known to speak the language; of others it is found out. */
  constructor(bounds: Bounds = defaultBounds, line?: number) {
    this.#bounds = bounds;
    if (line === undefined) return;
    this.#mark = undefined;
    this.#opening = undefined;
    this.#lines = line - 1;
    this.#firstLine = line;
  }

  /** The documents that end in this chunk, in order. After one that `closes` nothing comes any more. */
  push(chunk: Uint8Array): Framed[] {
    return this.#closed ? [] : this.#read(this.#mark?.skip(chunk) ?? chunk);
  }

  /** The peer has closed in order: what was unfinished is a document. (After a reset this must not be called.) */
  end(): Framed[] {
    if (this.#closed) return [];
    const framed = this.#read(this.#mark?.end() ?? new Uint8Array());
    if (this.#closed) return framed;
    this.#opening?.end();
    if (this.#opening?.outcome === 'refused') return [...framed, this.#close(this.#opening)];
    if (this.#shape === 'text') this.#lineStart = this.#held;
    if (!this.#skipping) this.#finish(new Uint8Array(), 0, framed);
    this.#closed = true;
    return framed;
  }

  #read(bytes: Uint8Array): Framed[] {
    const framed: Framed[] = [];
    const opening = this.#opening;
    const undecided = opening?.read(bytes) ?? bytes.length;
    if (opening?.outcome === 'refused') {
      this.#scan(bytes.subarray(0, undecided), framed);
      framed.push(this.#close(opening));
      return framed;
    }
    if (opening?.outcome === 'welcome') this.#opening = undefined;
    this.#scan(bytes, framed);
    return framed;
  }

  #scan(chunk: Uint8Array, framed: Framed[]): void {
    /** Where the bytes of the unfinished document begin in this chunk. */
    let start = 0;
    for (let at = 0; at < chunk.length; ) {
      const feed = chunk.indexOf(lineFeed, at);
      const next = feed < 0 ? chunk.length : feed + 1;
      this.#shape = lineShape(this.#shape, chunk, at, feed < 0 ? next : feed);
      const size = this.#held + next - start;
      if (this.#shape === 'text' && size > this.#bounds.documentBytes && !this.#skipping) {
        framed.push(this.#tooLarge());
        this.#skipping = true;
      }
      if (feed < 0) break;
      if (this.#shape === 'text') this.#lineStart = size;
      else {
        if (!this.#skipping) this.#finish(chunk, start, framed);
        this.#begin(this.#lines + 2);
        start = next;
      }
      this.#lines += 1;
      this.#shape = 'blank';
      at = next;
    }
    this.#hold(chunk, start);
  }

  /** Frames the document that a blank line, or the end of input, has ended. */
  #finish(chunk: Uint8Array, start: number, framed: Framed[]): void {
    const size = this.#lineStart;
    if (size === 0) return;
    let bytes = chunk.subarray(start, start + size);
    if (this.#held > 0) {
      this.#append(chunk.subarray(start, start + Math.max(0, size - this.#held)));
      bytes = this.#buffer.subarray(0, size);
    }
    const document = frame(bytes, this.#firstLine, this.#bounds);
    if (document !== undefined) framed.push(document);
  }

  #begin(line: number): void {
    this.#skipping = false;
    this.#held = 0;
    this.#lineStart = 0;
    this.#firstLine = line;
  }

  #hold(chunk: Uint8Array, start: number): void {
    if (this.#skipping) {
      this.#held = 0;
      this.#buffer = new Uint8Array();
    } else this.#append(chunk.subarray(start));
  }

  #append(bytes: Uint8Array): void {
    const end = Math.min(this.#held + bytes.length, this.#bounds.documentBytes);
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(
        Math.min(Math.max(end, 2 * this.#buffer.length), this.#bounds.documentBytes),
      );
      grown.set(this.#buffer.subarray(0, this.#held));
      this.#buffer = grown;
    }
    if (end > this.#held) this.#buffer.set(bytes.subarray(0, end - this.#held), this.#held);
    this.#held += bytes.length;
  }

  #tooLarge(): Framed {
    const message = `a document has at most ${this.#bounds.documentBytes} bytes, and this one has more`;
    const position = { line: this.#lines + 1, column: 1, source: '' };
    return refused([{ severity: 'error', code: 'document-too-large', message, position }], false);
  }

  #close(opening: Opening): Framed {
    this.#closed = true;
    this.#buffer = new Uint8Array();
    return refused([opening.diagnostic()], true);
  }
}

/** Bytes that are scanned before it is looked whether there are documents enough. */
const pieceBytes = 4096;

/**
 * The documents of a whole text, such as a file or the body of a request: where there are more than `most`, so many of them
 * and one or some more. `headerOf` may know lines from before.
 */
export function scan(
  text: string | Uint8Array,
  bounds: Bounds = defaultBounds,
  headerOf: HeaderOf = plainHeader,
  most: number = Number.POSITIVE_INFINITY,
): Framed[] {
  const one = typeof text === 'string' ? frameOne(text, bounds, headerOf) : undefined;
  if (one !== undefined) return [one];
  const scanner = new Scanner(bounds);
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const framed: Framed[] = [];
  for (let at = 0; at < bytes.length && framed.length <= most; at += pieceBytes) {
    for (const one of scanner.push(bytes.subarray(at, at + pieceBytes))) framed.push(one);
  }
  return framed.length > most ? framed : [...framed, ...scanner.end()];
}

/** One document of a text that holds several, as a connection has it on which others came before it. */
export function scanPassage(
  { text, line }: Passage,
  bounds: Bounds = defaultBounds,
  headerOf: HeaderOf = plainHeader,
): Framed {
  const one = frameOne(text, bounds, headerOf, line);
  if (one !== undefined) return one;
  const scanner = new Scanner(bounds, line);
  const [framed] = [...scanner.push(new TextEncoder().encode(text)), ...scanner.end()];
  if (framed === undefined) throw new TypeError('a passage is no comment');
  return framed;
}

function refused(diagnostics: Diagnostic[], closes: boolean): Framed {
  return { kind: 'refused', diagnostics, closes };
}

function lineShape(shape: LineShape, chunk: Uint8Array, from: number, to: number): LineShape {
  let current = shape;
  for (let at = from; at < to && current !== 'text'; at += 1) {
    const byte = chunk[at];
    if (current === 'blank-cr') current = 'text';
    else if (byte === 0x0d) current = 'blank-cr';
    else if (byte !== 0x20 && byte !== 0x09) current = 'text';
  }
  return current;
}
