import { expect } from 'chai';
import fc from 'fast-check';
import {
  printDocument,
  printDocuments,
  type ResourceTell,
  resourceAsk,
  resourceTell,
  type SlaTell,
  slaAsk,
  slaTell,
  withHost,
  withLoad,
} from '../../grammar/index.ts';
import { addresses, documentHeaders, values, written } from './arbitraries.ts';
import { askText, documentOf, queryText, readings, registrationText, tellText } from './support.ts';

const broker = { host: '193.10.66.141', port: 7685 };
const node = { host: '193.10.66.20', port: 8483 };
const poll = { host: '193.10.66.20', port: 8484 };
const application = 'gcc4.0.2';

describe('printing', () => {
  it('gives the known headers in their order and spelling, then the others as they came', () => {
    const text =
      'resource-version:0.1\nZeta: 1\nDATE: 5\nhost: a:1\nalpha:  2  b\nAction: Tell\napplication: x\nzeta: 3\n';
    expect(printDocument(documentOf(text))).to.equal(
      'RESOURCE-version: 0.1\nAction: Tell\nApplication: x\nHost: a:1\nDate: 5\nZeta: 1\nalpha: 2  b\nzeta: 3\n',
    );
  });

  it('gives back byte for byte what was canonical', () => {
    for (const text of [askText, tellText, registrationText, queryText]) {
      expect(printDocument(documentOf(text))).to.equal(text);
    }
  });

  it('parts documents by one empty line', () => {
    const documents = [askText, tellText].map(documentOf);
    expect(printDocuments(documents)).to.equal(`${askText}\n${tellText}`);
    expect(printDocuments([])).to.equal('');
    expect(readings(printDocuments(documents))).to.deep.equal(documents);
  });

  it('changes nothing that is parsed and printed again, however it was written', () => {
    fc.assert(
      fc.property(documentHeaders, fc.constantFrom('\n', '\r\n', ' \t\n# c\n'), (headers, lineEnd) => {
        const document = documentOf(written(headers, lineEnd));
        expect(document.headers).to.deep.equal(headers);
        const printed = printDocument(document);
        const again = documentOf(printed);
        expect(printDocument(again)).to.equal(printed);
        expect({ ...again, headers: [] }).to.deep.equal({ ...document, headers: [] });
      }),
      { numRuns: 400 },
    );
  });
});

describe('documents made by programs', () => {
  it('print as those that people write', () => {
    expect(printDocument(slaAsk({ application }))).to.equal(askText);
    expect(printDocument(slaTell({ application, brokerIp: broker }))).to.equal(tellText);
    const registration = resourceTell({ application, host: node, poll, cpuLoad: 0.2, date: 34857934 });
    expect(printDocument(registration)).to.equal(registrationText);
    expect(printDocument(resourceAsk({ application, cpuLoad: 0.5, date: 34857924 }))).to.equal(queryText);
  });

  it('are those that their text reads as', () => {
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const load = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
    const date = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
    const made = fc.oneof(
      fc.record({ application: values }).map(slaAsk),
      fc.record({ application: values, brokerIp: addresses, host: optional(addresses) }).map(slaTell),
      fc.record({ application: values, cpuLoad: optional(load), date: optional(date) }).map(resourceAsk),
      fc
        .record({
          application: values,
          host: addresses,
          poll: optional(addresses),
          cpuLoad: optional(load),
          date: optional(date),
        })
        .map(resourceTell),
    );
    fc.assert(
      fc.property(made, (document) => {
        expect(documentOf(printDocument(document))).to.deep.equal(document);
      }),
    );
  });

  it('refuse what no header can hold', () => {
    for (const bad of ['', ' x', 'x\t', 'a\nHost: b:1', 'a\0', '\ud800']) {
      expect(() => slaAsk({ application: bad }), JSON.stringify(bad)).to.throw(TypeError);
    }
    expect(() => resourceAsk({ application, cpuLoad: -1 })).to.throw(TypeError, 'below zero');
    expect(() => resourceAsk({ application, date: Number.NaN })).to.throw(TypeError);
  });

  it('take the Host that a broker adds, once and again', () => {
    const told = documentOf(`${tellText}Note: a\n`) as SlaTell;
    const answered = withHost(told, node);
    expect(answered.host).to.deep.equal(node);
    expect(printDocument(answered)).to.equal(`${tellText}Host: 193.10.66.20:8483\nNote: a\n`);
    expect(printDocument(withHost(answered, { host: '::1', port: 1 }))).to.equal(
      `${tellText}Host: [::1]:1\nNote: a\n`,
    );
    expect(documentOf(printDocument(told))).to.have.property('host', undefined);
  });

  it('take the load and date of a poll, whether or not they were said', () => {
    const bare = resourceTell({ application, host: node, poll });
    const polled = withLoad(bare, 0.2, 34857934);
    expect(printDocument(polled)).to.equal(registrationText);
    expect(polled).to.include({ cpuLoad: 0.2, date: 34857934 });
    const shouted = documentOf(registrationText.replace('CPU-Load', 'cpu-LOAD')) as ResourceTell;
    expect(printDocument(withLoad(shouted, 0, 7))).to.equal(printDocument(withLoad(polled, 0, 7)));
  });
});
