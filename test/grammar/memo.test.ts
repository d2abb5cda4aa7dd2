import { expect } from 'chai';
import fc from 'fast-check';
import { Memo } from '../../grammar/memo.ts';

const bounds = { characters: 1000, longest: 20 };

interface Made {
  readonly from: string;
}

/** A memo that counts how often something had to be made. */
function counting() {
  const memo = new Memo<Made>(bounds);
  const counted = { made: 0 };
  const ask = (name: string, text: string): Made =>
    memo.of(name, text, (from) => {
      counted.made += 1;
      return { from };
    });
  return { ask, counted };
}

describe('what was worked out before', () => {
  it('is found again by its name and text, and is never that of others', () => {
    const texts = fc.array(fc.tuple(fc.constantFrom('a', 'b', ''), fc.string({ maxLength: 30 })));
    fc.assert(
      fc.property(texts, (asked) => {
        const { ask } = counting();
        for (const [name, text] of asked) expect(ask(name, text)).to.deep.equal({ from: text });
      }),
    );
    const { ask } = counting();
    expect(ask('a', 'x')).to.equal(ask('a', 'x'));
    expect(ask('a', 'x')).to.not.equal(ask('b', 'x'));
  });

  it('is kept while it is asked for, whatever else comes', () => {
    const { ask, counted } = counting();
    const kept = ask('name', 'kept');
    for (let index = 0; index < 1000; index += 1) {
      ask('name', `other ${index}`);
      expect(ask('name', 'kept')).to.equal(kept);
    }
    expect(counted.made).to.equal(1001);
  });

  it('is forgotten when as much as may be kept has come after it', () => {
    const { ask, counted } = counting();
    ask('name', 'first');
    for (let index = 0; index < 100; index += 1) ask('name', `other ${index}`);
    counted.made = 0;
    ask('name', 'first');
    expect(counted.made).to.equal(1);
    for (let index = 0; index < 100; index += 1) ask('name', `other ${index}`);
    // Each counts as some forty characters, so that of a thousand two dozen are kept at most.
    expect(counted.made).to.be.greaterThan(70);
  });

  it('is not kept of a long text', () => {
    const { ask, counted } = counting();
    const long = 'x'.repeat(30);
    expect(ask('name', long)).to.deep.equal(ask('name', long));
    expect(counted.made).to.equal(2);
  });
});
