import { expect } from 'chai';
import { mayBeHouse } from '../../../broker/agents/house.ts';

describe('an agent', () => {
  it('is taken for one of the user who runs the broker, unless it is known to be another’s or of another machine', () => {
    for (const [sender, localAddress, expected] of [
      [{ address: '127.0.0.1', uid: 1000 }, '127.0.0.1', true],
      [{ address: '127.0.0.1', uid: 1001, guest: true }, '127.0.0.1', false],
      [{ address: '127.0.0.1', uid: undefined, guest: true }, '127.0.0.1', true],
      [{ address: '::1', uid: undefined, guest: true }, '::1', true],
      [{ address: '192.0.2.7', uid: undefined, guest: true }, '::ffff:192.0.2.7', true],
      [{ address: '192.0.2.8', uid: undefined, guest: true }, '192.0.2.7', false],
      [{ address: '192.0.2.8', uid: undefined, guest: true }, undefined, false],
    ] as const)
      expect(mayBeHouse(sender, localAddress), JSON.stringify([sender, localAddress])).to.equal(expected);
  });
});
