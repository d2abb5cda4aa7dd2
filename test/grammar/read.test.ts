import { expect } from 'chai';
import { diagnosticLines, readDocument, scan } from '../../grammar/index.ts';
import { askText, documentOf, queryText, registrationText, tellText } from './support.ts';

const broker = { host: '193.10.66.141', port: 7685 };
const node = { host: '193.10.66.20', port: 8483 };

function warningsOf(text: string): string {
  const reading = readDocument(scan(text)[0]!);
  return 'document' in reading ? diagnosticLines(reading.warnings) : 'refused';
}

describe('reading a document', () => {
  it('gives the four documents of version 0.1 with their values', () => {
    const common = { version: '0.1', application: 'gcc4.0.2' };
    expect(documentOf(tellText)).to.deep.include({
      language: 'SLA',
      action: 'Tell',
      ...common,
      brokerIp: broker,
      host: undefined,
    });
    expect(documentOf(askText)).to.deep.include({ language: 'SLA', action: 'Ask', ...common });
    expect(documentOf(registrationText)).to.deep.include({
      ...{ language: 'RESOURCE', action: 'Tell', ...common, host: node },
      ...{ poll: { ...node, port: 8484 }, cpuLoad: 0.2, date: 34857934 },
    });
    expect(documentOf(queryText)).to.deep.include({
      ...{ language: 'RESOURCE', action: 'Ask', ...common, cpuLoad: 0.5, date: 34857924 },
    });
  });

  it('leaves unsaid what is not said', () => {
    const text = 'RESOURCE-version: 0.1\nAction: Tell\nApplication: x\nHost: a:1\n';
    expect(documentOf(text)).to.include({ poll: undefined, cpuLoad: undefined, date: undefined });
  });

  it('keeps every header as it was written, in its place', () => {
    const text = 'sla-VERSION: 0.1\nNote: a\nAPPLICATION: x\naction: Ask\nnote: b\nPoll: no address\n';
    expect(documentOf(text).headers).to.deep.equal([
      { name: 'sla-VERSION', value: '0.1' },
      { name: 'Note', value: 'a' },
      { name: 'APPLICATION', value: 'x' },
      { name: 'action', value: 'Ask' },
      { name: 'note', value: 'b' },
      { name: 'Poll', value: 'no address' },
    ]);
  });

  it('warns of a name that is nearly a known one, unless that stands there too', () => {
    const text = (header: string) =>
      `RESOURCE-version: 0.1\nAction: Tell\nApplication: x\nHost: a:1\n${header}: 1\n`;
    for (const [name, meant] of [
      ['CPU_Load', 'CPU-Load'],
      ['cpuload', 'CPU-Load'],
      ['Pol', 'Poll'],
      ['Dtae', 'Date'],
    ]) {
      expect(warningsOf(text(name!))).to.equal(
        `# warning: line 5, column 1: '${name}' is no name that is known here, and decides nothing; did you mean ${meant}?\n`,
      );
    }
    for (const name of ['Cost', 'Hosts', 'My.Host', 'Applications', 'Memory'])
      expect(warningsOf(text(name))).to.equal('');
  });
});
