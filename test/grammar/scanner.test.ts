import { expect } from 'chai';
import {
  DocumentReader,
  defaultBounds,
  type Framed,
  readDocument,
  Scanner,
  scan,
} from '../../grammar/index.ts';
import {
  askText,
  bytesOf,
  framedFrom,
  pieces,
  queryText,
  readings,
  registrationText,
  tellText,
} from './support.ts';

const headersOf = (framed: Framed | undefined) => (framed?.kind === 'document' ? framed.headers : framed);
const codesOf = (framed: Framed[]) =>
  framed.map((one) =>
    one.kind === 'document' ? 'document' : one.diagnostics.map(({ code }) => code).join(),
  );
const positionOf = (framed: Framed | undefined) =>
  framed?.kind === 'refused'
    ? [framed.diagnostics[0]?.position?.line, framed.diagnostics[0]?.position?.column]
    : undefined;

const transcript = `\uFEFF# a whole conversation\r\n\r\n${tellText}\n${registrationText.replaceAll('\n', '\r\n')}\r\n \t\n${askText}# enough\n\nAction: Ask\n\n${queryText}`;

describe('the scanner', () => {
  it('gives each document when the empty line after it has come', () => {
    const scanner = new Scanner();
    expect(scanner.push(bytesOf(tellText))).to.deep.equal([]);
    expect(scanner.push(bytesOf('\n'))).to.have.length(1);
    expect(scanner.push(bytesOf(`${askText}\n${registrationText}\n`))).to.have.length(2);
    expect(scanner.end()).to.deep.equal([]);
  });

  it('takes the end of input for the end of the document, with or without a line end', () => {
    for (const text of [askText, askText.trimEnd(), `${askText.trimEnd()}\r`]) {
      const [framed, ...more] = scan(text);
      expect(more).to.deep.equal([]);
      expect(headersOf(framed)).to.deep.include({ name: 'Application', value: 'gcc4.0.2' });
    }
  });

  it('reads a conversation the same however its bytes are split', () => {
    const bytes = bytesOf(transcript);
    const whole = framedFrom([bytes]);
    expect(codesOf(whole)).to.deep.equal(['document', 'document', 'document', 'version-missing', 'document']);
    for (let size = 1; size < 80; size += 1) expect(framedFrom(pieces(bytes, size))).to.deep.equal(whole);
  });

  it('reads CRLF as LF', () => {
    const crlf = readings(registrationText.replaceAll('\n', '\r\n'));
    expect(crlf).to.deep.equal(readings(registrationText));
  });

  it('joins continuation lines by one blank, and a comment between does not part them', () => {
    const [framed] = scan(
      'SLA-version:\n\t0.1\nNote:  one \n  two\t\n# three\n \tfour: #4\n# five\nAction: Ask\n',
    );
    expect(headersOf(framed)).to.deep.equal([
      { name: 'SLA-version', value: '0.1' },
      { name: 'Note', value: 'one two four: #4' },
      { name: 'Action', value: 'Ask' },
    ]);
  });

  it('keeps characters that are blank to others, and # within a line', () => {
    const [framed] = scan('SLA-version: 0.1\nNote: \u00a0a\tb #c\u3000\n');
    expect(headersOf(framed)).to.deep.include({ name: 'Note', value: '\u00a0a\tb #c\u3000' });
  });

  it('takes names with My. and Their. before them and ? after them', () => {
    const [framed] = scan('SLA-version: 0.1\nMy.Cpus: 1\nTHEIR.Load?: 2\nx_1-y?: 3\n');
    expect(headersOf(framed)).to.deep.equal([
      { name: 'SLA-version', value: '0.1' },
      { name: 'My.Cpus', value: '1' },
      { name: 'THEIR.Load?', value: '2' },
      { name: 'x_1-y?', value: '3' },
    ]);
  });

  it('makes nothing of comments, empty lines and an empty connection', () => {
    for (const text of ['', '\n\n', '# hello\n', '\uFEFF', '\uFEFF\r\n# a\r\n\r\n# b'])
      expect(scan(text)).to.deep.equal([]);
  });

  it('skips a byte order mark at the start of the connection only', () => {
    expect(codesOf(scan(`\uFEFF${askText}`))).to.deep.equal(['document']);
    expect(codesOf(scan(`${askText}\n\uFEFF${askText}`))).to.deep.equal(['document', 'not-a-header']);
    expect(codesOf(scan(`\uFEFF\uFEFF${askText}`))).to.deep.equal(['not-sla']);
  });

  it('counts lines from the start of the connection, also past what it skips', () => {
    const framed = scan(`# 1\n\n\n${askText}\n\n${'x'.repeat(10)}\ny\n\n${askText}Bad line\n`);
    expect(framed.map(positionOf)).to.deep.equal([undefined, [9, 1], [15, 1]]);
  });

  it('takes comments for nothing, also where they stand by themselves, unless a character in them may not stand', () => {
    for (const end of ['\n', '\r\n']) {
      const comments = ['#', '# a', '#\t~', '# é'].map((comment) => `${comment}${end}${end}`).join('');
      expect(scan(comments + askText).map(({ kind }) => kind)).to.deep.equal(['document']);
      expect(codesOf(scan(`${askText}${end}# \u0007${end}${end}`))).to.deep.equal([
        'document',
        'control-character',
      ]);
    }
    expect(codesOf(scan(`${askText}\n# a\rb\n`))).to.deep.equal(['document', 'control-character']);
  });

  it('reads no further in a text of which more documents than are wanted have come', () => {
    const text = `${askText}\n`.repeat(10_000);
    expect(scan(text, defaultBounds, undefined, 1)).to.have.length.within(2, 4096 / askText.length);
    expect(new DocumentReader().readText(text, 1)).to.have.length(2);
    expect(new DocumentReader().readText(text)).to.have.length(10_000);
  });

  describe('where a connection does not begin in the language', () => {
    const others: [string, string | Uint8Array][] = [
      ['an HTTP request', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      ['a TLS hello, which has no line end', Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0)],
      ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x53, 0, 0x4c, 0, 0x41, 0)],
      ['half a byte order mark', Uint8Array.of(0xef, 0xbb, 0x53, 0x0a)],
      ['a header that is no version', 'Action: Ask\nSLA-version: 0.1\n\n'],
      ['a blank before the version', ' SLA-version: 0.1\n\n'],
      ['a blank before the colon', 'SLA-version : 0.1\n\n'],
      ['a long line without an end', 'x'.repeat(65)],
      ['comments, then something else', '# a\n\n\t\r\nssh-2.0\n'],
      ['the end of input within the name', 'SLA-vers'],
    ];
    for (const [what, sent] of others) {
      it(`refuses ${what} and closes, and reads no further`, () => {
        const bytes = typeof sent === 'string' ? bytesOf(sent) : sent;
        const scanner = new Scanner();
        const framed = [...scanner.push(bytes), ...(what.startsWith('the end') ? scanner.end() : [])];
        expect(codesOf(framed)).to.deep.equal(['not-sla']);
        expect(framed[0]).to.include({ kind: 'refused', closes: true });
        expect(scanner.push(bytesOf(`\n\n${askText}\n`))).to.deep.equal([]);
        expect(scanner.end()).to.deep.equal([]);
        expect(framedFrom(pieces(bytes, 1))).to.deep.equal(framed);
      });
    }
  });

  it('refuses a later document that has no version header and goes on', () => {
    const framed = scan(`${askText}\nAction: Ask\nSLA-version: 0.1\n\n${askText}`);
    expect(codesOf(framed)).to.deep.equal(['document', 'version-missing', 'document']);
    expect(framed[1]).to.include({ closes: false });
  });

  it('refuses a document for bytes that are no UTF-8 at their line and column, and goes on', () => {
    const sequences = [
      [0xff],
      [0xc3, 0x28],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xc0, 0xaf],
    ];
    for (const bad of sequences) {
      const bytes = [...bytesOf(`${askText}\n${askText}Note: pâté `), ...bad, ...bytesOf(`\n\n${askText}`)];
      const framed = framedFrom([Uint8Array.from(bytes)]);
      expect(codesOf(framed)).to.deep.equal(['document', 'invalid-utf8', 'document']);
      expect(positionOf(framed[1])).to.deep.equal([8, 12]);
    }
  });

  it('refuses control characters other than tab at their line and column, also in comments', () => {
    for (const bad of ['\0', '\u0007', '\u000b', '\u001b', '\u007f', '\u0085', '\rb']) {
      const framed = scan(`${askText}\n${askText}# ok${bad}\n`);
      expect(codesOf(framed)).to.deep.equal(['document', 'control-character']);
      expect(positionOf(framed[1])).to.deep.equal([8, 5]);
    }
  });

  it('says every bad line of a document at once', () => {
    const [framed] = scan('SLA-version: 0.1\nno colon\n goes with it\nApplication : x\n1st: y\nMy.My.x: z\n');
    expect(codesOf([framed!])).to.deep.equal(['not-a-header,not-a-header,not-a-header,not-a-header']);
  });

  it('discards an unfinished document where the end of input is never told', () => {
    const scanner = new Scanner();
    expect(scanner.push(bytesOf(tellText))).to.deep.equal([]);
  });

  it('leaves what it refused refused when it is read', () => {
    const [framed] = scan('hello\n');
    expect(readDocument(framed!)).to.have.property('diagnostics');
  });
});
