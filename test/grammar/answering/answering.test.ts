import { expect } from 'chai';
import fc from 'fast-check';
import {
  document1Of,
  durationText,
  expiryOf,
  type Header,
  printDocument1,
  stringText,
  withEnvelope,
} from '../../../grammar/index.ts';

const header = (name: string, value: string): Header => ({ name, value });
const tell = (...more: readonly Header[]) =>
  document1Of([
    header('SLA-version', '1.0'),
    header('Action', 'Tell'),
    ...more,
    header('Id', 't1'),
    header('Broker-IP', '127.0.0.1:1'),
  ]);

describe('a document of version 1.0 that a program makes', () => {
  it('has its headers in canonical order and text, whatever theirs was', () => {
    expect(printDocument1(tell(header('memory', '16GiB'), header('EXPIRES', '5 min')))).to.equal(
      'SLA-version: 1.0\nAction: Tell\nId: t1\nExpires: 5 min\nBroker-IP: 127.0.0.1:1\nMemory: 16 GiB\n',
    );
  });

  it('that breaks a rule or a bound of the language is a mistake of the program', () => {
    expect(() => tell(header('Memory', '2 h'))).to.throw(TypeError, /^Memory is an amount/);
    expect(() => tell(header('X', 'y'.repeat(8_200)))).to.throw(TypeError, /8192 bytes/);
    const many = Array.from({ length: 1_024 }, (_, index) => header(`X${index}`, 'y'));
    expect(() => tell(...many)).to.throw(TypeError, /1024 headers/);
    const large = Array.from({ length: 9 }, (_, index) => header(`X${index}`, 'y'.repeat(8_000)));
    expect(() => tell(...large)).to.throw(TypeError, /65536 bytes/);
    expect(() => document1Of([header('SLA-version', '0.1'), header('Action', 'Ask')])).to.throw(TypeError);
  });

  it('says any text as a fact that is that text, alone and in a set', () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
    const words = fc.constantFrom(
      'gcc4.0.2',
      'not x',
      'any',
      'has 3',
      '~ /x/',
      'a, b',
      'a | b',
      '1..2',
      'a..b',
      ' a',
    );
    fc.assert(
      fc.property(fc.oneof(text, words), fc.oneof(text, words), (one, other) => {
        const value = `${stringText(one)}, ${stringText(other)}`;
        const { party } = tell(header('Application', value));
        const texts = party?.facts.get('application')?.values.map((each) => 'text' in each && each.text);
        expect(texts).to.deep.equal([one, other]);
      }),
    );
  });

  it('says plain names without quotes', () => {
    for (const name of ['gcc4.0.2', 'g++12.2.0', 'x86_64', 'Debian GNU/Linux 12']) {
      const { party } = tell(header('Os', stringText(name)));
      expect(party?.facts.get('os')?.values).to.deep.equal([{ kind: 'string', text: name }]);
    }
    expect(['gcc4.0.2', 'x86_64', 'Debian GNU/Linux 12'].map(stringText)).to.deep.equal([
      'gcc4.0.2',
      'x86_64',
      'Debian GNU/Linux 12',
    ]);
  });
});

describe('an answer to a document of version 1.0', () => {
  it('has headers of the envelope in their places, each said once', () => {
    const { headers } = tell(header('Cpus', '8'), header('In-reply-to', 'old'));
    const answer = withEnvelope(headers, [header('Host', '127.0.0.1:2'), header('In-reply-to', 'a1')]);
    expect(printDocument1({ headers: answer })).to.equal(
      'SLA-version: 1.0\nAction: Tell\nId: t1\nIn-reply-to: a1\nBroker-IP: 127.0.0.1:1\nHost: 127.0.0.1:2\nCpus: 8\n',
    );
    expect(document1Of(answer).headers).to.deep.equal(answer);
    expect(withEnvelope(headers, [])).to.equal(headers);
  });

  it('says until when what was told lives', () => {
    const bounds = { unsaidMs: 3_600_000, longestMs: 86_400_000 };
    const said = (text: string | undefined, now = 1_000) => {
      const { envelope } = text === undefined ? tell() : tell(header('Expires', text));
      return expiryOf({ lifetime: envelope.expires, said: text }, now, bounds);
    };
    expect(said(undefined)).to.deep.equal({ expiresAt: 3_601_000, says: '1 h' });
    expect(said('90 s')).to.deep.equal({ expiresAt: 91_000, says: '90 s' });
    expect(said('2 d')).to.deep.equal({ expiresAt: 86_401_000, says: '1 d' });
    expect(said('1970-01-01T00:01Z')).to.deep.equal({ expiresAt: 60_000, says: '1970-01-01T00:01Z' });
  });

  it('says a time span in the largest unit of which it is a whole number', () => {
    const texts = [86_400_000, 5_400_000, 3_600_000, 90_000, 1_500].map(durationText);
    expect(texts).to.deep.equal(['1 d', '90 min', '1 h', '90 s', '1500 ms']);
  });
});
