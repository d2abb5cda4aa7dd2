import { expect } from 'chai';
import { wordsOf } from './support.ts';

describe('documents in words that are neither a Tell nor an Ask', () => {
  it('say what they are for', () => {
    const about = (text: string) => wordsOf(`SLA-version: 1.0\nAction: ${text}\n`)[0];
    expect(about('Untell\nId: t1')).to.equal('Takes back the Tell t1.');
    expect(about('Unwatch\nId: w1')).to.equal('Ends the Watch w1.');
    expect(about('Ack\nIn-reply-to: t1')).to.equal('Takes note of t1.');
    expect(about('Decline\nReason: policy no such owner')).to.equal('Declines what was sent.');
    expect(about('Why\nCpus: 8')).to.equal('Asks why it has the matches that it has.');
    expect(about('Watch\nId: w1\nBroker-IP: h:1')).to.equal(
      'Waits for Asks that match what is told with the Broker-IP h:1.',
    );
    expect(about('Watch\nId: w1\nCpus: 8')).to.equal('Waits for matches, and is told as they come and go.');
    expect(about('Watch\nId: w1')).to.equal('Sent to a broker, follows all deals of its sender.');
    expect(
      wordsOf(
        'SLA-version: 1.0\nAction: Because\nMatched: 0 of 3\nClause: Cpus: 8 -> 0 yes, 3 no, 0 unsaid\n',
      ),
    ).to.deep.equal([
      'Says why what was sent has the matches that it has.',
      'Matches: 0 of 3.',
      'Of the clause: Cpus: 8 -> 0 yes, 3 no, 0 unsaid.',
    ]);
  });

  it('say which deal a Watch or a Why is of, where it names one and asks for nothing', () => {
    const about = (text: string) => wordsOf(`SLA-version: 1.0\nAction: ${text}\n`);
    expect(about('Watch\nId: w1\nCursor: 7\nAgreement: agr-1')).to.deep.equal([
      'Follows the deal agr-1, and is told of all that happens to it.',
    ]);
    expect(about('Why\nOffer: "3"')).to.deep.equal(['Asks why the deal 3 stands as it does.']);
    expect(about('Watch\nId: w1\nAgreement: agr-1\nCpus: 8').slice(0, 2)).to.deep.equal([
      'Waits for matches, and is told as they come and go.',
      "Wants at least 8 cpus, whose 'Agreement' is agr-1.",
    ]);
    expect(wordsOf('RESOURCE-version: 1.0\nAction: Watch\nId: w1\n')[0]).to.equal(
      'Waits for matches, and is told as they come and go.',
    );
  });
});
