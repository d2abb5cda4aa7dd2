import { expect } from 'chai';
import fc from 'fast-check';
import { textWithComments } from '../../cli/sla/comments.ts';
import { documentsOf, textOf } from '../../cli/sla/readings.ts';
import { asks, tells } from '../grammar/documents/arbitraries.ts';

const read = (text: string) =>
  documentsOf({ name: 'text', path: '-', bytes: new TextEncoder().encode(text) }).documents;

const format = (text: string): string => textWithComments(text, read(text));

const comments = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('#'));

describe('text that is formatted in place', () => {
  it('keeps a comment before the header that it stood before, wherever that goes', () => {
    const text =
      '# one\nSLA-version: 1.0\n# two\nLoad: < 3\nAction: Ask\n# three\nCpus: 8\nLoad:\n# four\n > 1\n# five\nTheir.Region: eu\n';
    expect(format(text)).to.equal(
      '# one\nSLA-version: 1.0\nAction: Ask\n# two\nLoad: < 3\n# four\nLoad: > 1\n# three\nCpus: 8\n# five\nRegion: eu\n',
    );
  });

  it('keeps comments that stand alone, and reads any end of line', () => {
    const text =
      '\uFEFF# alone\r\n\r\n\r\nSLA-version: 0.1\r\nAPPLICATION: a\r\n# why\r\nAction: Ask\r\n  \t\r\n# end\r\n';
    expect(format(text)).to.equal(
      '# alone\n\nSLA-version: 0.1\n# why\nAction: Ask\nApplication: a\n\n# end\n',
    );
  });

  it('says the same with the same comments, and changes no more the second time', () => {
    const documents = fc.array(fc.oneof(asks, tells), { minLength: 1, maxLength: 3 });
    const marked = fc
      .tuple(documents, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }))
      .map(([texts, places]) => {
        const lines = texts.join('\n').split('\n');
        for (const [number, place] of places.entries()) lines.splice(place % lines.length, 0, `# ${number}`);
        return lines.join('\n');
      });
    fc.assert(
      fc.property(marked, (text) => {
        const formatted = format(text);
        expect(read(formatted).map(textOf)).to.deep.equal(read(text).map(textOf));
        expect(comments(formatted)).to.have.members(comments(text));
        expect(format(formatted)).to.equal(formatted);
      }),
      { numRuns: 200 },
    );
  });
});
