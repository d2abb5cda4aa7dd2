import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { Sha256 } from '../../client/sha256.ts';

describe('SHA-256 for pages', () => {
  it('is that of everybody, however the bytes come', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (given) => {
        const hash = new Sha256();
        for (const piece of given) hash.update(piece);
        const whole = createHash('sha256').update(Buffer.concat(given));
        expect(hash.digest()).to.equal(whole.digest('hex'));
      }),
    );
  });

  it('is right at each length about the end of a block', () => {
    for (let length = 0; length <= 130; length += 1) {
      const bytes = Buffer.alloc(length, length);
      expect(new Sha256().update(bytes).digest()).to.equal(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
