import { expect } from 'chai';
import fc from 'fast-check';
import {
  behindBy,
  bestFirst,
  type Document1,
  defaultBounds,
  document1Of,
  faultOf,
  readAnyDocuments,
} from '../../../grammar/index.ts';
import { ask, documentsOf } from '../matching/support.ts';

function offer(...lines: readonly string[]): Document1 {
  const head = ['SLA-version: 1.0', 'Action: Offer', 'Id: off-1', 'In-reply-to: a1'];
  return document1Of(
    [...head, ...lines].map((line) => {
      const at = line.indexOf(': ');
      return { name: line.slice(0, at), value: line.slice(at + 2) };
    }),
  );
}

function tell(...lines: readonly string[]): Document1 {
  const [told] = documentsOf(
    `SLA-version: 1.0\nAction: Tell\nId: t\nBroker-IP: 127.0.0.1:7685\n${lines.join('\n')}\n`,
  );
  return told as Document1;
}

const wanted = ask('Application: gcc (>= 4)', 'Cpus: 8', 'Walltime: 2 h', 'Budget: 4.00 EUR');
const terms = ['Application: gcc4.0.2', 'Cpus: 8', 'Walltime: 2 h'];

describe('what is wrong with an Offer', () => {
  it('is nothing where each clause holds of it, and its Estimate is what its Price comes to and within the Budget', () => {
    expect(faultOf(wanted, offer(...terms, 'Price: 0.03 EUR/cpu-h', 'Estimate: 0.48 EUR'))).to.equal(
      undefined,
    );
    expect(faultOf(wanted, offer(...terms))).to.equal(undefined); // for nothing
    expect(faultOf(wanted, offer(...terms, 'Price: 0.03 EUR/cpu-h', 'Estimate: 2 EUR'))).to.equal(undefined);
  });

  const cases: readonly (readonly [what: string, lines: readonly string[], fault: string])[] = [
    ['too little', ['Application: gcc4.0.2', 'Cpus: 4', 'Walltime: 2 h'], "does not answer 'Cpus: 8'"],
    ['what it leaves unsaid', ['Cpus: 8', 'Walltime: 2 h'], "does not answer 'Application: gcc (>= 4)'"],
    [
      'a price over the Budget',
      [...terms, 'Price: 3 EUR/cpu-h', 'Estimate: 48 EUR'],
      "does not answer 'Budget: 4.00 EUR'",
    ],
    [
      'an Estimate that draws by being too low',
      [...terms, 'Price: 0.03 EUR/cpu-h', 'Estimate: 0.01 EUR'],
      'has an Estimate of 0.01 EUR, less than its Price comes to, 0.48 EUR',
    ],
    [
      'an Estimate over the Budget at a low Price',
      [...terms, 'Price: 0.03 EUR/cpu-h', 'Estimate: 4.01 EUR'],
      'has an Estimate of 4.01 EUR, over the Budget',
    ],
    [
      'two currencies',
      [...terms, 'Price: 0.03 EUR/cpu-h', 'Estimate: 0.48 USD'],
      'has an Estimate in USD and a Price in EUR',
    ],
    [
      'another currency than the Budget',
      [...terms, 'Price: 0.01 USD/job', 'Estimate: 0.01 USD'],
      "does not answer 'Budget: 4.00 EUR'",
    ],
  ];
  for (const [what, lines, fault] of cases)
    it(`is ${what}`, () => {
      expect(faultOf(wanted, offer(...lines))).to.equal(fault);
    });

  it('is that it says more than one document holds', () => {
    const many = Array.from(
      { length: defaultBounds.headers + 1 },
      (_, number) => `Fact-${number}: ${number}`,
    );
    const text = `SLA-version: 1.0\nAction: Offer\nId: o\nIn-reply-to: a1\n${many.join('\n')}\n`;
    const wide = { ...defaultBounds, headers: 16 * defaultBounds.headers };
    const [reading] = readAnyDocuments(text, wide);
    const read = reading !== undefined && 'document' in reading ? reading.document : undefined;
    expect(faultOf(wanted, read as Document1)).to.equal('says more than an Offer may');
  });

  it('is that it is none', () => {
    const [accept] = documentsOf('SLA-version: 1.0\nAction: Accept\nId: a\nOffer: o\n');
    expect(faultOf(wanted, accept as Document1)).to.equal('is no Offer, but of Action Accept');
  });
});

