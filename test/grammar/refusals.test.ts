import { expect } from 'chai';
import { annotatedDiagnostic, readDocument, scan } from '../../grammar/index.ts';
import { askText, readings, registrationText, tellText } from './support.ts';

const tell = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc\n';
const node = 'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc\nHost: a:1\n';
const address = (name: string, example: string) => `${name} is an address with a port, such as '${example}'`;
const broker = address('Broker-IP', '193.10.66.141:7685');
const version = "'SLA-version: 1.0' or 'RESOURCE-version: 1.0'";

/** What each bad document is answered, word for word. */
const corpus: [string, string[]][] = [
  ['hello', [`line 1, column 1: a conversation begins with the line ${version}; found 'hello'`]],
  [
    '\u0016\u0003\u0001',
    [`line 1, column 1: a conversation begins with the line ${version}; found bytes that are no text`],
  ],
  [`${askText}\nAction: Ask\n`, [`line 5, column 1: a document begins with ${version}; found 'Action'`]],
  [
    `${askText}\n indented\n`,
    ['line 5, column 1: a line that begins with a blank continues the header above it, and there is none'],
  ],
  [
    'SLA-version: 1.0\nAction: Ask\nCpus: 8\n',
    ["line 1, column 14: this service reads version 0.1 of the language; found '1.0'"],
  ],
  [
    'SLA-version:\nAction: Ask\n',
    ['line 1, column 1: this service reads version 0.1 of the language; found no version'],
  ],
  [
    'RESOURCE-version: 0.1.0\n',
    ["line 1, column 19: this service reads version 0.1 of the language; found '0.1.0'"],
  ],
  [
    `${askText}gcc\n`,
    ["line 4, column 1: a header is 'Name: value', and this line has no colon; found 'gcc'"],
  ],
  [
    `${askText}Note : x\n`,
    ["line 4, column 1: no blank stands before the colon of a header; found 'Note : x'"],
  ],
  [
    `${askText}2nd: x\n`,
    ["line 4, column 1: a header's name is a letter, then letters, digits, '_' and '-'; found '2nd: x'"],
  ],
  [
    'SLA-version: 0.1\n',
    [
      "line 1, column 1: an SLA document needs Action, such as 'Action: Ask'",
      "line 1, column 1: an SLA document needs Application, such as 'Application: gcc4.0.2'",
    ],
  ],
  [tell, ["line 1, column 1: an SLA Tell needs Broker-IP, such as 'Broker-IP: 193.10.66.141:7685'"]],
  [
    'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc\n',
    ["line 1, column 1: a RESOURCE Tell needs Host, such as 'Host: 193.10.66.20:8483'"],
  ],
  [
    'SLA-version: 0.1\nAction: tell\nApplication: x\n',
    ["line 2, column 9: Action is 'Tell' or 'Ask'; found 'tell', which is written 'Tell'"],
  ],
  [
    'SLA-version: 0.1\nAction: Offer\nApplication: x\n',
    ["line 2, column 9: Action is 'Tell' or 'Ask'; found 'Offer'"],
  ],
  [
    `${tellText}Broker-IP: a:1\n`,
    ['line 5, column 1: Broker-IP stands twice, in lines 4 and 5, and may stand once'],
  ],
  [
    `${tellText}APPLICATION: gcc\n`,
    ['line 5, column 1: Application stands twice, in lines 3 and 5, and may stand once'],
  ],
  [
    `${tellText}RESOURCE-version: 0.1\n`,
    ['line 5, column 1: RESOURCE-version begins a document: put an empty line before it, or take it out'],
  ],
  [
    `${tellText}Note:\nHost: # \n`,
    [
      "line 5, column 1: 'Note' has no value",
      `line 6, column 7: ${address('Host', '193.10.66.20:8483')}; found '#'`,
    ],
  ],
  [`${tell}Broker-IP: foo bar\n`, [`line 4, column 12: ${broker}; found 'foo bar'`]],
  [`${tell}Broker-IP: foo\n`, [`line 4, column 12: ${broker}; found 'foo', which has no port`]],
  [`${tell}Broker-IP: 1.2.3.4:\n`, [`line 4, column 12: ${broker}; found '1.2.3.4:', which has no port`]],
  [
    `${tell}Broker-IP: 1.2.3.4:0\n`,
    [`line 4, column 12: ${broker}; found '1.2.3.4:0', and a port is a number from 1 to 65535`],
  ],
  [
    `${tell}Broker-IP: a:65536\n`,
    [`line 4, column 12: ${broker}; found 'a:65536', and a port is a number from 1 to 65535`],
  ],
  [
    `${tell}Broker-IP: 1.2.3.256:1\n`,
    [`line 4, column 12: ${broker}; found '1.2.3.256:1', and an IP address is four numbers from 0 to 255`],
  ],
  [
    `${tell}Broker-IP: ::1:7685\n`,
    [`line 4, column 12: ${broker}; found '::1:7685', and IPv6 stands in brackets, such as '[::1]:7685'`],
  ],
  [
    `${tell}Broker-IP: [::g]:1\n`,
    [`line 4, column 12: ${broker}; found '[::g]:1', which has no IPv6 address in its brackets`],
  ],
  [
    `${tell}Broker-IP: a..b:1\n`,
    [`line 4, column 12: ${broker}; found 'a..b:1', which has no host name before its port`],
  ],
  [`${tell}Broker-IP:\n# here\n   x\n`, [`line 6, column 4: ${broker}; found 'x', which has no port`]],
  [
    `${node}CPU-Load: -1\n`,
    ["line 5, column 11: CPU-Load is a number, zero or more, such as '0.2'; found '-1', which is below zero"],
  ],
  [
    `${node}CPU-Load: low\n`,
    ["line 5, column 11: CPU-Load is a number, zero or more, such as '0.2'; found 'low'"],
  ],
  [
    `${node}CPU-Load: 1e999\n`,
    [
      "line 5, column 11: CPU-Load is a number, zero or more, such as '0.2'; found '1e999', which is larger than numbers get",
    ],
  ],
  [
    `${node}Date: 2026-12-01\n`,
    ["line 5, column 7: Date is a number of seconds, such as '34857934'; found '2026-12-01'"],
  ],
  [
    `${node}Poll: ${'x'.repeat(100)}\n`,
    [
      `line 5, column 7: ${address('Poll', '193.10.66.20:8484')}; found '${'x'.repeat(60)}…', which has no host name before its port`,
    ],
  ],
  [
    `${registrationText}Note: a\0b\n`,
    ['line 8, column 8: control characters other than tab do not stand in text; found U+0000'],
  ],
];

