import { expect } from 'chai';
import { askHead, sentencesOf, tellHead } from '../documents/support.ts';

describe('a condition that comes to the same whatever the other side says', () => {
  const warned: readonly [headers: string, sentence: string][] = [
    ['Requires: true', "line 4, column 11: Requires can never fail: 'Requires: true' decides nothing"],
    ['Requires: 1 < 2', "line 4, column 11: Requires can never fail: 'Requires: 1 < 2' decides nothing"],
    ['Requires: false', "line 4, column 11: Requires can never hold: 'Requires: false'"],
    [
      'Requires: their.Load < 1 or true',
      "line 4, column 11: Requires can never fail: 'Requires: their.Load < 1 or true' decides nothing",
    ],
    ['Prefer: 2 < 1', "line 4, column 9: Prefer can never hold: 'Prefer: 2 < 1'"],
    [
      'Walltime: 2 h\nRequires: my.Walltime < 1 h',
      "line 5, column 11: Requires can never hold: 'Requires: my.Walltime < 1 h'",
    ],
  ];

  for (const [headers, sentence] of warned) {
    it(`is warned of in an Ask: ${headers.replace('\n', ', ')}`, () => {
      expect(sentencesOf(`${askHead}${headers}\n`)).to.deep.equal([sentence]);
    });
  }

  it('is warned of in a Tell', () => {
    expect(sentencesOf(`${tellHead}Requires: 1 > 2\n`)).to.deep.equal([
      "line 5, column 11: Requires can never hold: 'Requires: 1 > 2'",
    ]);
  });

  it('is none where a name in it may be said on the way, nor where a Tell speaks of itself', () => {
    expect(sentencesOf(`${askHead}Requires: my.Project == "x"\n`)).to.deep.equal([]);
    expect(sentencesOf(`${askHead}Requires: their.Load < 1\nPrefer: their.Cpus > my.Cpus\n`)).to.deep.equal(
      [],
    );
    expect(sentencesOf(`${tellHead}Load: 2\nRequires: my.Load < 1\n`)).to.deep.equal([]);
  });
});
