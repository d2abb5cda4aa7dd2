import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import * as units from '../../../platform/config/units.ts';

const says = 'A setting.';

/** What a schema makes of a value, or the sentence that refuses it. */
function reading(schema: z.ZodType, given: unknown): unknown {
  const result = schema.safeParse(given);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join(' / ');
}

describe('units of settings', () => {
  it('read durations into milliseconds', () => {
    const schema = units.duration('30 s', { says });
    const known = {
      '250 ms': 250,
      '30 s': 30_000,
      '30s': 30_000,
      '1.5 s': 1500,
      '5 min': 300_000,
      '1 h': 3_600_000,
      '2 d': 172_800_000,
      ' 1 h 30 min ': 5_400_000,
      '1h30min': 5_400_000,
      '1 d 1 h 1 min 1 s 1 ms': 90_061_001,
    };
    for (const [text, value] of Object.entries(known)) expect(reading(schema, text), text).to.equal(value);
    expect(reading(schema, undefined)).to.equal(30_000);
  });

  it('refuse a duration or a size without its unit, and say what to write', () => {
    const schema = units.duration('30 s', { says });
    expect(reading(schema, 30)).to.equal("30 has no unit; say '30 s' or '30 min'");
    expect(reading(schema, '1.5')).to.equal("1.5 has no unit; say '30 s' or '30 min'");
    expect(reading(units.size('64 KiB', { says }), 65536)).to.equal(
      "65536 has no unit; say '64 KiB' or '10 MB'",
    );
  });

  it('refuse what is no duration', () => {
    const schema = units.duration('30 s', { says });
    for (const text of [
      '',
      's',
      '30 sec',
      '30 S',
      '-30 s',
      '30 min 1 h',
      '1 s 1 s',
      '1 h, 5 min',
      '1 h 5',
      '1e3 s',
    ]) {
      expect(reading(schema, text), text).to.equal(`'${text}' is no duration; say '30 s' or '30 min'`);
    }
    expect(reading(schema, ['30 s'])).to.contain('is no duration');
    expect(reading(schema, '999999999999 d')).to.equal("'999999999999 d' is too large");
  });

  it('hold durations and sizes within their limits, and a duration above nothing', () => {
    expect(reading(units.duration('30 s', { says }), '0 s')).to.equal("'0 s' is less than 1 ms");
    expect(reading(units.duration('30 s', { says, min: '0 s' }), '0 s')).to.equal(0);
    expect(reading(units.duration('30 s', { says, max: '1 h' }), '61 min')).to.equal(
      "'61 min' is more than 1 h",
    );
    expect(reading(units.size('1 KiB', { says, min: '512 B' }), '511 B')).to.equal(
      "'511 B' is less than 512 B",
    );
    expect(() => units.size('1 KiB', { says, min: '512' })).to.throw('a limit 512 has no unit');
  });

  it('read sizes into bytes', () => {
    const schema = units.size('64 KiB', { says });
    const known = {
      '512 B': 512,
      '64 KiB': 65_536,
      '1.5 MiB': 1_572_864,
      '1GiB': 1_073_741_824,
      '64 kB': 64_000,
      '10 MB': 10_000_000,
      '1 GB': 1_000_000_000,
    };
    for (const [text, value] of Object.entries(known)) expect(reading(schema, text), text).to.equal(value);
    for (const text of ['', '64 KB', '64 K', '64 KiB 1 B', 'KiB']) {
      expect(reading(schema, text), text).to.equal(`'${text}' is no size; say '64 KiB' or '10 MB'`);
    }
  });

  it('read counts, rates and ports, as numbers or as text', () => {
    const count = units.count(10, { says, min: 1, max: 99 });
    expect(['7', 7, undefined].map((given) => reading(count, given))).to.deep.equal([7, 7, 10]);
    expect(reading(count, 0)).to.equal('0 is less than 1');
    expect(reading(count, '100')).to.equal('100 is more than 99');
    for (const given of ['1.5', 1.5, '', 'ten', '-1', true])
      expect(reading(count, given)).to.contain('is not a whole number');
    const rate = units.rate(100, { says });
    expect(['0.5', 2.5].map((given) => reading(rate, given))).to.deep.equal([0.5, 2.5]);
    for (const given of [0, -1, 'fast', Number.POSITIVE_INFINITY])
      expect(reading(rate, given)).to.contain('a number a second');
    const port = units.port(8480, { says });
    expect(['0', 65535].map((given) => reading(port, given))).to.deep.equal([0, 65535]);
    expect(reading(port, 65536)).to.equal('65536 is more than 65535');
  });

  it('read addresses with their port, and leave them the text that they are', () => {
    const schema = units.address(undefined, { says });
    for (const text of ['193.10.66.141:7685', '[::1]:7685', 'broker.example.org:0']) {
      expect(reading(schema, text)).to.equal(text);
    }
    for (const text of ['193.10.66.141', '::1:7685', '[nothex]:1', 'a b:1', 'a:65536', ':1', 7685]) {
      expect(reading(schema, text), String(text)).to.contain('is no address with a port');
    }
    expect(reading(schema, undefined)).to.equal(undefined);
  });

  it('read where a service is, over http or https, into its origin', () => {
    const schema = units.url('http://127.0.0.1:8480', { says });
    const known = {
      'http://127.0.0.1:8480': 'http://127.0.0.1:8480',
      'http://127.0.0.1:8480/': 'http://127.0.0.1:8480',
      ' http://[::1]:8480/ ': 'http://[::1]:8480',
      'http://localhost': 'http://localhost',
      'http://localhost:80/': 'http://localhost',
      'https://market.example.org': 'https://market.example.org',
      'HTTPS://Market.Example.org:8443/': 'https://market.example.org:8443',
    };
    for (const [text, value] of Object.entries(known)) expect(reading(schema, text), text).to.equal(value);
    expect(reading(schema, undefined)).to.equal('http://127.0.0.1:8480');
    expect(reading(units.url(undefined, { says }), undefined)).to.equal(undefined);
  });

  it('refuse where no service can be: paths, credentials, other schemes and nonsense', () => {
    const schema = units.url('http://127.0.0.1:8480', { says });
    for (const text of [
      'http://127.0.0.1:8480/market',
      'http://127.0.0.1:8480//',
      'http://127.0.0.1:8480/?a=b',
      'http://127.0.0.1:8480/#a',
      'http://user@127.0.0.1:8480',
      'http://user:word@127.0.0.1:8480',
      'http://:word@127.0.0.1:8480',
      'ftp://127.0.0.1',
      'ws://127.0.0.1:8480',
      'file:///etc/passwd',
      'localhost:8480',
      '127.0.0.1:8480',
      'http://',
      'http://127.0.0.1:65536',
      'http://256.0.0.1',
      'http://a b',
      'market',
      '',
    ]) {
      const sentence = `'${text}' is no address of a service; say 'http://127.0.0.1:8480'`;
      expect(reading(schema, text), text).to.equal(sentence);
    }
    for (const given of [8480, null, true, ['http://127.0.0.1:8480'], {}])
      expect(reading(schema, given)).to.contain("is no address of a service; say 'http://127.0.0.1:8480'");
  });

  it('read texts, folders, words, and yes or no', () => {
    expect(reading(units.text('x', { says }), 'any thing')).to.equal('any thing');
    expect(reading(units.text('x', { says }), 10)).to.equal('10 is not text; put it in quotes');
    expect(reading(units.text('x', { says }), '  ')).to.equal('is empty');
    expect(reading(units.folder('data', { says }), undefined)).to.equal(resolve('data'));
    expect(reading(units.choice(['auto', 'json'], 'auto', { says }), 'json')).to.equal('json');
    expect(reading(units.choice(['auto', 'json'], 'auto', { says }), 'xml')).to.equal(
      "'xml' is not one of: auto, json",
    );
    const boolean = units.boolean(false, { says });
    const given = [true, 'true', 'yes', false, 'false', 'no', undefined];
    expect(given.map((each) => reading(boolean, each))).to.deep.equal([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(reading(boolean, 1)).to.equal('1 is neither true nor false');
  });

  it('read lists from YAML lists and from text with commas', () => {
    const schema = units.list('port', [8483], { says, max: 3 });
    expect(reading(schema, undefined)).to.deep.equal([8483]);
    expect(reading(schema, [1, '2'])).to.deep.equal([1, 2]);
    expect(reading(schema, '1, 2,3')).to.deep.equal([1, 2, 3]);
    expect(reading(schema, 1)).to.deep.equal([1]);
    expect(reading(schema, '1,x')).to.equal("'x' is not a port");
    expect(reading(schema, [1, 2, 3, 4])).to.equal('has 4 entries; at most 3 are allowed');
    expect(reading(units.list('text', [], { says }), undefined)).to.deep.equal([]);
  });

  it('read brokers: the address that they say, where they are called, and perhaps the file of a token', () => {
    const schema = units.list('address=url file', [], { says });
    const [physics, https] = ['193.10.66.141:7685', 'https://broker.example.org:8443'];
    const token = resolve('tokens/physics token');
    const both = [
      { address: physics, url: https, tokenFile: token },
      { address: '[::1]:7685', url: 'http://127.0.0.1:8480', tokenFile: undefined },
    ];
    expect(
      reading(schema, `${physics}=${https} tokens/physics token, [::1]:7685 = http://127.0.0.1:8480/`),
    ).to.deep.equal(both);
    expect(reading(schema, [`${physics}=${https}  ${token}`])).to.deep.equal([both[0]]);
    for (const wrong of [physics, `${physics}=`, `=${https}`, `physics=${https}`, `${physics}=broker`, 7685])
      expect(reading(schema, [wrong])).to.match(/is no broker; say '193\.10\.66\.141:7685=https:/);
  });

  it('read public keys with the names of whose they are', () => {
    const schema = units.list('name=key', [], { says });
    const [one, other] = ['A'.repeat(43), `-_${'z'.repeat(41)}`];
    const both = [
      { name: 'physics', key: one },
      { name: 'lab-2.b', key: other },
    ];
    expect(reading(schema, `physics=${one}, lab-2.b = ${other}`)).to.deep.equal(both);
    expect(reading(schema, [`physics=${one}`, `lab-2.b=${other}`])).to.deep.equal(both);
    for (const wrong of [
      one,
      `=${one}`,
      `Physics=${one}`,
      `a/b=${one}`,
      `physics=${one}A`,
      `physics=${one}=`,
      7,
    ])
      expect(reading(schema, [wrong]), String(wrong)).to.match(/^.* is no name and key/);
  });

  it('read what has a structure of its own as it is, or from JSON', () => {
    const schema = units.structure(z.array(z.strictObject({ name: z.string() })), [], {
      says,
      unit: 'a catalogue',
    });
    expect(reading(schema, undefined)).to.deep.equal([]);
    expect(reading(schema, [{ name: 'a' }])).to.deep.equal([{ name: 'a' }]);
    expect(reading(schema, '[{"name": "a"}]')).to.deep.equal([{ name: 'a' }]);
    expect(reading(schema, '{nothing')).to.equal("'{nothing' is not JSON");
  });

  it('answer any value in one short line, and never throw', () => {
    const schemas = [
      units.duration('1 s', { says }),
      units.size('1 B', { says }),
      units.count(1, { says }),
      units.rate(1, { says }),
      units.port(1, { says }),
      units.address('a:1', { says }),
      units.url('http://a', { says }),
      units.text('a', { says }),
      units.boolean(true, { says }),
      units.choice(['a'], 'a', { says }),
      units.list('address', [], { says }),
      units.list('name=key', [], { says }),
      units.list('address=url file', [], { says }),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...schemas),
        fc.oneof(fc.anything(), fc.string({ unit: 'binary' })),
        (schema, given) => {
          const result = schema.safeParse(given);
          for (const { message } of result.error?.issues ?? []) expect(message).to.match(/^\P{Cc}{1,200}$/u);
        },
      ),
    );
  });
});
