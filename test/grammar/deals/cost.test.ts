import { expect } from 'chai';
import { dealOf, estimateOf, nanoText } from '../../../grammar/index.ts';

const comesTo = (...lines: string[]) => {
  const terms = lines.map((line) => ({
    name: line.slice(0, line.indexOf(':')),
    value: line.slice(line.indexOf(':') + 2),
  }));
  const nano = estimateOf(dealOf(terms));
  return nano === undefined ? undefined : nanoText(nano);
};

describe('what terms come to at most', () => {
  it('is each rate times what a slot takes, how long, and how many tasks', () => {
    const price = 'Price: 0.03 EUR/cpu-h + 0.05 EUR/job';
    expect(comesTo('Cpus: 8', 'Walltime: 2 h', price)).to.equal('0.53');
    expect(comesTo('Cpus: 8', 'Walltime: 2 h', 'Tasks: 10', price)).to.equal('4.85');
    expect(comesTo('Walltime: 30 min', 'Count: 3', price)).to.equal('0.095');
    expect(comesTo('Memory: 2 GiB', 'Gpus: 2', 'Walltime: 1 h', 'Price: 1 EUR/GiB-h + 1 EUR/gpu-h')).to.equal(
      '4.00',
    );
  });

  it('is nothing that is known without a price, or where time is charged and none is said', () => {
    expect(comesTo('Cpus: 8', 'Walltime: 2 h')).to.equal(undefined);
    expect(comesTo('Cpus: 8', 'Price: 1 EUR/cpu-h')).to.equal(undefined);
    expect(comesTo('Cpus: 8', 'Price: 1 EUR/task')).to.equal('1.00');
  });
});
