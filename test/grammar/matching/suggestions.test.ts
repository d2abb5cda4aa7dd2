import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { type Cost, orderCosts } from '../../../grammar/matching/cost.ts';
import { printAmount } from '../../../grammar/matching/estimate.ts';
import { explain, finish, Matcher, suggest } from '../../../grammar/matching/index.ts';
import { someTells, someWishes } from './arbitraries.ts';
import { plainCarried, plainMatch } from './plain.ts';
import { ask, editing, supplyOf, tell } from './support.ts';

function suggestionsOf(headers: readonly string[], tells: readonly Party[]): string[] {
  const matcher = new Matcher(ask(...headers), supplyOf(tells));
  const lines = finish(suggest(matcher, finish(explain(matcher)), editing(headers), 20));
  return lines.map(({ name, value }) => `${name}: ${value}`);
}

/** The Asks that an edit may make of one: where a name stands several times, one for each place. */
function* changedBy(edit: string, headers: readonly string[]): Generator<Party> {
  const [name = ''] = edit.split(':');
  for (const [at, header] of headers.entries()) {
    if (edit === `without ${header}`) yield ask(...headers.toSpliced(at, 1));
    if (!header.startsWith(`${name}:`)) continue;
    const changed = headers.toSpliced(at, 1, edit);
    const currencies = changed.filter((each) => each.startsWith('Budget:')).map((each) => each.slice(-3));
    if (new Set(currencies).size === currencies.length) yield ask(...changed);
  }
}

/** What a suggestion says of an Ask: how many Tells match it by themselves, and what the cheapest costs. */
function saidOf(asking: Party, tells: readonly Party[]): string {
  const matches = tells.filter((each) => plainMatch(asking, each));
  const supply = supplyOf(matches);
  const matcher = new Matcher(asking, supply);
  const [cheapest] = matches.map((_, row): Cost => matcher.cost(row)).sort(orderCosts);
  const amount = cheapest?.amount;
  const from = amount === undefined ? '' : ` from ${printAmount(amount.nano, amount.currency)}`;
  return `${matches.length === 1 ? '1 match' : `${matches.length} matches`}${from}`;
}

function isAnswered(asking: Party, tells: readonly Party[]): boolean {
  const matches = tells.filter((each) => plainMatch(asking, each));
  return plainCarried(asking, matches) >= asking.count;
}

describe('a suggestion', () => {
  it('is an edit by which more matches, or Count is carried, in the numbers of the changed Ask', () => {
    const seen = { without: 0, changed: 0, withCount: 0, ofCount: 0, ofBudgets: 0 };
    fc.assert(
      fc.property(someTells, someWishes, (tells, headers) => {
        const before = ask(...headers);
        const matched = tells.filter((each) => plainMatch(before, each)).length;
        for (const line of suggestionsOf(headers, tells)) {
          const [, edit = '', said = ''] = /^Suggest: (.*) -> (.*)$/.exec(line) ?? [];
          const isSo = (changed: Party) => saidOf(changed, tells) === said && isAnswered(changed, tells);
          expect(changedBy(edit, headers).some(isSo), line).to.equal(true);
          if (isAnswered(before, tells)) expect(Number.parseInt(said, 10), line).to.be.above(matched);
          seen.without += Number(edit.startsWith('without '));
          seen.changed += Number(!edit.startsWith('without '));
          seen.withCount += Number(before.count > 1);
          seen.ofCount += Number(edit.startsWith('Count: '));
          seen.ofBudgets += Number(before.budgets.length > 1 && edit.startsWith('Budget: '));
        }
      }),
      { numRuns: 600 },
    );
    expect(seen.without).to.be.above(50);
    expect(seen.changed).to.be.above(50);
    expect(seen.withCount).to.be.above(20);
    expect(seen.ofCount).to.be.above(20);
    expect(seen.ofBudgets).to.be.above(5);
  });

  it('stands in words that can be pasted', () => {
    const headers = ['Cpus: 8', 'Memory: 16 GiB', 'Walltime: 2 h', 'Budget: 0.40 EUR'];
    const price = 'Price: 0.03 EUR/cpu-h + 0.05 EUR/job';
    const tells = [
      tell('a', 'Cpus: 8', 'Memory: 12 GiB'),
      tell('b', 'Cpus: 6', 'Memory: 12 GiB'),
      tell('c', 'Cpus: 8', 'Memory: 64 GiB', price),
      tell('d', 'Cpus: 8', 'Memory: 64 GiB', 'Walltime: <= 90 min'),
    ];
    expect(suggestionsOf(headers, tells)).to.deep.equal([
      'Suggest: Memory: 12 GiB -> 1 match',
      'Suggest: Budget: 0.53 EUR -> 1 match from 0.53 EUR',
      'Suggest: Walltime: 90 min -> 1 match',
    ]);
  });

  it('is none that leaves Count uncarried', () => {
    const headers = ['Count: 4', 'Cpus: 8', 'Application: ccx'];
    const tells = [tell('ca', 'Application: ccx', 'Cpus: 8'), tell('cb', 'Application: ccy', 'Cpus: 8')];
    expect(suggestionsOf(headers, tells)).to.deep.equal(['Suggest: Count: 1 -> 1 match']);
    const more = [...tells, tell('cc', 'Application: ccz', 'Cpus: 16')];
    expect(suggestionsOf(headers, more)).to.deep.equal([
      'Suggest: Count: 1 -> 1 match',
      'Suggest: without Application: ccx -> 3 matches',
    ]);
  });

  it('is a Count of as many slots as the matches carry, where they carry fewer', () => {
    expect(suggestionsOf(['Count: 4', 'Cpus: 8'], [tell('a', 'Cpus: 16')])).to.deep.equal([
      'Suggest: Count: 2 -> 1 match',
    ]);
    expect(suggestionsOf(['Count?: 4', 'Cpus: 8'], [tell('a', 'Cpus: 16')])).to.deep.equal([
      'Suggest: Count?: 2 -> 1 match',
    ]);
    expect(suggestionsOf(['Count: 2', 'Cpus: 8'], [tell('a', 'Cpus: 16')])).to.deep.equal([]);
    expect(suggestionsOf(['Count: 4', 'Cpus: 8'], [tell('a', 'Cpus: 4')])).to.deep.equal([]);
  });

  it('raises the one of several Budgets in whose currency a Tell would match', () => {
    const tells = [tell('a', 'Price: 3 EUR/h'), tell('b', 'Price: 4 EUR/h'), tell('c', 'Price: 7 USD/job')];
    expect(suggestionsOf(['Budget: 1 EUR', 'Budget: 5 USD', 'Walltime: 1 h'], tells)).to.deep.equal([
      'Suggest: Budget: 3.00 EUR -> 1 match from 3.00 EUR',
      'Suggest: Budget: 7.00 USD -> 1 match from 7.00 USD',
    ]);
    expect(
      suggestionsOf(['Count: 2', 'Budget: 1 EUR', 'Budget: 5 USD', 'Walltime: 1 h'], tells),
    ).to.deep.equal(['Suggest: Budget: 8.00 EUR -> 2 matches from 6.00 EUR']);
  });

  it('raises a Budget to the next that would do, though a Tell within it costs less', () => {
    const tells = [tell('a', 'Price: 1 EUR'), tell('b', 'Price: 3 EUR'), tell('c', 'Price: 4 EUR')];
    expect(suggestionsOf(['Budget: 2 EUR'], tells)).to.deep.equal([
      'Suggest: Budget: 3.00 EUR -> 2 matches from 1.00 EUR',
    ]);
  });
});