describe('the best of several Offers', () => {
  it('is that of the higher Rank, whatever it costs, also where only the Tell says what it looks at', () => {
    const ranked = ask('Cpus: 8', 'Rank: -their.Load');
    const cheap = { offer: offer('Cpus: 8', 'Price: 1 EUR/job', 'Estimate: 1 EUR'), tell: tell('Load: 3') };
    const dear = { offer: offer('Cpus: 8', 'Price: 2 EUR/job', 'Estimate: 2 EUR'), tell: tell('Load: 2') };
    const unsaid = { offer: offer('Cpus: 8') };
    expect(bestFirst(ranked, [unsaid, cheap, dear])).to.deep.equal([2, 1, 0]);
    // What the Offer says itself counts, and not what its Tell says.
    const says = { offer: offer('Cpus: 8', 'Load: 1'), tell: tell('Load: 9') };
    expect(bestFirst(ranked, [dear, says])).to.deep.equal([1, 0]);
  });

  it('does not leave out one whose Tell would refuse: the broker has answered that', () => {
    const strict = {
      offer: offer('Cpus: 8'),
      tell: tell('Walltime: <= 1 s', 'Their.Team: physics', 'Slots: 0'),
    };
    expect(bestFirst(ask('Cpus: 8', 'Walltime: 1 h'), [strict])).to.deep.equal([0]);
  });

  it('has the lowest Estimate of those of one Rank, in the first currency of the Budgets', () => {
    const rich = ask('Cpus: 8', 'Budget: 9 USD', 'Budget: 9 EUR');
    const at = (amount: string) => ({
      offer: offer('Cpus: 8', `Price: ${amount}/job`, `Estimate: ${amount}`),
    });
    const all = ['2 EUR', '3 USD', '1 EUR', '2 USD', '10 EUR'].map(at);
    expect(bestFirst(rich, [...all, { offer: offer('Cpus: 8') }])).to.deep.equal([5, 3, 1, 2, 0]);
  });

  it('is told from others by what puts them behind', () => {
    const wish = ask('Cpus: 8', 'Rank: their.Reputation ?? 0', 'Prefer: known(their.Region)');
    const one = (...more: readonly string[]) => ({ offer: offer('Cpus: 8', ...more) });
    const [cheap, dear] = [1, 2].map((amount) => [`Price: ${amount} EUR/job`, `Estimate: ${amount} EUR`]);
    expect(behindBy(wish, one('Reputation: 2', ...dear!), one('Reputation: 1', ...cheap!))).to.equal('rank');
    expect(behindBy(wish, one('Region: eu', ...dear!), one(...cheap!))).to.equal('rank');
    expect(behindBy(wish, one('Reputation: 2', ...cheap!), one('Reputation: 2', ...dear!))).to.equal('cost');
    expect(behindBy(wish, one(...cheap!), one(...cheap!))).to.equal('name');
  });

  it('comes by Rank, Prefer, Estimate and then the order given, of any Offers', () => {
    const wish = ask('Cpus: 1', 'Rank: their.Reputation', 'Prefer: their.Region == "eu"');
    const one = fc.record({
      rank: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      isNear: fc.boolean(),
      cents: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    });
    const by = (a: number, b: number) => a - b;
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (all) => {
        const offers = all.map(({ rank, isNear, cents }) => ({
          offer: offer(
            'Cpus: 1',
            ...(rank === undefined ? [] : [`Reputation: ${rank}`]),
            ...(isNear ? ['Region: eu'] : []),
            ...(cents === undefined ? [] : [`Price: 0.0${cents} EUR/job`, `Estimate: 0.0${cents} EUR`]),
          ),
        }));
        const expected = all
          .map((said, place) => ({ ...said, place }))
          .toSorted(
            (a, b) =>
              by(b.rank ?? -1, a.rank ?? -1) ||
              by(Number(b.isNear), Number(a.isNear)) ||
              by(a.cents ?? 0, b.cents ?? 0) ||
              by(a.place, b.place),
          );
        expect(bestFirst(wish, offers)).to.deep.equal(expected.map(({ place }) => place));
      }),
    );
  });
});
