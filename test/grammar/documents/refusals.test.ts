import { expect } from 'chai';
import { askHead, readingOf, sentencesOf, shownOf, tellHead } from './support.ts';

const ofTell = (header: string) => sentencesOf(`${tellHead}${header}\n`);
const ofAsk = (header: string) => sentencesOf(`${askHead}${header}\n`);

/** Headers that are refused, with what is said of them after the line. */
const inAsk: Readonly<Record<string, string>> = {
  'Memory: 2 h': "column 9: Memory is an amount of data, such as '16 GiB'; found '2 h', a duration",
  'Memory: 16 gib':
    "column 9: Memory is an amount of data, such as '16 GiB'; found '16 gib', and the unit is written 'GiB'",
  'Cpus: <= 3':
    "column 7: Cpus cannot be this: an amount is a need, such as '8', '8..16' or '== 8'; to cap the size of the slot write Requires",
  'Cpus: 8 | 16':
    "column 7: Cpus cannot be this: an amount is a need, such as '8', '8..16' or '== 8'; to cap the size of the slot write Requires",
  'Cpus: 16..8': "column 7: Cpus goes from more to less: an amount is a need, such as '8', '8..16' or '== 8'",
  'Cpus: -8': "column 7: Cpus is not below zero: an amount is a need, such as '8', '8..16' or '== 8'",
  'Walltime: <= 2 h':
    "column 11: Walltime is about your work: say what it is, such as '2 h'; found '<= 2 h', a test. (A text that looks like a test stands in quotes.)",
  'Walltime: 1 h, 2 h': 'column 16: Walltime takes one value, and here is a second',
  'Walltime: -2 h': "column 11: Walltime is not below zero; found '-2 h'",
  'Tasks: 2.5':
    "column 8: Tasks is a whole number, zero or more, such as '10'; found '2.5', which is no whole number",
  'Owner: a | b':
    "column 8: Owner is about your work: say what it is, such as 'alice'; found 'a | b', a test. (A text that looks like a test stands in quotes.)",
  'Slots: 4': 'column 1: Slots is what a Tell says; an Ask says by Count how many slots it wants at once',
  'My.Title: x': "column 1: Title has no 'My.' before it: that is for facts and tests",
  'Their.Budget: 1 EUR': "column 1: Budget has no 'Their.' before it: that is for facts and tests",
  'Title?: x': "column 1: Title has no '?' after it: it is about the document, and nothing to negotiate",
  'Explicit: Fabric': 'column 1: Explicit stands in a Tell, not in an Ask',
  'Budget: -1 EUR':
    "column 9: Budget is an amount of money, such as '4.00 EUR'; found '-1 EUR', which is below zero",
  'Budget: 1 EUR/h':
    "column 9: Budget is what the whole may cost, such as '4.00 EUR'; found '1 EUR/h', a rate",
  'Count: 0': "column 8: Count is a whole number from 1, such as '4'; found '0'",
  'Deadline: tomorrow':
    "column 11: Deadline is a moment, such as '2026-12-01T18:00Z'; found 'tomorrow', a text",
  'Deadline: 2026-12-01T18:00':
    "column 11: Deadline is a moment, such as '2026-12-01T18:00Z'; found '2026-12-01T18:00', and a time needs its zone, such as '2026-12-01T18:00Z'",
  'Price: 1 EUR + 2 EUR/h':
    "column 8: Price is an amount of money, such as '<= 0.05 EUR/cpu-h'; found '1 EUR + 2 EUR/h', and a text that begins with no letter stands in quotes, such as '\"7zip\"'",
  'Region: not us | eu':
    "column 9: Region has 'not' or '!=' beside '|': say by parentheses what is turned round",
  'Region:': 'column 1: Region has no value',
  'Limit: ten': "column 8: Limit is a whole number, zero or more, such as '3'; found 'ten', a text",
  'Expires: soon':
    "column 10: Expires is a duration or a moment, such as '15 min' or '2026-12-01T18:00Z'; found 'soon'",
  'Critical: Deadline, 5': "column 21: Critical lists names, such as 'Deadline'; found '5'",
  'Id: b': 'column 1: Id stands twice, in lines 3 and 4, and may stand once',
  'X: 5 m':
    "column 4: X has a value that cannot be read: found '5 m', whose 'm' could be min (minutes) or ms (milliseconds)",
  'X: 7zip':
    "column 4: X has a value that cannot be read: found '7zip', and 'zip' is no unit; a text that begins with a digit stands in quotes",
  'Host: a b': "column 7: Host is an address such as '193.10.66.20:8483'; found 'a b'",
  'SLA-version: 1.0': 'column 1: SLA-version begins a document: put an empty line before it, or take it out',
};

