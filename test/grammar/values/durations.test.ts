import { expect } from 'chai';
import fc from 'fast-check';
import { readLiteral, readValue } from '../../../grammar/values/read.ts';

describe('a duration', () => {
  it('of several parts is the exact sum of them, rounded once', () => {
    const hours = fc.tuple(fc.bigInt(0n, 10n ** 20n), fc.integer({ min: -400, max: 300 }));
    fc.assert(
      fc.property(fc.array(hours, { minLength: 2, maxLength: 6 }), (parts) => {
        const read = readLiteral(parts.map(([digits, exponent]) => `${digits}e${exponent} h`).join(' '));
        const least = Math.min(...parts.map(([, exponent]) => exponent));
        const sum = parts.reduce(
          (all, [digits, exponent]) => all + digits * 10n ** BigInt(exponent - least),
          0n,
        );
        const nearest = Number(`${sum * 3600n}e${least}`);
        const wanted = Number.isFinite(nearest) ? nearest : undefined;
        expect(read?.kind === 'quantity' ? read.value : undefined).to.equal(wanted);
      }),
    );
  });

  it('of several parts has none that are as far apart as no two numbers are', () => {
    const tooFar = { problem: 'whose parts are too far apart to be added' };
    expect(readValue('duration', '1e500 h 1e-500 h')).to.have.property(
      'problem',
      'which is larger than numbers get',
    );
    for (const text of [
      '1e501 h 1e-500 h',
      '1e-1001 h 1 h',
      '1 h 1e-600 h 1e600 h',
      '1 h 1e-900 h 1e-1800 h',
    ])
      expect(readValue('duration', text), text).to.deep.equal(tooFar);
  });
});
