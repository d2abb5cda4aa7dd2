import { expect } from 'chai';
import fc from 'fast-check';
import { diagnosticLines, fromJson, printDocument, toJson } from '../../grammar/index.ts';
import { documentHeaders, written } from './arbitraries.ts';
import { documentFromJson, documentOf, registrationText } from './support.ts';

const ask = { 'SLA-version': '0.1', Action: 'Ask', Application: 'x' };

function refusalOf(json: unknown): string {
  const reading = fromJson(json);
  return 'document' in reading ? 'taken' : diagnosticLines(reading.diagnostics);
}

describe('the JSON encoding', () => {
  it('is an object of header to string, or to an array of strings where it repeats, in the order of the text', () => {
    const json = toJson(
      documentOf('sla-version: 0.1\nB: 1\naction: Ask\nb: 2\nApplication: x\nA: 3\nB: 4\n'),
    );
    expect(JSON.stringify(json)).to.equal(
      '{"SLA-version":"0.1","B":["1","2","4"],"Action":"Ask","Application":"x","A":"3"}',
    );
  });

  it('says the same as the text', () => {
    const json = {
      'RESOURCE-version': '0.1',
      Action: 'Tell',
      Application: 'gcc4.0.2',
      Host: '193.10.66.20:8483',
    };
    const rest = { Poll: '193.10.66.20:8484', 'CPU-Load': '0.2', Date: '34857934' };
    expect(documentFromJson({ ...json, ...rest })).to.deep.equal(documentOf(registrationText));
  });

  it('takes the version wherever it stands, names in any case, and blanks around values', () => {
    const document = documentFromJson({
      application: ' x\t',
      ACTION: 'Ask',
      Note: ['a'],
      'sla-VERSION': '0.1',
    });
    expect(printDocument(document)).to.equal('SLA-version: 0.1\nAction: Ask\nApplication: x\nNote: a\n');
  });

  it('loses nothing from text to JSON and back', () => {
    fc.assert(
      fc.property(documentHeaders, (headers) => {
        const document = documentOf(written(headers, '\n'));
        const json = toJson(document);
        const again = documentFromJson(JSON.parse(JSON.stringify(json)));
        expect({ ...again, headers: [] }).to.deep.equal({ ...document, headers: [] });
        expect(JSON.stringify(toJson(again))).to.equal(JSON.stringify(json));
        const repeats = new Set(headers.map(({ name }) => name.toLowerCase())).size < headers.length;
        if (!repeats) expect(printDocument(again)).to.equal(printDocument(document));
      }),
      { numRuns: 400 },
    );
  });

  const corpus: [unknown, string][] = [
    [null, 'a document in JSON is an object such as {"SLA-version": "1.0", "Action": "Ask", …}; found null'],
    [
      [ask],
      'a document in JSON is an object such as {"SLA-version": "1.0", "Action": "Ask", …}; found an array',
    ],
    [
      'SLA-version: 0.1',
      'a document in JSON is an object such as {"SLA-version": "1.0", "Action": "Ask", …}; found a string',
    ],
    [{}, "a document has the header 'SLA-version' or 'RESOURCE-version', such as \"1.0\""],
    [{ ...ask, 'SLA-version': 0.1 }, "'SLA-version' is a string or an array of strings; found a number"],
    [{ ...ask, 'SLA-version': '1.0' }, "this service reads version 0.1 of the language; found '1.0'"],
    [{ ...ask, Note: [] }, "'Note' is a string or an array of strings; found an empty array"],
    [{ ...ask, Note: ['a', ['b']] }, "'Note' is a string or an array of strings; found an array"],
    [{ ...ask, Note: { a: 'b' } }, "'Note' is a string or an array of strings; found an object"],
    [
      { ...ask, Note: 'a\nHost: b:1' },
      "'Note' has a control character in its value; found 'a\uFFFDHost: b:1'",
    ],
    [
      { ...ask, Note: '\udc00' },
      "'Note' has half a character in its value, a lone surrogate; found '\uFFFD'",
    ],
    [{ ...ask, Note: ' ' }, "'Note' has no value"],
    [{ ...ask, 'a b': 'c' }, "a header's name is a letter, then letters, digits, '_' and '-'; found 'a b'"],
    [{ ...ask, Application: ['x', 'y'] }, 'Application stands twice, and may stand once'],
    [{ ...ask, 'RESOURCE-version': '0.1' }, 'RESOURCE-version begins a document: it has one version'],
    [{ ...ask, Action: 'Sell' }, "Action is 'Tell' or 'Ask'; found 'Sell'"],
    [{ ...ask, Action: 'Tell' }, "an SLA Tell needs Broker-IP, such as 'Broker-IP: 193.10.66.141:7685'"],
  ];
  for (const [json, sentence] of corpus) {
    it(`refuses ${JSON.stringify(json).slice(0, 80)} in words`, () => {
      expect(refusalOf(json)).to.equal(`# error: ${sentence}\n`);
    });
  }

  it('is no way to reach the prototype of an object', () => {
    expect(
      refusalOf(JSON.parse('{"SLA-version":"0.1","Action":"Ask","Application":"x","__proto__":"y"}')),
    ).to.include('__proto__');
    const document = documentFromJson({ ...ask, constructor: 'a', toString: ['b', 'c'] });
    expect(toJson(document)).to.deep.equal({ ...ask, constructor: 'a', toString: ['b', 'c'] });
  });
});
