import { type Diagnostic, quoted } from './diagnostics.ts';
import { languageOf } from './vocabulary.ts';

/** Bytes of the first line that are looked at: enough for a version header's name, and to quote what came instead. */
const openingBytes = 64;

const lineFeed = 0x0a;
const mark = Uint8Array.of(0xef, 0xbb, 0xbf);

/**
 * Decides whether a connection speaks the language at all, from its first line that is neither blank nor comment,
 * as soon as that can be told: at the colon of a version header, else at the line's end, at its first control
 * character (a TLS hello has no line's end) or after 64 bytes. The outcome depends on the bytes alone, never on how they were split.
 */
export class Opening {
  #outcome: 'undecided' | 'welcome' | 'refused' = 'undecided';
  #line = 1;
  #shape: 'blank' | 'comment' | 'text' = 'blank';
  #bytes: number[] = [];

  get outcome(): 'undecided' | 'welcome' | 'refused' {
    return this.#outcome;
  }

  /** Reads on until it is decided; returns how many bytes came before the one that decided. */
  read(chunk: Uint8Array): number {
    for (let at = 0; at < chunk.length; at += 1) {
      this.#take(chunk[at] ?? 0);
      if (this.#outcome !== 'undecided') return at;
    }
    return chunk.length;
  }

  /** The input has ended. */
  end(): void {
    if (this.#outcome === 'undecided' && this.#shape === 'text') this.#outcome = 'refused';
  }

  /** Why the connection is refused. */
  diagnostic(): Diagnostic {
    const found = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    const message =
      "a conversation begins with the line 'SLA-version: 1.0' or 'RESOURCE-version: 1.0'; found " +
      (found === '' ? 'bytes that are no text' : quoted(found));
    return {
      severity: 'error',
      code: 'not-sla',
      message,
      position: { line: this.#line, column: 1, source: found },
    };
  }

  #take(byte: number): void {
    if (byte === lineFeed) this.#endLine();
    else if (this.#shape !== 'comment') this.#takeInLine(byte);
  }

  #takeInLine(byte: number): void {
    if (this.#shape === 'blank') {
      if (byte === 0x23 && this.#bytes.length === 0) {
        this.#shape = 'comment';
        return;
      }
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) this.#shape = 'text';
    }
    if (this.#shape === 'text') this.#takeText(byte);
    else if (this.#bytes.length < openingBytes) this.#bytes.push(byte);
  }

  #takeText(byte: number): void {
    const isControl = (byte < 0x20 && byte !== 0x09) || byte === 0x7f;
    if (byte === 0x3a && languageOf(String.fromCharCode(...this.#bytes)) !== undefined)
      this.#outcome = 'welcome';
    else if (isControl || this.#bytes.length >= openingBytes) this.#outcome = 'refused';
    else this.#bytes.push(byte);
  }

  #endLine(): void {
    if (this.#shape === 'text') {
      this.#outcome = 'refused';
      return;
    }
    this.#line += 1;
    this.#shape = 'blank';
    this.#bytes = [];
  }
}

/** Takes a byte order mark away from the start of a connection, also where it comes in pieces. */
export class ByteOrderMark {
  #seen = 0;
  #done = false;

  /** The bytes of `chunk` that are no part of the mark, after those that turned out not to be. */
  skip(chunk: Uint8Array): Uint8Array {
    if (this.#done) return chunk;
    const before = this.#seen;
    let at = 0;
    while (at < chunk.length && this.#seen < mark.length && chunk[at] === mark[this.#seen]) {
      at += 1;
      this.#seen += 1;
    }
    if (this.#seen === mark.length) {
      this.#done = true;
      return chunk.subarray(at);
    }
    if (at === chunk.length) return chunk.subarray(at);
    this.#done = true;
    if (before === 0) return chunk;
    const bytes = new Uint8Array(before + chunk.length);
    bytes.set(mark.subarray(0, before));
    bytes.set(chunk, before);
    return bytes;
  }

  /** The input has ended: what was taken for the beginning of a mark is text. */
  end(): Uint8Array {
    return this.#done ? new Uint8Array() : mark.slice(0, this.#seen);
  }
}
