import { readDocument, Scanner } from '../grammar/index.ts';
import type { Bench } from './harness/bench.ts';
import { applicationOf, brokerOf, tellText } from './harness/messages.ts';
import { type Comparison, compareInRounds, type Side } from './harness/rounds.ts';

/** What one read of a socket brings. */
const chunkBytes = 64 * 1024;

/** Documents that differ, so that nothing is read from a cache of the one before. */
const documents = 512;

/** The grammar, from bytes to documents, beside the least that any reader of lines does. */
export const parseBench: Bench = {
  name: 'parse',
  says: 'documents read from bytes',
  async run(context) {
    const sizes = [4, 40].map((headers): Comparison => {
      const bytes = tells(headers);
      return {
        measured: side(`Tells of ${headers} headers read`, bytes, readWhole),
        beside: side(`their lines split at LF by hand`, bytes, splitLines),
      };
    });
    return { comparisons: await compareInRounds(sizes, context), figures: [] };
  },
};

/** Tells of so many headers: the four that version 0.1 knows, and others that it keeps as they are. */
function tells(headers: number): Uint8Array {
  const texts = Array.from({ length: documents }, (_, index) => {
    const others = Array.from(
      { length: headers - 4 },
      (_, other) => `Feature-${other}: value ${index * other}\n`,
    );
    return `${tellText(applicationOf(index), brokerOf(index))}${others.join('')}\n`;
  });
  return new TextEncoder().encode(texts.join(''));
}

function side(what: string, bytes: Uint8Array, read: (bytes: Uint8Array) => number): Side {
  return {
    what,
    async run(windowMs) {
      const begun = performance.now();
      const until = begun + windowMs;
      let count = 0;
      while (performance.now() < until) {
        const found = read(bytes);
        if (found !== documents) throw new Error(`${what}: found ${found} of ${documents} documents`);
        count += found;
      }
      return (count * 1_000) / (performance.now() - begun);
    },
  };
}

function readWhole(bytes: Uint8Array): number {
  const scanner = new Scanner();
  let found = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    for (const framed of scanner.push(bytes.subarray(at, at + chunkBytes))) {
      if (framed.kind === 'document' && 'document' in readDocument(framed)) found += 1;
    }
  }
  return found;
}

function splitLines(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  const found: string[][] = [];
  let lines: string[] = [];
  let at = 0;
  for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', at)) {
    if (feed > at) lines.push(text.slice(at, feed));
    else {
      found.push(lines);
      lines = [];
    }
    at = feed + 1;
  }
  return found.length;
}
