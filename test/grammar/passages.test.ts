import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Bounds,
  DocumentReader,
  defaultBounds,
  divided,
  newFindings,
  Scanner,
} from '../../grammar/index.ts';
import { scanPassage } from '../../grammar/scanner.ts';

/** Small enough for a text of a few lines to break them. */
const bounds: Bounds = { ...defaultBounds, documentBytes: 60, headerBytes: 40, headers: 4 };

const all = Number.POSITIVE_INFINITY;

/** The passages of a text as they are framed, and as a connection frames them on which one document came before. */
function framed(text: string) {
  const passages = divided(text, all, bounds);
  const scanner = new Scanner(bounds, 1);
  const bytes = new TextEncoder().encode(text.replace(/^\ufeff/, ''));
  return {
    alone: passages.map((passage) => scanPassage(passage, bounds)),
    connected: [...scanner.push(bytes), ...scanner.end()],
  };
}

const piece = fc.constantFrom(
  ...['SLA-version: 0.1\n', 'SLA-version: 1.0\r\n', 'Action: Ask\n', 'Application: gcc\n', 'Action: no\n'],
  ...['\n', '\n\n', '\r\n', ' \n', '\t \r\n', ' \r \n', '\r', ' ', '\t', 'x', ':', 'a: b'],
  ...['# said\n', '#\n', '#\u0001\n', '# é\r\n', ' goes on\n', 'é: ü\n', 'a: \u0001\n', '\ufeff'],
  ...[`${'x'.repeat(30)}\n`, `# ${'x'.repeat(70)}\n`],
);

describe('the passages of a text', () => {
  it('are the documents that a connection has of it', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { alone, connected } = framed(pieces.join(''));
        expect(alone).to.deep.equal(connected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are no more than are asked for and one, so that what holds too many is known without a look at all', () => {
    const text = 'Action: Ask\n\n'.repeat(10);
    expect(divided(text, 3, bounds)).to.have.length(4);
    expect(divided(text, 9, bounds)).to.have.length(10);
    expect(divided(text, 10, bounds)).to.have.length(10);
    expect(divided(' \n\n\r\n', 3, bounds)).to.deep.equal([]);
  });

  it('are read as documents of their own, with the lines of the whole text in all that is said of them', () => {
    const tell = (id: string, more = '') =>
      `SLA-version: 1.0\nAction: Tell\nId: ${id}\nBroker-IP: 10.0.0.1:1\nCpus: 8\n${more}`;
    const readings = () => {
      const reader = new DocumentReader({ findings: newFindings() });
      const texts = [tell('a'), '# alone\n', tell('b', 'Memroy: 8 GiB\n'), tell('c', 'Expires: never\n')];
      const text = [...texts, tell('d'), tell('e', 'Memroy: 4 GiB\n')].join('\n');
      return divided(text, all).map((passage) => {
        const reading = reader.readPassage(passage);
        const said = 'document' in reading ? reading.warnings : reading.diagnostics;
        return [passage.text.match(/Id: (.)/)?.[1], ...said.map(({ position }) => position?.line)];
      });
    };
    expect(readings()).to.deep.equal([['a'], ['b', 14], ['c', 21], ['d'], ['e', 34]]);
  });

  it('are found in a text of nothing but blank lines and comments, or what is nearly one, of any length', () => {
    const parts = ['\n', ' \n', '\r\n', '#\n\n', '#\n', '\n ', 'a: b\n ', '#\u0001\n\n', ' ', 'a: b\n\n'];
    // What takes a square of its time does not come to an end here.
    const counts = parts.map((part) => divided(part.repeat(2 ** 20 / part.length), 64).length);
    expect(counts, 'of a comment that is too long one is left, to be refused').to.deep.equal([
      0, 0, 0, 0, 1, 0, 1, 65, 0, 65,
    ]);
  });
});
