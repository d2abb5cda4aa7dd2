import { expect } from 'chai';
import { askHead, sentencesOf, tellHead } from '../documents/support.ts';

describe('a Tell that accepts version 0.1', () => {
  it('is warned of what it waives', () => {
    const headers =
      'Accepts-version: 0.1\nOwner: alice\nOwner: not bob\nPrice: 1 EUR/h\nRequires: their.Tasks > 1\nExplicit: Fabric\n';
    expect(sentencesOf(tellHead + headers)).to.deep.equal([
      'line 5, column 18: Accepts-version: an Ask of version 0.1 matches whatever this Tell says by Owner, Requires, Price, Explicit',
    ]);
  });

  it('is left alone where it waives nothing, and so is who does not accept it', () => {
    expect(sentencesOf(`${tellHead}Accepts-version: 0.1\nCpus: 8\n`)).to.deep.equal([]);
    expect(sentencesOf(`${tellHead}Accepts-version: 1.7\nOwner: alice\n`)).to.deep.equal([]);
    expect(sentencesOf(`${askHead}Accepts-version: 0.1\nRegion: eu\n`)).to.deep.equal([]);
  });
});
