import { expect } from 'chai';
import { figureOf, percentile, Timed } from '../../bench/harness/times.ts';

describe('the times of a bench', () => {
  it('have percentiles, each a time that was really taken', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.5)).to.equal(50);
    expect(percentile(hundred, 0.99)).to.equal(99);
    expect(percentile(hundred, 1)).to.equal(100);
    expect(percentile([4, 2], 0.5)).to.equal(2);
    expect(percentile([7], 0.99)).to.equal(7);
  });

  it('make a figure of the median over the rounds, with the span', () => {
    expect(figureOf('start', 's', [3, 1, 8])).to.deep.equal({
      what: 'start',
      unit: 's',
      value: 3,
      span: { min: 1, max: 8 },
    });
  });

  it('make a rate, and figures of every round but the one that warms up', async () => {
    const turns = [[90, 90], [1, 2, 5], [2, 4, 4], []];
    const timed = new Timed('answers', async () => turns.shift() ?? []);
    expect(await timed.run(1)).to.be.closeTo(11.1, 0.1);
    expect(await timed.run(1)).to.equal(375);
    expect(await timed.run(1)).to.equal(300);
    await timed.run(1);
    expect(timed.figures([0.5, 1])).to.deep.equal([
      { what: 'answers, median', unit: 'ms', value: 3, span: { min: 2, max: 4 } },
      { what: 'answers, longest', unit: 'ms', value: 4.5, span: { min: 4, max: 5 } },
    ]);
  });

  it('tell nothing where there were none', async () => {
    const timed = new Timed('answers', async () => []);
    await timed.run(1);
    await timed.run(1);
    expect(timed.figures([0.5])).to.deep.equal([]);
  });
});
