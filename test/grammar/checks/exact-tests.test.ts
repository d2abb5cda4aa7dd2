import { expect } from 'chai';
import { askHead, sentencesOf, tellHead } from '../documents/support.ts';

describe('a plain value where a bound was likely meant', () => {
  it('is warned of where it is measured', () => {
    expect(sentencesOf(`${tellHead}Walltime: 2 h\n`)).to.deep.equal([
      "line 5, column 11: Walltime is about the asker, so this wants an Ask with exactly 2 h; at most is '<= 2 h', at least '>= 2 h', and '== 2 h' says exactly",
    ]);
    expect(sentencesOf(`${askHead}Load: 0.5\n`)).to.have.length(1);
  });

  it('is left alone where it says so, is a need, or cannot be more or less', () => {
    expect(sentencesOf(`${tellHead}Walltime: == 2 h\nOwner: alice\n`)).to.deep.equal([]);
    expect(
      sentencesOf(`${askHead}Cpus: 8\nMemory: 1 GiB\nApplication: gcc4\nOs-Version: 22.04\n`),
    ).to.deep.equal([]);
  });
});
