import { expect } from 'chai';
import { type Bounds, defaultBounds, fromJson, type Reading, Scanner } from '../../grammar/index.ts';
import { askText, bytesOf, framedFrom, pieces } from './support.ts';

const codes = (text: string, bounds?: Bounds, size = text.length * 3 + 1) =>
  framedFrom(pieces(bytesOf(text), size), bounds).map((framed) =>
    framed.kind === 'document' ? 'document' : framed.diagnostics.map(({ code }) => code).join(),
  );
const outcome = (reading: Reading) =>
  'document' in reading ? 'document' : reading.diagnostics.map(({ code }) => code).join();

/** A document of exactly so many bytes, in comments of a length that fits. */
function documentOfBytes(bytes: number): string {
  const rest = bytes - askText.length;
  return `${askText}#${'é'.repeat(Math.floor((rest - 2) / 2))}${rest % 2 === 0 ? '' : 'e'}\n`;
}

describe('the bounds', () => {
  it('are 64 KiB a document, 1,024 headers, 8 KiB a header and 20 diagnostics unless said', () => {
    expect(defaultBounds).to.deep.equal({
      documentBytes: 65536,
      headers: 1024,
      headerBytes: 8192,
      diagnostics: 20,
    });
  });

  it('hold for the bytes of a document, whatever line ends it', () => {
    const bound = 65536;
    for (const end of ['', '\n', '\r\n', `${' '.repeat(100)}\n`]) {
      for (const size of [1000, 200_000]) {
        expect(bytesOf(documentOfBytes(bound))).to.have.length(bound);
        expect(codes(documentOfBytes(bound) + end, defaultBounds, size)).to.deep.equal(['document']);
        expect(codes(documentOfBytes(bound + 1) + end, defaultBounds, size)).to.deep.equal([
          'document-too-large',
        ]);
      }
    }
  });

  it('hold for a document without a line end at its end', () => {
    const bounds = { ...defaultBounds, documentBytes: askText.length };
    expect(codes(`${askText.trimEnd()}3`, bounds)).to.deep.equal(['document']);
    expect(codes(`${askText.trimEnd()}34`, bounds, 1)).to.deep.equal(['document-too-large']);
  });

  it('let the next document pass after one that was too large', () => {
    const text = `${askText}\n${documentOfBytes(70_000)}${askText}\n${askText}`;
    for (const size of [1, 997, 300_000]) {
      expect(codes(text, defaultBounds, size)).to.deep.equal(['document', 'document-too-large', 'document']);
    }
  });

  it('hold for the number of headers', () => {
    const headers = (count: number) => `SLA-version: 0.1\n${'X: 1\n'.repeat(count - 1)}`;
    expect(codes(headers(1024))).to.deep.equal(['document']);
    expect(codes(headers(1025))).to.deep.equal(['too-many-headers']);
  });

  it('hold for the bytes of a header with its line ends, continuations and the comments between', () => {
    const plain = (bytes: number) => `${askText}X: ${'a'.repeat(bytes - 4)}\n`;
    const accented = (bytes: number) => `${askText}X: ${'é'.repeat((bytes - 4) / 2)}\n# next\nY: 1\n`;
    const continued = (bytes: number) =>
      `${askText}X: a\n# ${'é'.repeat(1000)}\n ${'b'.repeat(bytes - 2010)}\n# no part\nY: 1\n`;
    for (const text of [plain, continued]) {
      expect(codes(text(8192))).to.deep.equal(['document']);
      expect(codes(text(8193))).to.deep.equal(['header-too-large']);
    }
    expect(codes(accented(8192))).to.deep.equal(['document']);
    expect(codes(accented(8194))).to.deep.equal(['header-too-large']);
  });

  it('hold for the diagnostics of a document, and say how many more there were', () => {
    const [framed] = framedFrom([bytesOf(`SLA-version: 0.1\n${'bad line\n'.repeat(500)}`)]);
    const diagnostics = framed?.kind === 'refused' ? framed.diagnostics : [];
    expect(diagnostics).to.have.length(21);
    expect(diagnostics.at(-1)?.message).to.equal(
      '480 more errors and warnings about this document are not shown',
    );
  });

  it('hold for JSON too', () => {
    const ask = { 'SLA-version': '0.1', Action: 'Ask', Application: 'x' };
    const many = (count: number) => ({ ...ask, X: Array.from({ length: count - 3 }, () => '1') });
    expect(outcome(fromJson(many(1024)))).to.equal('document');
    expect(outcome(fromJson(many(1025)))).to.equal('too-many-headers');
    expect(outcome(fromJson({ ...ask, X: 'a'.repeat(8192 - 4) }))).to.equal('document');
    expect(outcome(fromJson({ ...ask, X: 'a'.repeat(8192 - 3) }))).to.equal('header-too-large');
    const bounds = {
      ...defaultBounds,
      documentBytes: 'SLA-version: 0.1\nAction: Ask\nApplication: x\n'.length,
    };
    expect(outcome(fromJson(ask, bounds))).to.equal('document');
    expect(outcome(fromJson({ ...ask, Application: 'xy' }, bounds))).to.equal('document-too-large');
  });

  it('keep the memory of a connection, whatever endless thing is sent', () => {
    const beginnings = ['', askText, `${askText}Note: `, `${askText}#`];
    const endless = ['x', ' ', '\t', '#\n', ' y\n', 'X: 1\n', '\n'];
    for (const beginning of beginnings) {
      for (const part of endless) {
        const chunk = bytesOf(part.repeat(50_000));
        const scanner = new Scanner();
        scanner.push(bytesOf(beginning));
        const before = process.memoryUsage().arrayBuffers;
        for (let sent = 0; sent < 5e6; sent += chunk.length) scanner.push(chunk);
        const grown = process.memoryUsage().arrayBuffers - before;
        expect(grown, JSON.stringify([beginning, part])).to.be.below(1_000_000);
      }
    }
  });
});
