import { expect } from 'chai';
import { printDocument } from '../../../grammar/index.ts';
import { answersOld, documentsOf, oldTells } from './support.ts';

const sla = 'SLA-version: 1.0\nAction: Tell\nId: t1\nBroker-IP: 193.10.66.141:7685\n';
const resource = 'RESOURCE-version: 1.0\nAction: Tell\nId: n1\nHost: 193.10.66.20:8483\n';

/** What a Tell of version 1.0 says in version 0.1. */
function saidOld(text: string): string[] {
  const [document] = documentsOf(text);
  return document === undefined ? [] : oldTells(document).map(printDocument);
}

/** Whether a registration of version 1.0 with these headers answers an Ask of version 0.1. */
function answers(headers: string, asked: string): boolean {
  const [ask, told] = documentsOf(
    `RESOURCE-version: 0.1\nAction: Ask\nApplication: gcc4\n${asked}\n${resource}Accepts-version: 0.1\nApplication: gcc4\n${headers}`,
  );
  if (ask === undefined || told === undefined || 'envelope' in ask) throw new Error('an Ask, then a Tell');
  return answersOld(ask, told);
}

describe('a Tell of version 1.0 to Asks of version 0.1', () => {
  it('is one Tell for each text that it says as Application', () => {
    expect(saidOld(`${sla}Accepts-version: 0.1\nApplication: gcc4, "a, b"\nCpus: 8\n`)).to.deep.equal([
      'SLA-version: 0.1\nAction: Tell\nApplication: gcc4\nBroker-IP: 193.10.66.141:7685\n',
      'SLA-version: 0.1\nAction: Tell\nApplication: a, b\nBroker-IP: 193.10.66.141:7685\n',
    ]);
    expect(
      saidOld(`${resource}Accepts-version: 0.1\nApplication: gcc4\nPoll: 193.10.66.20:7686\n`),
    ).to.deep.equal([
      'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc4\nHost: 193.10.66.20:8483\nPoll: 193.10.66.20:7686\n',
    ]);
  });

  it('is none where it does not take them, says no Application, or has an address without a port', () => {
    for (const head of [sla, resource]) {
      const noPort = head.replace(/:[0-9]+$/m, '');
      expect(saidOld(`${head}Application: gcc4\n`)).to.deep.equal([]);
      expect(saidOld(`${head}Accepts-version: 0.1\nCpus: 8\n`)).to.deep.equal([]);
      expect(saidOld(`${noPort}Accepts-version: 0.1\nApplication: gcc4\n`)).to.deep.equal([]);
    }
  });

  it('leaves out where to poll that has no port', () => {
    expect(saidOld(`${resource}Poll: 193.10.66.20\nAccepts-version: 0.1\nApplication: gcc4\n`)).to.deep.equal(
      ['RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc4\nHost: 193.10.66.20:8483\n'],
    );
  });

  it('says its Load, or else its CPU-Load, as the load, which must be less than is asked', () => {
    expect(answers('Load: 0.4\n', 'CPU-Load: 0.5\n')).to.equal(true);
    expect(answers('Load: 0\n', 'CPU-Load: 0.5\n')).to.equal(true);
    expect(answers('Load: 0.5\n', 'CPU-Load: 0.5\n')).to.equal(false);
    expect(answers('CPU-Load: 0.4\n', 'CPU-Load: 0.5\n')).to.equal(true);
    expect(answers('CPU-Load: 0.4\nLoad: 0.6\n', 'CPU-Load: 0.5\n')).to.equal(false);
    expect(answers('', 'CPU-Load: 0.5\n')).to.equal(false);
    expect(answers('', '')).to.equal(true);
  });

  it('says no load where it says one below zero, which version 0.1 has not', () => {
    expect(answers('Load: -1\n', 'CPU-Load: 0.5\n')).to.equal(false);
    expect(answers('Load: -1\n', '')).to.equal(true);
  });

  it('says its Date in seconds, which must be later than is asked', () => {
    expect(answers('Date: 2026-12-01\n', 'Date: 1796083199\n')).to.equal(true);
    expect(answers('Date: 2026-12-01\n', 'Date: 1796083200\n')).to.equal(false);
    expect(answers('', 'Date: 1\n')).to.equal(false);
  });
});
