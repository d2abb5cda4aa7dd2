import type { Bounds } from '../bounds.ts';
import type { Language } from '../document.ts';
import { ownCopy } from '../memo.ts';
import { plainTestValues } from '../tests/plain-bytes.ts';
import { plainValues } from '../values/plain-bytes.ts';
import { readFact } from '../values/read-fact.ts';
import type { Told } from './by-form.ts';
import { type ByteLineBounds, ByteLines } from './byte-lines.ts';
import { Line } from './line.ts';
import type { Name } from './name.ts';
import type { Order } from './orders.ts';
import { valuesOfFact } from './size.ts';
import { addStep, type End, type Step, stepAt } from './steps.ts';
import { Taken } from './taken.ts';

/** A Tell whose headers came one after another as those of one did before. Its source is to be read before the next text is. */
export interface Trodden extends Told {
  readonly order: Order;
}

/** Longer texts are read on the other paths. */
const mostBytes = 16 * 1024;
/** Steps that are kept at most; with more, all are forgotten. */
const mostSteps = 4096;

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
  readonly #offsets: number[] = [];
  /** What the last Tell was: the next has mostly as many headers. */
  #before: End | undefined;

  /** Goes along with a text of one document. */
  follow(sent: string, bounds: Bounds): Trodden | undefined {
    if (this.#room === undefined || sent.length >= Math.min(mostBytes, bounds.documentBytes))
      return undefined;
    const { bytes } = this.#room;
    // What is not of ASCII takes more bytes than characters.
    const { read, written } = encoder.encodeInto(sent, bytes);
    if (read !== sent.length || written !== sent.length) return undefined;
    const length = isEndedTwice(bytes, sent.length) ? sent.length - 1 : sent.length;
    if (bytes[length - 1] !== lineFeed) return undefined;
    const before = this.#before;
    const taken = new Taken(before?.order.names.length ?? 0, before?.form.facts.length ?? 0);
    // A character has three bytes at most for each unit.
    const end = this.#follow(sent, bytes, length, bounds.headerBytes / 3, taken);
    if (end === undefined) return undefined;
    this.#before = end;
    taken.close();
    const { language, version, order, form } = end;
    const { headers } = taken;
    if (headers[0]?.value !== version || headers[order.actionAt]?.value !== order.action) return undefined;
    this.#offsets[headers.length] = length; // where the last one ends
    const text = length === sent.length ? sent : sent.slice(0, length);
    const source = { text, line: 1, offsets: this.#offsets };
    return { language, version, order, form, taken, source };
  }

  /** Takes in one line after another; returns what the document was that ended so. */
  #follow(sent: string, bytes: Uint8Array, length: number, mostUnits: number, taken: Taken): End | undefined {
    const offsets = this.#offsets;
    let steps = this.#first;
    let last: Step | undefined;
    for (let at = 0; at < length; ) {
      offsets[taken.count] = at;
      let step = steps[0];
      const alike = step === undefined ? 0 : step.alike(bytes, at);
      let next: number;
      if (step?.isWhole(alike)) {
        next = at + alike;
        step.name.found();
        if (!taken.takeLine(step.line as Line, step.isFact)) return undefined;
      } else {
        if (step === undefined || alike < step.nameBytes) step = stepAt(steps, bytes, at);
        if (step === undefined) return undefined;
        next = this.#take(step, sent, bytes, at + step.nameBytes, taken);
        if (next < 0) return undefined;
      }
      if (next - at > mostUnits) return undefined;
      at = next;
      last = step;
      steps = step.next;
    }
    return last?.end;
  }

  /** Takes in a line whose value begins at `from`, and returns where the next begins, or -1 where it is not sure. */
  #take(step: Step, sent: string, bytes: Uint8Array, from: number, taken: Taken): number {
    const { known } = this.#room as { known: ByteLines };
    const isPassing = step.name.isPassing;
    let hash = hashBegin;
    let to = from;
    for (let byte = bytes[to] as number; byte !== lineFeed; byte = bytes[to] as number) {
      if (byte < blank || byte > lastVisible) return -1;
      if (!isPassing) hash = Math.imul(hash ^ byte, hashStep);
      to += 1;
    }
    if (to === from || bytes[from] === blank || bytes[to - 1] === blank) return -1;
    const isTaken =
      isPassing || !known.takes(to - from)
        ? takePassing(step, sent, bytes, from, to, taken)
        : taken.takeLine(keptLine(step, known, hash, sent, bytes, from, to), step.isFact);
    return isTaken ? to + 1 : -1;
  }

  /** Keeps the way of a document that may stand as it does. */
  keep(language: Language, version: string, order: Order): void {
    const { form } = order;
    if (form === undefined || (this.#last?.order === order && this.#last.version === version)) return;
    this.#room ??= { bytes: new Uint8Array(mostBytes), known: new ByteLines(lineBounds) };
    if (this.#steps + order.names.length > mostSteps) {
      this.#first = [];
      this.#steps = 0;
    }
    let steps = this.#first;
    let last: Step | undefined;
    for (const name of order.names) {
      last = steps.find((step) => step.name === name) ?? this.#add(name, steps);
      steps = last.next;
    }
    this.#last = { language, version, order, form };
    if (last !== undefined) last.end = this.#last;
  }

  #add(name: Name, among: Step[]): Step {
    this.#steps += 1;
    return addStep(name, among);
  }
}

function isEndedTwice(bytes: Uint8Array, length: number): boolean {
  return bytes[length - 1] === lineFeed && bytes[length - 2] === lineFeed;
}

/** The line under a name whose value is these bytes, which is guessed from now on. */
function keptLine(
  step: Step,
  known: ByteLines,
  hash: number,
  sent: string,
  bytes: Uint8Array,
  from: number,
  to: number,
): Line {
  const { name } = step;
  let line = known.find(name, hash, bytes, from, to);
  if (line === undefined) {
    line = known.keep(name, hash, bytes, from, to, sent.slice(from, to));
    line.tells(plainFact(step, bytes, from, to));
    name.kept();
  } else name.found();
  step.guess(line, bytes, from, to);
  return line;
}

/** Takes in a value that is not kept: by its bytes alone where they surely say all of it. */
function takePassing(
  step: Step,
  sent: string,
  bytes: Uint8Array,
  from: number,
  to: number,
  taken: Taken,
): boolean {
  const { name, word, isFact, isTest } = step;
  const value = sent.slice(from, to);
  step.line = undefined;
  name.passed();
  const facts = plainFact(step, bytes, from, to);
  if (facts > 0) {
    taken.takeFact(name.written, value, value, facts);
    return true;
  }
  const tests = isTest ? plainTestValues(word.wanted?.type, bytes, from, to, sent) : 0;
  if (tests > 0) {
    taken.takeTest(name, value, tests);
    return true;
  }
  if (!isFact || word.isOne) return taken.takeLine(new Line(name, value, ''), isFact);
  const fact = readFact(word.wanted, ownCopy(value), false);
  if ('problem' in fact || fact.text !== value) return false;
  taken.takeFact(name.written, value, fact, valuesOfFact(fact));
  return true;
}

/** How many values a fact has whose bytes surely say all of it; 0 where that is not sure. */
function plainFact({ word, isFact }: Step, bytes: Uint8Array, from: number, to: number): number {
  return isFact && !word.isOne ? plainValues(word.wanted?.type, bytes, from, to) : 0;
}
