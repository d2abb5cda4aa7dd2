import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { type Document1, document1Of, Matcher, Supply, termsOf, unanswered } from '../../../grammar/index.ts';
import { someAsk, someTells } from '../matching/arbitraries.ts';
import { ask, tell } from '../matching/support.ts';

/** The Tell and the Ask with which the language is explained. */
const told = tell(
  'tell-7f3a',
  ...['Understands: time', 'Application: gcc4.0.2', 'Arch: x86_64', 'Cpus: 64', 'Memory: 256 GiB'],
  ...['Features: avx2, sse4.2', 'Region: eu-north', 'Load: 3'],
  ...['Price: 0.03 EUR/cpu-h + 0.05 EUR/job', 'Walltime: <= 24 h'],
);
const asked = ask(
  ...['Critical: Deadline', 'Application: gcc (>= 4.0.2, < 5)', 'Arch: x86_64 | arm64', 'Cpus: 8'],
  ...['Memory: 16 GiB', 'Features: avx2', 'Region: not us-east', 'Owner: alice', 'Walltime: 2 h'],
  ...['Budget: 4.00 EUR', 'Deadline: 2026-12-01T18:00Z', 'Requires: their.Reputation ?? 0.5 >= 0.4'],
);

const linesOf = (wanted: Party, of: Party) =>
  termsOf(wanted, of).headers.map(({ name, value }) => `${name}: ${value}`);

function offerOf(wanted: Party, of: Party): Document1 {
  return document1Of([
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Offer' },
    { name: 'Id', value: 'off-1' },
    { name: 'In-reply-to', value: 'a1' },
    ...termsOf(wanted, of).headers,
  ]);
}

describe('the terms of an Offer', () => {
  it('are what the Ask tests, what it takes, how long, the times promised, the price and what it comes to', () => {
    const promises = { start: '2026-11-30T10:00Z', deadline: '2026-12-01T18:00Z' };
    const { headers, estimate, price } = termsOf(asked, told, promises);
    expect(headers.map(({ name, value }) => `${name}: ${value}`)).to.deep.equal([
      'Application: gcc4.0.2',
      'Arch: x86_64',
      'Features: avx2',
      'Region: eu-north',
      'Cpus: 8',
      'Memory: 16 GiB',
      'Walltime: 2 h',
      'Start: 2026-11-30T10:00Z',
      'Deadline: 2026-12-01T18:00Z',
      'Price: 0.03 EUR/cpu-h + 0.05 EUR/job',
      'Estimate: 0.53 EUR',
    ]);
    expect([estimate, price?.currency]).to.deep.equal([530_000_000n, 'EUR']);
  });

  it('say each name once, and none of those that in an Offer are about the deal', () => {
    const cluster = tell('t', 'Cpus: 64', 'Slots: 4', 'State: 3', 'Total: 4 EUR', 'Line: fibre');
    const cases: readonly (readonly [Party, readonly string[]])[] = [
      [ask('Requires: their.Cpus >= 8'), ['Cpus: 1']],
      [ask('Count: 2', 'Requires: their.Slots >= 2'), ['Slots: 4', 'Cpus: 1', 'Count: 2']],
      [ask('State: 3', 'Their.Total: 4 EUR', 'Requires: their.Line == "fibre"'), ['Cpus: 1']],
    ];
    for (const [wanted, said] of cases) {
      expect(linesOf(wanted, cluster)).to.deep.equal(said);
      const offer = offerOf(wanted, cluster);
      expect(offer.deal).to.include({ state: undefined, total: undefined });
      expect(() => unanswered(wanted, offer)).to.not.throw();
    }
    const [, [several]] = cases as [(typeof cases)[0], (typeof cases)[0]];
    expect(unanswered(several, offerOf(several, cluster))).to.deep.equal([]);
  });

  it('take a processor where none is asked for, and of a range what the Tell has within it', () => {
    expect(linesOf(ask(), told)).to.include('Cpus: 1');
    expect(linesOf(ask('Cpus: 4..16'), tell('t', 'Cpus: 12'))).to.include('Cpus: 12');
    expect(linesOf(ask('Cpus: 4..16'), told)).to.include('Cpus: 16');
    expect(linesOf(ask('Memory: 1..2 GiB'), tell('t', 'Memory: 1536 MiB'))).to.include('Memory: 1536 MiB');
  });

  it('say of a set what the tests need of it, and no more', () => {
    expect(linesOf(ask('Features: avx2'), told)).to.include('Features: avx2');
    expect(linesOf(ask('Features: sse4.2, avx2'), told)).to.include('Features: avx2, sse4.2');
  });

  it('are in the first currency of the Ask that holds', () => {
    const both = tell('t', 'Price: 9 EUR', 'Price: 1 USD');
    const priceOf = (...headers: string[]) => termsOf(ask(...headers), both).price?.header;
    expect(priceOf('Budget: 5 EUR', 'Budget: 5 USD')).to.equal('Price: 1 USD');
    expect(priceOf('Budget: 9 EUR', 'Budget: 5 USD')).to.equal('Price: 9 EUR');
    expect(priceOf()).to.equal('Price: 9 EUR');
  });

  it('answer whatever Ask of one slot the Tell matches, unless its Requires is about more than it takes', () => {
    fc.assert(
      fc.property(someAsk, someTells, (wanted, tells) => {
        // Several slots may come of several Tells, and what is required of a whole slot is not what is taken.
        fc.pre(wanted.count === 1 && wanted.requires.length === 0);
        const supply = new Supply();
        for (const each of tells) {
          const row = supply.add(each);
          if (!new Matcher(wanted, supply).matches(row)) continue;
          const lines = unanswered(wanted, offerOf(wanted, each));
          expect(lines.map(({ name, value }) => `${name}: ${value}`)).to.deep.equal([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an Offer that does not answer its Ask', () => {
  it('is told by the clauses that do not hold', () => {
    const cheaper = offerOf(asked, told);
    const without = { headers: cheaper.headers.filter(({ name }) => name !== 'Arch') };
    expect(
      unanswered(asked, without)
        .map(({ value }) => value)
        .join('\n'),
    ).to.contain('Arch: x86_64 | arm64 -> ');
    const dear = {
      headers: cheaper.headers.map((header) =>
        header.name === 'Price' ? { ...header, value: '5 EUR' } : header,
      ),
    };
    expect(
      unanswered(asked, dear)
        .map(({ value }) => value)
        .join('\n'),
    ).to.contain('Budget: 4.00 EUR -> ');
    expect(unanswered(asked, cheaper)).to.deep.equal([]);
  });
});
