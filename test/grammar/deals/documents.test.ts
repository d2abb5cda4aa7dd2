import { expect } from 'chai';
import { aboutDeal, inWords, printDocument1 } from '../../../grammar/index.ts';
import { documentOf, sentencesOf } from '../documents/support.ts';

const offer = `SLA-version: 1.0
Action: Offer
Id: off-3
In-reply-to: ask-19
Expires: 2 min
Tell: tell-7f3a
Application: gcc4.0.2
Arch: x86_64
Features: avx2
Region: eu-north
Cpus: 8
Memory: 16 GiB
Walltime: 2 h
Start: 2026-11-30T10:00Z
Deadline: 2026-12-01T18:00Z
Price: 0.03 EUR/cpu-h + 0.05 EUR/job
Estimate: 0.53 EUR
`;

const bill = `SLA-version: 1.0
Action: Bill
Id: bill-1
Agreement: agr-1
Line: 16 cpu-h at 0.03 EUR/cpu-h -> 0.48 EUR
Line: 1 job at 0.05 EUR/job -> 0.05 EUR
Total: 0.53 EUR
`;

/** The shortest document of each Action, to which a header may be added. */
const shortest: Readonly<Record<string, string>> = {
  Offer: 'In-reply-to: ask-1',
  Counter: 'Offer: off-1',
  Accept: 'Offer: off-1',
  Reject: 'Agreement: agr-1',
  Cancel: 'Offer: off-1',
  Agreement: 'Offer: off-1\nState: active',
  Amend: 'Agreement: agr-1',
  Terminate: 'Agreement: agr-1\nReason: policy the machine is sold',
  Complete: 'Agreement: agr-1',
  Report: 'Agreement: agr-1',
  Bill: 'Agreement: agr-1',
};

const head = (action: string) => `SLA-version: 1.0\nAction: ${action}\nId: x-1\n`;
const ofCounter = (header: string) => sentencesOf(`${head('Counter')}Offer: off-1\n${header}\n`);

