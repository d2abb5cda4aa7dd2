import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clauseHash, documentHash, printDocument1 } from '../../../grammar/documents/print.ts';
import { type AnyReading, readAnyDocument } from '../../../grammar/documents/read.ts';
import { diagnosticLines, printDocument, scan } from '../../../grammar/index.ts';

/** One case of cases.jsonl. */
interface Case {
  readonly name: string;
  readonly document?: string;
  readonly documents?: readonly string[];
  readonly refused?: true;
  readonly line?: number;
  readonly column?: number;
  readonly headers?: readonly string[];
  readonly canonical?: string;
  readonly hash?: { readonly document: string; readonly clauses: string };
  readonly same?: { readonly document: boolean; readonly clauses: boolean };
  readonly tell?: string;
  readonly ask?: string;
  readonly match?: boolean;
}

const cases = readFileSync(new URL('cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

function only(text: string): AnyReading {
  const [first, ...rest] = scan(text).map((framed) => readAnyDocument(framed));
  if (first === undefined || rest.length > 0) throw new Error('one document');
  return first;
}

function canonicalOf(text: string): string {
  const reading = only(text);
  if (!('document' in reading)) throw new Error(diagnosticLines(reading.diagnostics));
  const { document } = reading;
  return 'envelope' in document ? printDocument1(document) : printDocument(document);
}

function hashesOf(text: string): { document: string; clauses: string } {
  const reading = only(text);
  if (!('document' in reading && 'envelope' in reading.document))
    throw new Error('a document of version 1.0');
  return { document: documentHash(reading.document), clauses: clauseHash(reading.document) };
}

function expectRefusal(text: string, line: number | undefined, column: number | undefined): void {
  const reading = only(text);
  if ('document' in reading) throw new Error(`not refused: ${text.slice(-80)}`);
  const [first] = reading.diagnostics;
  expect(first?.severity).to.equal('error');
  if (line !== undefined) expect(first?.position?.line, first?.message).to.equal(line);
  if (column !== undefined) expect(first?.position?.column, first?.message).to.equal(column);
}

describe('the cases of the language', () => {
  it('are 160, each decided here or, where it matches, beside the matcher', () => {
    expect(cases).to.have.length(160);
    const decided = cases.map(
      ({ match, refused, canonical, hash, same }) => match ?? refused ?? canonical ?? hash ?? same,
    );
    expect(decided).to.not.include(undefined);
  });

  for (const one of cases) {
    const { document, headers, line, column, canonical, hash, documents, same, tell, ask } = one;
    if (one.refused && document !== undefined) {
      it(`refuses: ${one.name}`, () => {
        if (headers === undefined) expectRefusal(document, line, column);
        for (const header of headers ?? []) {
          expectRefusal(`${document.replace(/\n+$/, '\n')}${header}\n`, line, column);
        }
      });
    } else if (canonical !== undefined && document !== undefined) {
      it(`prints: ${one.name}`, () => {
        expect(canonicalOf(document)).to.equal(canonical);
        expect(canonicalOf(canonical)).to.equal(canonical);
      });
    } else if (hash !== undefined && document !== undefined) {
      it(`hashes: ${one.name}`, () => {
        expect(hashesOf(document)).to.deep.equal(hash);
      });
    } else if (same !== undefined && documents !== undefined) {
      it(`hashes: ${one.name}`, () => {
        const [first, second] = documents.map(hashesOf);
        expect(first?.document === second?.document).to.equal(same.document);
        expect(first?.clauses === second?.clauses).to.equal(same.clauses);
      });
    } else if (tell !== undefined && ask !== undefined) {
      it(`reads: ${one.name}`, () => {
        for (const text of [tell, ask]) {
          for (const reading of scan(text).map((framed) => readAnyDocument(framed))) {
            if (!('document' in reading)) throw new Error(diagnosticLines(reading.diagnostics));
          }
        }
      });
    }
  }
});