const inTell: Readonly<Record<string, string>> = {
  'Cpus: >= 8':
    "column 7: Cpus is about what you offer: say what it is, such as '8'; found '>= 8', a test. (A text that looks like a test stands in quotes.)",
  'Region: any':
    "column 9: Region is about what you offer: say what it is, such as 'eu-north'; found 'any', a test. (A text that looks like a test stands in quotes.)",
  'Level: 3..5':
    "column 8: Level is about what you offer: say what it is; found '3..5', a test. (A text that looks like a test stands in quotes.)",
  'Cpus: 8, 16': 'column 10: Cpus takes one value, and here is a second',
  'Budget: 4 EUR': 'column 1: Budget stands in an Ask, not in a Tell',
  'Deadline: 2026-12-01': 'column 1: Deadline stands in an Ask, not in a Tell',
  'Walltime: <= 24': "column 14: Walltime is a duration, such as '2 h'; found '24', a number",
  'Price: 1 EUR + 2 USD':
    'column 16: Price has one currency each; found EUR and USD: write another Price for the other',
  'Slots: 1.5':
    "column 8: Slots is a whole number, zero or more, such as '4'; found '1.5', which is no whole number",
  'Application: gcc (4.0.2)':
    "column 14: Application is about what you offer: say what it is, such as 'gcc4.0.2'; found 'gcc (4.0.2)', a test. (A text that looks like a test stands in quotes.)",
};

describe('a header of version 1.0 that cannot stand', () => {
  for (const [header, sentence] of Object.entries(inAsk)) {
    it(`is refused in an Ask: ${header}`, () => {
      expect(ofAsk(header)).to.deep.equal([`line 4, ${sentence}`]);
    });
  }

  for (const [header, sentence] of Object.entries(inTell)) {
    it(`is refused in a Tell: ${header}`, () => {
      expect(ofTell(header)).to.deep.equal([`line 5, ${sentence}`]);
    });
  }

  it('is refused where it says again what can be said once', () => {
    const sentences = (headers: string) => ofTell(headers).concat();
    expect(sentences('Price: 1 EUR\nPrice: 2 EUR/h')).to.deep.equal([
      'line 6, column 1: Price stands twice in EUR, and may once for each currency',
    ]);
    expect(sentences('Cpus: 8\nMy.Cpus: 9')).to.deep.equal([
      'line 6, column 1: Cpus takes one value, and it stands twice',
    ]);
    expect(ofAsk('Cpus: 8\nTheir.Cpus: 9')).to.deep.equal([
      'line 5, column 1: Cpus stands twice: an amount is a need; to cap the size of the slot write Requires',
    ]);
    expect(ofAsk('Rank: their.Cpus\nRank: their.Load')).to.deep.equal([
      'line 5, column 1: Rank stands twice, in lines 4 and 5, and may stand once',
    ]);
    expect(ofAsk('Count: 2\nCount?: 3')).to.deep.equal([
      'line 5, column 1: Count stands twice, in lines 4 and 5, and may stand once',
    ]);
  });

  it('is shown with a caret where it goes wrong, also in a continuation', () => {
    expect(shownOf(`${askHead}Region: eu,\n  not us | se\n`)).to.equal(
      "error: line 4, column 9: Region has ',' beside '|': say by parentheses what belongs together\n" +
        ' 4 | Region: eu,\n   |         ^\n',
    );
    expect(shownOf(`${askHead}Features: avx2,\n  ~ /a(/\n`)).to.include(' 5 |   ~ /a(/\n   |       ^\n');
  });
});

describe('a document', () => {
  it('that lacks what its action needs is refused', () => {
    expect(sentencesOf('SLA-version: 1.0\nAction: Tell\n')).to.deep.equal([
      "line 1, column 1: an SLA Tell of version 1.0 needs Id, such as 'Id: ask-19'",
      "line 1, column 1: an SLA Tell of version 1.0 needs Broker-IP, such as 'Broker-IP: 193.10.66.141:7685'",
    ]);
    expect(sentencesOf('RESOURCE-version: 1.0\nAction: Tell\nId: n\n')).to.deep.equal([
      "line 1, column 1: a RESOURCE Tell of version 1.0 needs Host, such as 'Host: 193.10.66.20:8483'",
    ]);
    expect(sentencesOf('SLA-version: 1.0\nId: n\n')).to.deep.equal([
      "line 1, column 1: a document needs Action, such as 'Action: Ask'",
    ]);
  });

  it('of an action that there is not is refused', () => {
    expect(sentencesOf('SLA-version: 1.0\nAction: Shout\n')).to.deep.equal([
      "line 2, column 9: Action is one of Tell, Untell, Ask, Why, Watch, Unwatch, Ack, Because, Decline, Offer, Counter, Accept, Reject, Cancel, Agreement, Amend, Terminate, Complete, Report, Bill; found 'Shout'",
    ]);
  });

  it('of another major version says what a Decline needs', () => {
    const reading = readingOf('SLA-version: 2.0\nAction: Ask\nid: ask-7\n');
    expect(reading).to.have.deep.property('unread', { language: 'SLA', version: '2.0', id: 'ask-7' });
    expect(sentencesOf('SLA-version: 2.0\nAction: Ask\n')).to.deep.equal([
      "line 1, column 14: this service reads versions 0.1 and 1.x of the language; found '2.0'",
    ]);
    expect(readingOf('SLA-version: one\nAction: Ask\n')).to.not.have.property('unread');
  });

  it('of version 0.1 is read as ever', () => {
    expect(readingOf('SLA-version: 0.1\nAction: Ask\nApplication: gcc (>= 4)\n')).to.have.nested.property(
      'document.application',
      'gcc (>= 4)',
    );
  });

  it('has all that is wrong with it said at once', () => {
    expect(sentencesOf(`${askHead}Cpus: x\nMemory: 2 h\nRank: their.Cpus > 3\n`)).to.have.length(3);
  });
});
