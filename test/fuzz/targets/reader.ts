import { expect } from 'chai';
import fc from 'fast-check';
import {
  annotatedDiagnostic,
  clauseHash,
  type Diagnostic,
  defaultBounds,
  diagnosticLines,
  documentHash,
  findingsOf,
  inWords,
  readAnyDocuments,
} from '../../../grammar/index.ts';
import { leastMs } from '../../hostile/growth.ts';
import { mutated } from '../mutations.ts';
import { seeds } from '../seeds.ts';
import type { Target } from '../target.ts';

/** Far more than it takes, for the machine may be busy with many targets. */
const mostMs = (text: string) => 50 + (60 * text.length) / 1024;

/** Any text, and its beginnings said over and over. */
const texts = fc
  .tuple(
    mutated(seeds),
    fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 200 })),
    fc.nat(80),
  )
  .map(([text, times, size]) => text + text.slice(-size).repeat(times - 1));

export const reader: Target = {
  name: 'reader',
  about:
    'A document is read or refused in words, never throws, and takes a time within a bound for each KiB.',
  property: () =>
    fc.property(texts, (text) => {
      const most = mostMs(text);
      if (leastMs(() => readThrough(text), most) > most) throw new Error('it takes too long');
    }),
};

function readThrough(text: string): void {
  for (const reading of readAnyDocuments(text, defaultBounds, findingsOf)) {
    if (!('document' in reading)) {
      expect(reading.diagnostics).to.not.deep.equal([]);
      expectWords(reading.diagnostics);
      continue;
    }
    expectWords(reading.warnings);
    for (const sentence of inWords(reading.document)) expect(sentence).to.not.match(/undefined|\[object/);
    if ('envelope' in reading.document) {
      documentHash(reading.document);
      clauseHash(reading.document);
    }
  }
}

function expectWords(diagnostics: readonly Diagnostic[]): void {
  expect(diagnostics.length).to.be.at.most(defaultBounds.diagnostics + 1);
  for (const line of diagnosticLines(diagnostics).split('\n').slice(0, -1)) {
    expect(line).to.match(/^# (error|warning): [^\p{Cc}\p{Cs}]+$/u);
  }
  for (const diagnostic of diagnostics) {
    const { position } = diagnostic;
    if (position === undefined) continue;
    expect(position.column).to.be.within(1, Array.from(position.source).length + 1);
    annotatedDiagnostic(diagnostic);
  }
}
