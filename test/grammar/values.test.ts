import { expect } from 'chai';
import fc from 'fast-check';
import { formatAddress, parseAddress } from '../../grammar/index.ts';
import { readByRule, readValue } from '../../grammar/values.ts';
import { addresses } from './arbitraries.ts';

describe('values', () => {
  it('that are addresses are four numbers, IPv6 in brackets or a host name, and a port', () => {
    const good = [
      '0.0.0.0:1',
      '255.255.255.255:65535',
      '[::1]:80',
      '[2001:db8::1:2]:80',
      '[1:2:3:4:5:6:7:8]:9',
    ];
    const better = [
      '[::ffff:1.2.3.4]:5',
      '[::]:1',
      'localhost:8480',
      'a-b.c_d.Example:1',
      '3com.org:1',
      'x1:2',
      'face:80',
    ];
    for (const text of [...good, ...better]) {
      const address = parseAddress(text);
      expect(address && formatAddress(address), text).to.equal(text);
    }
    expect(parseAddress('[fe80::1]:7684')).to.deep.equal({ host: 'fe80::1', port: 7684 });
  });

  it('that are no addresses are refused', () => {
    const numbers = [
      '1.2.3:1',
      '1.2.3.4.5:1',
      '01.2.3.4:1',
      '1.2.3.4',
      '256.1.1.1:1',
      '1:1',
      '1.2.3.4:+1',
      '1.2.3.4:080',
    ];
    const groups = [
      '[1:2:3:4:5:6:7]:1',
      '[1::2::3]:1',
      '[::12345]:1',
      '[:::]:1',
      '[]:1',
      '[::1]',
      '[1:2:3:4:5:6:7::8]:1',
      '[::1%eth0]:1',
    ];
    const names = [
      ':1',
      '-a:1',
      'a-:1',
      'a.:1',
      '.a:1',
      'a b:1',
      'é:1',
      `${'a'.repeat(64)}:1`,
      'http://a:1',
      'a:1 ',
      'a:1:2',
      '',
    ];
    for (const text of [...numbers, ...groups, ...names])
      expect(parseAddress(text), text).to.equal(undefined);
  });

  it('that are addresses print and parse to themselves', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatAddress(address))).to.deep.equal(address);
      }),
    );
  });

  it('read the same by the short path and by their rule', () => {
    const octets = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 3, maxLength: 5 });
    const texts = fc.oneof(
      fc
        .tuple(octets, fc.integer({ min: 0, max: 70_000 }))
        .map(([numbers, port]) => `${numbers.join('.')}:${port}`),
      fc.double().map(String),
      fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{0,20})?(e[+-]?[0-9]{1,3})?$/),
      fc.constantFrom(
        'Tell',
        'Ask',
        'tell',
        'Tell ',
        'Asks',
        '007',
        '1.',
        '.5',
        '01.2.3.4:5',
        '1.2.3.4:05',
        '1.2.3.4:5\n',
      ),
      fc.stringMatching(/^[0-9.:]{0,16}$/),
    );
    const rules = fc.constantFrom('action', 'address', 'load', 'seconds');
    fc.assert(
      fc.property(rules, texts, (rule, text) => {
        expect(readValue(rule, text)).to.deep.equal(readByRule(rule, text));
      }),
      { numRuns: 2000 },
    );
  });
});
