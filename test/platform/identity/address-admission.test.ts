import { expect } from 'chai';
import { createRangeAdmission, guestAdmission } from '../../../platform/identity/address-admission.ts';

const from = (remoteAddress: string) => ({
  localAddress: '192.0.2.1',
  localPort: 7684,
  remoteAddress,
  remotePort: 40_000,
});

describe('admission by address', () => {
  it('lets in who comes from the ranges, to ask and no more', async () => {
    const admission = createRangeAdmission({
      'doors.text': ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'],
      'doors.text-tell': [],
    });
    for (const [remote, address] of [
      ['192.0.2.200', '192.0.2.200'],
      ['::ffff:192.0.2.200', '192.0.2.200'],
      ['2001:db8:1::2', '2001:db8:1::2'],
      ['198.51.100.7', '198.51.100.7'],
    ] as const)
      expect(await admission.admit(from(remote)), remote).to.deep.equal({
        address,
        uid: undefined,
        guest: true,
        only: 'asking',
      });
    for (const remote of ['192.0.3.1', '198.51.100.8', '2001:db9::1', '127.0.0.1', '::ffff:127.0.0.1', '::1'])
      expect(await admission.admit(from(remote)), remote).to.include({ code: 'not-the-owner', status: 403 });
  });

  it('lets who comes from some of them tell what nobody owned before, and no more', async () => {
    const ranges = { 'doors.text': ['192.0.2.0/24'], 'doors.text-tell': ['192.0.2.128/25', '198.51.100.7'] };
    const admission = createRangeAdmission(ranges);
    for (const [address, only] of [
      ['192.0.2.127', 'asking'],
      ['192.0.2.128', 'telling-ownerless'],
      ['198.51.100.7', 'telling-ownerless'],
    ] as const)
      expect(await admission.admit(from(address))).to.include({ guest: true, only });
    expect(await admission.admit(from('198.51.100.8'))).to.include({ code: 'not-the-owner' });
  });

  it('is refused where a range is none', () => {
    expect(() => createRangeAdmission({ 'doors.text': ['192.0.2.0/33'], 'doors.text-tell': [] })).to.throw(
      /doors\.text names '192/,
    );
  });

  it('takes everyone for a guest where each has to show a token', async () => {
    expect(await guestAdmission.admit(from('127.0.0.1'))).to.deep.equal({
      address: '127.0.0.1',
      uid: undefined,
      guest: true,
    });
  });
});