describe('refusals', () => {
  for (const [text, lines] of corpus) {
    it(`answer ${JSON.stringify(text.slice(-60))} in words`, () => {
      expect(readings(text).at(-1)).to.equal(lines.map((line) => `# error: ${line}\n`).join(''));
    });
  }

  it('say errors and warnings of one document together, by their place', () => {
    expect(readings('SLA-version: 0.1\nAction: Tell\nAplication: x\nBroker-IP: x\n')).to.deep.equal([
      "# error: line 1, column 1: an SLA Tell needs Application, such as 'Application: gcc4.0.2'\n" +
        "# warning: line 3, column 1: 'Aplication' is no name that is known here, and decides nothing; did you mean Application?\n" +
        `# error: line 4, column 12: ${broker}; found 'x', which has no port\n`,
    ]);
  });

  it('put a caret under the spot for a terminal', () => {
    const reading = readDocument(scan(`${tell}Broker-IP:\tfoo\n`)[0]!);
    const [diagnostic] = 'diagnostics' in reading ? reading.diagnostics : [];
    expect(annotatedDiagnostic(diagnostic!)).to.equal(
      `error: line 4, column 12: ${broker}; found 'foo', which has no port\n` +
        ' 4 | Broker-IP:\tfoo\n' +
        '   |           \t^\n',
    );
  });

  it('show of a long line only what is around the spot', () => {
    const [framed] = scan(`${askText}Note: ${'x'.repeat(5000)}\u0007${'y'.repeat(2000)}\n`);
    const [diagnostic] = framed?.kind === 'refused' ? framed.diagnostics : [];
    const [, line, caret] = annotatedDiagnostic(diagnostic!).split('\n');
    expect(line).to.equal(` 4 | ${'x'.repeat(80)}\uFFFD${'y'.repeat(39)}`);
    expect(caret).to.equal(`   | ${' '.repeat(80)}^`);
  });
});
