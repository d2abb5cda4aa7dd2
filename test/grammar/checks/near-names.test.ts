import { expect } from 'chai';
import { askHead, sentencesOf, shownOf, tellHead } from '../documents/support.ts';

describe('a name that is nearly a standard one', () => {
  it('is warned of, with the name that was likely meant', () => {
    expect(shownOf(`${askHead}Memmory: lots\n`)).to.equal(
      "warning: line 4, column 1: 'Memmory' is no standard name, and is taken for a fact or test of its own; did you mean Memory?\n" +
        ' 4 | Memmory: lots\n   | ^\n',
    );
    for (const [slip, meant] of [
      ['Walltme', 'Walltime'],
      ['Aplication', 'Application'],
      ['My.Regoin', 'Region'],
      ['Brokr-IP', 'Broker-IP'],
    ]) {
      expect(
        sentencesOf(`${tellHead}${slip}: x\n`).filter((said) => said.includes(`did you mean ${meant}?`)),
        slip,
      ).to.have.length(slip === 'Brokr-IP' ? 0 : 1);
    }
  });

  it('is left alone where the standard one stands there too, or where it is another word', () => {
    expect(sentencesOf(`${tellHead}Region: eu\nRegions: eu, us\nQueue: long\nGlibc: 2.36.0\n`)).to.deep.equal(
      [],
    );
  });
});
