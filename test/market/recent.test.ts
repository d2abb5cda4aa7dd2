import { expect } from 'chai';
import { Recent } from '../../market/recent.ts';

describe('what was used last', () => {
  it('is kept, up to a bound, and what is asked for counts as used', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).to.equal(1);
    recent.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).to.deep.equal([1, undefined, 3]);
    recent.clear();
    expect(recent.get('a')).to.equal(undefined);
  });
});
