import { expect } from 'chai';
import {
  type AnyReading,
  clauseHash,
  DocumentReader,
  defaultBounds,
  diagnosticLines,
  documentHash,
  findingsOf,
  fromAnyJson,
  inWords,
  newFindings,
  printDocument1,
  readAnyDocuments,
  toJson1,
} from '../../grammar/index.ts';
import { documentOfLines, documentOfValues, type Fill, heads, lines, names, values } from './corpus.ts';
import { growth, leastMs, slowness } from './growth.ts';

/** Some twenty times what it takes. */
const msPerKiB = 40;
const kib = 1024;
const largest = 60 * kib;

/** All that is done to a document before it is matched. */
function workThrough(text: string): void {
  for (const reading of readAnyDocuments(text, defaultBounds, findingsOf)) digest(reading);
}

function digest(reading: AnyReading): void {
  if (!('document' in reading)) {
    diagnosticLines(reading.diagnostics);
    return;
  }
  const { document } = reading;
  inWords(document);
  if (!('envelope' in document)) return;
  printDocument1(document);
  documentHash(document);
  clauseHash(document);
  fromAnyJson(toJson1(document));
}

function problemsOf(documentOf: (bytes: number) => string, large: number): string | undefined {
  const [small, whole] = [documentOf(large / growth), documentOf(large)];
  return slowness(
    () => workThrough(small),
    () => workThrough(whole),
    (msPerKiB * whole.length) / kib,
  );
}

describe('hostile text', () => {
  for (const [title, fill] of Object.entries(values)) {
    it(`in one header is read or refused in time linear in it: ${title}`, () => {
      expect(inEveryHeader(fill, 8 * kib)).to.deep.equal([]);
    });
  }

  for (const title of ['a set', 'a set of percentages', 'ranges', 'conditions', 'many expressions']) {
    it(`that fills a document is read or refused in time linear in it: ${title}`, () => {
      expect(inEveryHeader(values[title] as Fill, largest)).to.deep.equal([]);
    });
  }

  for (const [title, line] of Object.entries(lines)) {
    it(`of a thousand headers is read or refused in time linear in them: ${title}`, () => {
      for (const [kind, head] of Object.entries(heads)) {
        const bytes = head.length + 1000 * line(500).length;
        const wrong = problemsOf((size) => documentOfLines(head, line, size), Math.min(bytes, largest));
        expect(wrong, kind).to.equal(undefined);
      }
    });
  }
});

function inEveryHeader(fill: Fill, bytes: number): string[] {
  // What a Watch says is read as an Ask's is, and version 0.1 reads few values.
  return (['Ask', 'Tell'] as const).flatMap((kind) =>
    names.flatMap((name) => {
      const wrong = problemsOf((size) => documentOfValues(heads[kind], name, fill, size), bytes);
      return wrong === undefined ? [] : [`${name} in ${kind}: ${wrong}`];
    }),
  );
}

/** One turn of the event loop is 20 ms; a machine that is watched closely gives a third of itself to the work. */
const mostMsOfOne = 60;
const nearlyWhole = 63 * kib;

describe('a document as large as may be', () => {
  for (const kind of ['Ask', 'Tell'] as const) {
    it(`is read or refused in about one turn of the event loop, whatever its values are: ${kind}`, () => {
      for (const name of names) {
        for (const [title, fill] of Object.entries(values)) {
          const text = documentOfValues(heads[kind], name, fill, nearlyWhole);
          expect(
            leastMs(() => read(text), mostMsOfOne),
            `${name}: ${title}`,
          ).to.be.below(mostMsOfOne);
        }
      }
    });

    it(`is read or refused in about one turn of the event loop, whatever its headers are: ${kind}`, () => {
      for (const [title, line] of Object.entries(lines)) {
        const text = documentOfLines(heads[kind], line, nearlyWhole);
        expect(
          leastMs(() => read(text), mostMsOfOne),
          title,
        ).to.be.below(mostMsOfOne);
      }
    });
  }
});

/** Reads as a door does, with what it remembers of texts before left out. */
function read(text: string): void {
  new DocumentReader({ findings: newFindings() }).readText(text);
}