describe('documents of a deal', () => {
  it('say the terms of the deal, and what they name', () => {
    const document = documentOf(offer);
    expect(document.party).to.equal(undefined);
    const { facts, ...about } = document.deal!;
    expect([...facts].map(([name, { text }]) => `${name}: ${text}`)).to.deep.equal([
      'application: gcc4.0.2',
      'arch: x86_64',
      'features: avx2',
      'region: eu-north',
      'cpus: 8',
      'memory: 16 GiB',
      'walltime: 2 h',
    ]);
    expect(about).to.deep.include({
      tell: 'tell-7f3a',
      start: Date.UTC(2026, 10, 30, 10),
      deadline: Date.UTC(2026, 11, 1, 18),
      offer: undefined,
      isFinal: false,
    });
    expect(about.price).to.deep.include({ currency: 'EUR', header: 'Price: 0.03 EUR/cpu-h + 0.05 EUR/job' });
    expect(about.estimate).to.include({ currency: 'EUR', nano: 530_000_000n });
    expect(documentOf(bill).deal?.total).to.include({ currency: 'EUR', nano: 530_000_000n });
  });

  it('are printed in canonical text, which reads as the same', () => {
    for (const text of [offer, bill]) expect(printDocument1(documentOf(text))).to.equal(text);
    const sloppy = offer
      .replace('Tell: ', 'tELL:   ')
      .replace('Estimate: ', 'ESTIMATE:')
      .replace('Cpus: 8', 'cpus:8');
    expect(printDocument1(documentOf(sloppy))).to.equal(offer);
  });

  for (const [action, needs] of Object.entries(shortest)) {
    it(`need what they cannot do without: ${action}`, () => {
      expect(sentencesOf(`${head(action)}${needs}\n`)).to.deep.equal([]);
      const without = sentencesOf(head(action));
      expect(without, action).to.have.length(needs.split('\n').length);
      expect(without.join()).to.match(
        /needs (?:Offer|Agreement|In-reply-to|Offer or Agreement|Offer or In-reply-to), such as '/,
      );
      expect(sentencesOf(`SLA-version: 1.0\nAction: ${action}\n${needs}\n`).join()).to.contain('needs Id');
    });
  }

  for (const { name, example } of aboutDeal) {
    it(`may say: ${name}: ${example}`, () => {
      const own = `${head('Report')}${name === 'Offer' ? '' : 'Offer: off-1\n'}${name}: ${example}\n`;
      expect(sentencesOf(own)).to.deep.equal([]);
    });
  }

  const refused: Readonly<Record<string, string>> = {
    'Cpus: >= 8':
      "is agreed: say what it is, such as '8'; found '>= 8', a test. (A text that looks like a test stands in quotes.)",
    'Cpus: -1': "is not below zero; found '-1'",
    'Cpus: 8\nCpus: 9': 'takes one value, and it stands twice',
    'Walltime: 2 GiB': "is a duration, such as '2 h'; found '2 GiB', an amount of data",
    'My.Reputation: 0.9': "has no 'My.' before it: what is agreed is both sides'",
    'Region?: eu': "has no '?' after it: what is agreed is said as it is",
    'Rank: their.Cpus': 'is for who looks for a deal: say what is agreed',
    'Budget: 4.00 EUR': 'is for who looks for a deal: say what is agreed',
    'Price: 1 EUR\nPrice: 1 USD': 'stands twice: a deal has one currency',
    'Count: 0': "is a whole number from 1, such as '4'; found '0'",
    'Start: soon': "is a moment, such as '2026-11-30T10:00Z'; found 'soon', a text",
    'Until: 2 h': "is a moment, such as '2026-12-01T18:00Z'; found '2 h', a duration",
    'State: Very Active': "is one word in small letters, such as 'active'; found 'Very Active'",
    'Final: yes': "is true or false, such as 'true'; found 'yes'",
    'Estimate: 0.53 EUR/h': "is what the whole may cost, such as '0.53 EUR'; found '0.53 EUR/h', a rate",
    'Tell: a b': "is 1 to 128 visible characters of ASCII, such as 'tell-7f3a'; found 'a b'",
    'Estimate: 1 EUR\nEstimate: 2 EUR': 'stands twice, in lines 5 and 6, and may stand once',
    'Total:': 'has no value',
  };
  for (const [header, why] of Object.entries(refused)) {
    it(`refuse, with a sentence, ${header.replaceAll('\n', ' / ')}`, () => {
      const [said, ...more] = ofCounter(header);
      expect(said).to.contain(why);
      expect(more).to.deep.equal([]);
    });
  }

  it('are of users and brokers, not of nodes', () => {
    const [said = ''] = sentencesOf('RESOURCE-version: 1.0\nAction: Offer\nId: a\nIn-reply-to: b\n');
    expect(said).to.contain('Action is one of Tell, Untell, Ask').and.not.contain('Bill');
  });

  it('keep their names to themselves: elsewhere these are facts and tests like any', () => {
    const text = 'SLA-version: 1.0\nAction: Ask\nId: a\nState: ~ /^run/\nUntil: 3..5\n';
    expect(documentOf(text).party?.tests.map(({ name }) => name)).to.deep.equal(['state', 'until']);
  });

  it('are said in words', () => {
    expect(inWords(documentOf(offer))).to.deep.equal([
      'Offers, in answer to ask-19, what is called off-3.',
      'Has application gcc4.0.2, architecture x86_64, features avx2, region eu-north, 8 cpus, 16 GiB of memory and running time 2 h.',
      'Starts at 2026-11-30T10:00Z.',
      'All tasks have ended by 2026-12-01T18:00Z.',
      'It counts for 2 min.',
      'Costs 0.03 EUR/cpu-h + 0.05 EUR/job.',
      'Never costs more than 0.53 EUR in all.',
    ]);
    expect(inWords(documentOf(bill))).to.deep.equal([
      'Says what is owed for the Agreement agr-1.',
      'Charges 16 cpu-h at 0.03 EUR/cpu-h -> 0.48 EUR and 1 job at 0.05 EUR/job -> 0.05 EUR.',
      'That is 0.53 EUR in all.',
    ]);
    expect(inWords(documentOf(`${head('Accept')}Offer: off-3\n`))).to.deep.equal([
      'Accepts the Offer off-3.',
    ]);
    expect(inWords(documentOf(`${head('Terminate')}Agreement: agr-1\nReason: policy sold\n`))).to.deep.equal([
      'Ends the Agreement agr-1, for the reason: policy sold.',
    ]);
  });
});
