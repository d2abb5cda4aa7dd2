import type { Bounds } from '../bounds.ts';
import type { Language } from '../document.ts';
import type { Source } from '../source.ts';
import { type ByteLineBounds, ByteLines } from './byte-lines.ts';
import { Line } from './line.ts';
import type { Name } from './name.ts';
import type { Order } from './orders.ts';

/** A Tell whose headers came one after another as those of one did before. */
export interface Trodden {
  readonly language: Language;
  readonly version: string;
  readonly order: Order;
  /** As they were sent, each as it is printed. To be read before the next text is, like the source. */
  readonly lines: readonly Line[];
  readonly source: Source;
}

/** What a Tell was that came this way. */
interface End {
  readonly language: Language;
  readonly version: string;
  readonly order: Order;
}

/** A name at its place in documents: which names came before it, all of them, and which after. */
interface Step {
  readonly name: Name;
  /** The name in bytes, with what stands before the value: a colon and a blank. */
  readonly bytes: Uint8Array;
  /** What followed it, the last that was met first. */
  readonly next: Step[];
  /** What the documents were that ended here. */
  end: End | undefined;
}

/** Longer texts are read on the other paths. */
const mostBytes = 16 * 1024;
/** Steps that are kept at most; with more, all are forgotten. */
const mostSteps = 4096;
/** Names that are kept after one: with more, the one that was met last drives out the one that was not met for longest. */
const mostNext = 8;

/**
 * Lines that Tells go on using. More would lie in memory that no cache holds, where a line is found no sooner than it is
 * read.
 */
const lineBounds: ByteLineBounds = { lines: 2048, bytes: 64 * 1024, longest: 256 };

const encoder = new TextEncoder();
const lineFeed = 0x0a;
const blank = 0x20;
const lastVisible = 0x7e;
/** What a hash of FNV-1a begins with, and is multiplied by with every byte. */
const hashBegin = 0x811c9dc5 | 0;
const hashStep = 0x01000193;

/**
 * The shortest path from text to lines, which all but the first Tells of their kind take. It goes through the bytes of the text
 * once, along the names that were met before, and makes nothing of a line that it knows. It says nothing where it is not sure;
 * a property test holds what it says equal to what the longer paths say. Only whose names may stand as they do is kept.
 */
export class Trails {
  #first: Step[] = [];
  #steps = 0;
  /** What was kept last: those that are not sent as they are printed come again and again. */
  #last: End | undefined;
  /** For the first Tell, since who reads one document only needs none of it. */
  #room: { readonly bytes: Uint8Array; readonly known: ByteLines } | undefined;
  readonly #lines: Line[] = [];
  readonly #offsets: number[] = [];

  /** Goes along with a text of one document. */
  follow(sent: string, bounds: Bounds): Trodden | undefined {
    if (this.#room === undefined || sent.length >= Math.min(mostBytes, bounds.documentBytes))
      return undefined;
    const { bytes, known } = this.#room;
    // What is not of ASCII takes more bytes than characters.
    const { read, written } = encoder.encodeInto(sent, bytes);
    if (read !== sent.length || written !== sent.length) return undefined;
    const length = isEndedTwice(bytes, sent.length) ? sent.length - 1 : sent.length;
    if (bytes[length - 1] !== lineFeed) return undefined;
    const [lines, offsets] = [this.#lines, this.#offsets];
    // A character has three bytes at most for each unit.
    const mostUnits = bounds.headerBytes / 3;
    let steps = this.#first;
    let end: End | undefined;
    let count = 0;
    for (let at = 0; at < length; count += 1) {
      const step = stepAt(steps, bytes, at);
      if (step === undefined) return undefined;
      const from = at + step.bytes.length;
      let hash = hashBegin;
      let to = from;
      for (let byte = bytes[to] as number; byte !== lineFeed; byte = bytes[to] as number) {
        if (byte < blank || byte > lastVisible) return undefined;
        hash = Math.imul(hash ^ byte, hashStep);
        to += 1;
      }
      if (to === from || bytes[from] === blank || bytes[to - 1] === blank) return undefined;
      if (to + 1 - at > mostUnits) return undefined;
      lines[count] = lineOf(known, step.name, hash, bytes, from, to, sent);
      offsets[count] = at;
      at = to + 1;
      end = step.end;
      steps = step.next;
    }
    if (end === undefined) return undefined;
    const { language, version, order } = end;
    if (lines[0]?.value !== version || lines[order.actionAt]?.value !== order.action) return undefined;
    offsets[count] = length; // where the last one ends
    const text = length === sent.length ? sent : sent.slice(0, length);
    return { language, version, order, lines, source: { text, line: 1, offsets } };
  }

  /** Keeps the way of a document that may stand as it does. */
  keep(language: Language, version: string, order: Order): void {
    if (this.#last?.order === order && this.#last.version === version) return;
    this.#room ??= { bytes: new Uint8Array(mostBytes), known: new ByteLines(lineBounds) };
    if (this.#steps + order.names.length > mostSteps) {
      this.#first = [];
      this.#steps = 0;
    }
    let steps = this.#first;
    let last: Step | undefined;
    for (const name of order.names) {
      last = steps.find((step) => step.name === name) ?? this.#new(name, steps);
      steps = last.next;
    }
    this.#last = { language, version, order };
    if (last !== undefined) last.end = this.#last;
  }

  #new(name: Name, among: Step[]): Step {
    const step: Step = { name, bytes: encoder.encode(`${name.written}: `), next: [], end: undefined };
    if (among.length === mostNext) among.pop();
    among.unshift(step);
    this.#steps += 1;
    return step;
  }
}

function isEndedTwice(bytes: Uint8Array, length: number): boolean {
  return bytes[length - 1] === lineFeed && bytes[length - 2] === lineFeed;
}

/** The step whose name stands here, which comes first from now on. */
function stepAt(steps: Step[], bytes: Uint8Array, at: number): Step | undefined {
  for (let place = 0; place < steps.length; place += 1) {
    const step = steps[place] as Step;
    if (!isAt(step.bytes, bytes, at)) continue;
    if (place > 0) {
      steps.splice(place, 1);
      steps.unshift(step);
    }
    return step;
  }
  return undefined;
}

function isAt(own: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let next = 0; next < own.length; next += 1) if (own[next] !== bytes[at + next]) return false;
  return true;
}

/** The line under a name whose value is these bytes. */
function lineOf(
  known: ByteLines,
  name: Name,
  hash: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  text: string,
): Line {
  if (name.isPassing || !known.takes(to - from)) {
    name.passed();
    return new Line(name, text.slice(from, to), '');
  }
  const line = known.find(name, hash, bytes, from, to);
  if (line === undefined) {
    name.kept();
    return known.keep(name, hash, bytes, from, to, text.slice(from, to));
  }
  name.found();
  return line;
}
