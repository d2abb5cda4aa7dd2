import { expect } from 'chai';
import { askHead, sentencesOf } from '../documents/support.ts';

describe('Critical', () => {
  it('is warned of where it names what is no promise that the Ask wants', () => {
    expect(sentencesOf(`${askHead}Critical: Deadline, Cpus\nCpus: 8\n`)).to.deep.equal([
      "line 4, column 11: Critical decides nothing about 'deadline', 'cpus': it is for Deadline, Start and Guarantee, where the document says them",
    ]);
    expect(sentencesOf(`${askHead}Critical: Deadline\nDeadline: 2026-12-01\n`)).to.deep.equal([]);
  });

  it('may name a profile in place of its terms', () => {
    expect(sentencesOf(`${askHead}Critical: time\nStart: 2026-12-01\n`)).to.deep.equal([]);
    expect(sentencesOf(`${askHead}Critical: guarantee\nGuarantee: up\n`)).to.deep.equal([]);
    expect(sentencesOf(`${askHead}Critical: time\nGuarantee: up\n`)).to.deep.equal([
      "line 4, column 11: Critical decides nothing about 'time': it is for Deadline, Start and Guarantee, where the document says them",
    ]);
  });
});
