import { expect } from 'chai';
import { changedTerms } from '../../../grammar/index.ts';

const header = (line: string) => ({
  name: line.slice(0, line.indexOf(':')),
  value: line.slice(line.indexOf(':') + 2),
});
const changed = (terms: string[], changes: string[]) =>
  changedTerms(terms.map(header), changes.map(header)).map(({ name, value }) => `${name}: ${value}`);

describe('what a Counter makes of the terms', () => {
  it('is what it says in their place, and the rest as it was', () => {
    expect(changed(['Cpus: 8', 'Walltime: 2 h', 'Price: 1 EUR'], ['Walltime: 3 h'])).to.deep.equal([
      'Cpus: 8',
      'Walltime: 3 h',
      'Price: 1 EUR',
    ]);
  });

  it('has new terms at the end, and all that is said under a name in place of all that was', () => {
    expect(changed(['Features: a', 'Cpus: 8', 'Features: b'], ['features: c', 'Disk: 1 GB'])).to.deep.equal([
      'features: c',
      'Cpus: 8',
      'Disk: 1 GB',
    ]);
  });

  it('has nothing of the documents themselves', () => {
    expect(
      changed(['Id: off-1', 'Tell: t', 'Cpus: 8'], ['Id: c-1', 'Offer: off-1', 'Cpus: 9']),
    ).to.deep.equal(['Cpus: 9']);
  });
});
