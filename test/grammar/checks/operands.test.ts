import { expect } from 'chai';
import { newFindings } from '../../../grammar/checks/index.ts';
import { askHead, documentOf, sentencesOf, shownOf, tellHead } from '../documents/support.ts';

const inAsk = (header: string) => sentencesOf(`${askHead}${header}\n`);

describe('a number or a text where and or or takes true or false', () => {
  it('is warned of where it stands, for the and can never be TRUE', () => {
    expect(shownOf(`${askHead}Requires: their.Gpus and their.Cpus > 3\n`)).to.equal(
      "warning: line 4, column 11: Requires has 'their.Gpus', a number, where true or false must stand: " +
        "'their.Gpus and their.Cpus > 3' can never be TRUE\n" +
        ' 4 | Requires: their.Gpus and their.Cpus > 3\n' +
        '   |           ^\n',
    );
  });

  it('is warned of in an or, which can never be FALSE', () => {
    expect(inAsk('Requires: their.Cpus > 3 or not (their.Region or their.Spot)')).to.deep.equal([
      "line 4, column 34: Requires has 'their.Region', a text, where true or false must stand: " +
        "'their.Region or their.Spot' can never be FALSE",
    ]);
  });

  it('is warned of each time that it stands so, in each header as that was sent', () => {
    const headers =
      'Prefer: their.Load   and their.Fast\nPrefer: their.Fast and their.Load and their.Memory\n';
    expect(
      sentencesOf(`${askHead}${headers}`).map((sentence) => sentence.slice(0, sentence.indexOf(','))),
    ).to.deep.equal(['line 4', 'line 5', 'line 5']);
    const twice = 'Requires: their.A   and their.Cpus\nRequires: their.A and their.Cpus\n';
    expect(
      sentencesOf(`${askHead}${twice}`).map((sentence) => sentence.slice(0, sentence.indexOf(':'))),
    ).to.deep.equal(['line 4, column 25', 'line 5, column 23']);
  });

  it('is warned of in a Rank and in a Tell too', () => {
    expect(inAsk('Rank: if(their.Gpus and their.Fast, 2, 1)')).to.have.length(1);
    expect(sentencesOf(`${tellHead}Requires: their.Walltime and their.Owner == "ada"\n`)).to.deep.equal([
      "line 5, column 11: Requires has 'their.Walltime', a duration, where true or false must stand: " +
        '\'their.Walltime and their.Owner == "ada"\' can never be TRUE',
    ]);
  });

  it('is none where what stands there may be true or false', () => {
    for (const header of [
      'Requires: their.Gpus > 0 and their.Cpus > 3',
      'Requires: their.Fast and (their.Load < 2 or not their.Shared)',
      'Requires: (their.Load ?? true) and their.Fast',
      'Requires: known(their.Gpus) and if(their.Fast, true, their.Small)',
    ]) {
      expect(inAsk(header), header).to.deep.equal([]);
    }
  });

  it('is found again when the same is looked into once more', () => {
    const document = documentOf(`${askHead}Requires: their.Gpus and their.Cpus > 3\n`);
    const findings = newFindings();
    const found = findings(document);
    expect(found).to.have.length(1);
    expect(findings(document)).to.deep.equal(found);
  });
});
