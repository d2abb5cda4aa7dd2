import { expect } from 'chai';
import fc from 'fast-check';
import { isLoopback, parseAddress } from '../../../platform/identity/address.ts';

describe('a literal address', () => {
  it('is read as the system’s own reader of URLs reads it, or not at all', () => {
    const group = fc.constantFrom('0', '1', '7f', 'ffff', '7F00', '00ff', '');
    const tail = fc.constantFrom('', ':127.0.0.1', ':0.0.0.0', '::1', '::', ':ffff:10.0.0.1');
    const text = fc
      .tuple(fc.array(group, { maxLength: 8 }), tail)
      .map(([groups, end]) => groups.join(':') + end);
    fc.assert(
      fc.property(text, (written) => {
        const read = parseAddress(written);
        if (read === undefined) return;
        const url = new URL(written.includes(':') ? `http://[${written}]/` : `http://${written}/`);
        expect(read.toString()).to.equal(parseAddress(url.hostname.replace(/[[\]]/g, ''))?.toString());
      }),
      { numRuns: 3_000 },
    );
  });

  it('is loopback only if it is this machine', () => {
    for (const text of [
      '127.0.0.1',
      '127.255.0.9',
      '::1',
      '0:0:0:0:0:0:0:1',
      '::ffff:127.0.0.1',
      '::FFFF:7F00:1',
    ]) {
      expect(isLoopback(text), text).to.equal(true);
    }
    for (const text of [
      '0.0.0.0',
      '::',
      '128.0.0.1',
      '::2',
      '::127.0.0.1',
      '::ffff:10.0.0.1',
      '127.1',
      'localhost',
      '::1%lo',
      '',
    ]) {
      expect(isLoopback(text), text).to.equal(false);
    }
  });
});
