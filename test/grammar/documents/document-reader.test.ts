import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { newFindings } from '../../../grammar/checks/index.ts';
import { documentHash, printDocument1 } from '../../../grammar/documents/print.ts';
import {
  type AnyReading,
  DocumentReader,
  readAnyDocuments,
  readAnyHeaders,
} from '../../../grammar/documents/read.ts';
import { defaultBounds } from '../../../grammar/index.ts';
import { asks, tells } from './arbitraries.ts';
import { askHead, comparable, readingOf, tellHead } from './support.ts';

/** A reading without what cannot be compared. */
const shape = (reading: AnyReading | undefined): string =>
  JSON.stringify(reading, (key, value: unknown) => {
    return key === 'expression' && typeof value === 'object'
      ? (value as { text?: string }).text
      : comparable(value);
  });

const nativeHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Bytes on the heap that are still reachable. */
function bytesHeld(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Lines that make a document wrong, or likely so, in many ways. */
const faults = fc.constantFrom(
  ...[
    '',
    'Cpus: x\n',
    'Memmory: 3\n',
    'Load: > 3, < 2\n',
    'Owner: a | b\n',
    'cpus: 8\nCPUS: 9\n',
    'Rank: 1\n',
  ],
  ...['Walltime: <= 2 h\n', 'Requires: their.X +\n', 'x-LIB: 1\nX-Lib: 2\n', 'Id: again\n', 'Features:\n'],
);
const documents = fc.tuple(fc.oneof(tells, asks), faults).map((lines) => lines.join(''));

describe('a reader of documents', () => {
  it('reads each document as if it were the first, whatever it has read before', () => {
    const reader = new DocumentReader({ findings: newFindings() });
    fc.assert(
      fc.property(documents, (text) => {
        const [reading] = reader.readText(text);
        expect(shape(reading)).to.equal(shape(readingOf(text)));
      }),
      { numRuns: 300 },
    );
  });

  it('gives an Id that holds on to no more of its document', () => {
    const reader = new DocumentReader();
    const count = 1_200; // so many that it has seen that no Id comes again
    const notes = [1, 2, 3, 4, 5].map((number) => `Note${number}: ${'n'.repeat(2_500)}\n`).join('');
    const before = bytesHeld();
    const ids = Array.from({ length: count }, (_, number) => {
      const text = `${tellHead.replace('t1', `slot1@node${number}.example`)}${notes}`;
      const [reading] = reader.readText(Buffer.from(text).toString());
      return reading !== undefined && 'document' in reading && 'envelope' in reading.document
        ? reading.document.envelope.id
        : undefined;
    });
    expect(bytesHeld() - before).to.be.lessThan((count * notes.length) / 4);
    expect([ids.length, ids.at(-1)]).to.deep.equal([count, `slot1@node${count - 1}.example`]);
  });

  it('reads names that stood in this order before as if they never had, whatever their values are now', () => {
    const reader = new DocumentReader({ findings: newFindings() });
    const values = fc.constantFrom('8', '> 3', 'a | b', 'x y', '', '"', '1 GiB', 'Ask', '1.0', '2026-01-01');
    fc.assert(
      fc.property(documents, fc.nat(), values, (text, place, value) => {
        const lines = text.trimEnd().split('\n');
        const changed = lines.with(
          place % lines.length,
          `${lines[place % lines.length]?.split(':')[0]}: ${value}`,
        );
        for (const one of [text, text, changed.join('\n'), text]) {
          expect(shape(reader.readText(one)[0]), one).to.equal(shape(readingOf(one)));
          const again = reader.readAgain(one);
          const first = new DocumentReader().readAgain(one);
          expect(shape(again), one).to.equal(shape(first));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads what it printed as it read it first, without warnings', () => {
    const reader = new DocumentReader({ findings: newFindings() });
    fc.assert(
      fc.property(fc.oneof(tells, asks), (text) => {
        const [reading] = reader.readText(text);
        if (reading === undefined || !('document' in reading && 'envelope' in reading.document)) {
          throw new Error('a document of version 1.0, please');
        }
        const canonical = printDocument1(reading.document);
        const again = reader.readAgain(canonical);
        const [sent] = reader.readText(canonical);
        expect('warnings' in again && again.warnings).to.deep.equal([]);
        expect(shape(again)).to.equal(shape(sent && 'document' in sent ? { ...sent, warnings: [] } : sent));
      }),
    );
  });

  it('knows the order of names from before, and not that they may stand otherwise', () => {
    const reader = new DocumentReader({ findings: newFindings() });
    const texts = ['x-LIB: 1\nMips: 2\n', 'Mips: 2\nx-LIB: 1\n', 'x-LIB: 1\nX-Lib: 2\n', 'x-LIB: 1\nMips:\n'];
    for (const text of [...texts, 'Mips: 2\nId: again\n', ...texts]) {
      expect(shape(reader.readText(tellHead + text)[0]), text).to.equal(shape(readingOf(tellHead + text)));
      expect(shape(reader.readText(askHead + text)[0]), text).to.equal(shape(readingOf(askHead + text)));
    }
  });

  it('reads version 0.1 again too, and refuses again what is no document', () => {
    const reader = new DocumentReader();
    const old = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc\nBroker-IP: 193.10.66.141:7685\n';
    expect(reader.readAgain(old)).to.deep.equal(readAnyDocuments(old)[0]);
    expect(reader.readAgain('Application: gcc\n')).to.have.nested.property(
      'diagnostics[0].code',
      'version-missing',
    );
    expect(reader.readAgain(`${tellHead}Cpus: x\n`)).to.have.nested.property(
      'diagnostics[0].code',
      'value-refused',
    );
    expect(reader.readAgain(`${tellHead}cpus: 8\n`)).to.have.nested.property(
      'document.text',
      `${tellHead}Cpus: 8\n`,
    );
    expect(reader.readAgain('')).to.deep.equal({ diagnostics: [] });
  });

  it('has the canonical text of what it read, from text, headers or JSON', () => {
    fc.assert(
      fc.property(fc.oneof(tells, asks), (text) => {
        const reading = readingOf(text);
        if (!('document' in reading && 'envelope' in reading.document)) throw new Error('no document');
        const { headers, text: canonical } = reading.document;
        expect(canonical).to.equal(printDocument1({ headers }));
        expect(readAnyHeaders(headers, undefined, defaultBounds)).to.have.nested.property(
          'document.text',
          canonical,
        );
      }),
    );
    expect(readingOf(`${askHead}Title:\n`)).to.have.nested.property('document.text', `${askHead}Title:\n`);
  });

  it('has the canonical text of lines that are as long, but laid out otherwise', () => {
    const canonical = `${askHead}Title: a b\nNote: c\n`;
    for (const lines of [
      'Title:a b \nNote: c\n',
      'Title:a b\r\nNote: c\n',
      'Title:\ta b\nNote: c\n',
      'Title: a b\nNote:  c',
    ]) {
      expect(askHead.length + lines.length).to.equal(canonical.length);
      expect(readingOf(askHead + lines), lines).to.have.nested.property('document.text', canonical);
    }
    for (const lines of [
      'Title:  a b\nNote:c\n',
      'Title: a\n b\nNote: c\n',
      'title: a b\nNote: c\n',
      '#\nTitle: a b\nNote: c\n',
    ]) {
      expect(readingOf(askHead + lines), lines).to.have.nested.property('document.text', canonical);
    }
  });

  it('has hashes that are the same by the digest of the system', () => {
    fc.assert(
      fc.property(fc.oneof(tells, asks), fc.constantFrom('', 'Cursor: 7\nSignature: x\n'), (text, way) => {
        const reading = readingOf(text + way);
        if (!('document' in reading && 'envelope' in reading.document)) throw new Error('no document');
        expect(documentHash(reading.document, nativeHash)).to.equal(documentHash(reading.document));
      }),
    );
  });
});
