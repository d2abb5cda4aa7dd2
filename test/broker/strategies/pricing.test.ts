import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { changeOfPrices, pricedNodes, utilisationOf } from '../../../broker/priced.ts';
import { alongCurve, curveOf } from '../../../broker/strategies/curve.ts';
import { strategiesOf } from '../../../broker/strategies/strategies.ts';
import { priceOf } from '../../../grammar/index.ts';
import { entryOf, givenBroker, said } from '../support.ts';
import { settingsOf } from './support.ts';

const curveTexts = ['0=50', '80=100', '100=300'];
const curve = curveIn(curveTexts);

function curveIn(texts: readonly string[]) {
  const read = curveOf(texts);
  if (read === undefined || 'problem' in read) throw new Error(`no curve: ${texts}`);
  return read;
}

const points = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 })
  .chain((places) =>
    fc.tuple(
      fc.constant(places.toSorted((a, b) => a - b)),
      fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: places.length, maxLength: places.length }),
    ),
  )
  .map(([places, factors]) => places.map((at, index) => ({ at, factor: factors[index] ?? 0 })));
const utilisation = fc.integer({ min: 0, max: 100 });
const nano = fc.bigInt({ min: 0n, max: 10n ** 20n });

describe('a price that goes with load', () => {
  it('goes along its points, between two on the line through them, and stays before the first and after the last', () => {
    const euro = 10n ** 9n;
    const at = (taken: number) => Number(alongCurve(curve, taken, euro)) / 1e9;
    expect([0, 40, 80, 90, 100].map(at)).to.deep.equal([0.5, 0.75, 1, 2, 3]);
    const [from, to] = [curveIn(['20=70']), curveIn(['50=0', '60=10'])];
    expect([0, 20, 100].map((taken) => alongCurve(from, taken, 100n))).to.deep.equal([70n, 70n, 70n]);
    expect([0, 50, 55, 100].map((taken) => alongCurve(to, taken, 100n))).to.deep.equal([0n, 0n, 5n, 10n]);
  });

  it('is each point exactly, whatever the amount', () => {
    fc.assert(
      fc.property(points, nano, (all, amount) => {
        for (const { at, factor } of all) {
          const exact = amount * BigInt(factor);
          const got = alongCurve(all, at, amount);
          expect(got * 100n - exact >= -50n && got * 100n - exact <= 50n).to.equal(true);
        }
      }),
    );
  });

  it('never falls where its points do not, and never rises where they fall', () => {
    const ordered = (sign: 1 | -1) =>
      points.map((all) => {
        const factors = all.map(({ factor }) => factor).sort((a, b) => sign * (a - b));
        return all.map(({ at }, index) => ({ at, factor: factors[index] ?? 0 }));
      });
    const check = (sign: 1 | -1) =>
      fc.property(ordered(sign), utilisation, utilisation, nano, (all, a, b, amount) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const rise = alongCurve(all, more, amount) - alongCurve(all, less, amount);
        expect(rise * BigInt(sign) >= 0n).to.equal(true);
      });
    fc.assert(check(1));
    fc.assert(check(-1));
  });

  it('lies between the two points around it', () => {
    fc.assert(
      fc.property(points, utilisation, nano, (all, taken, amount) => {
        const factors = all.map(({ factor }) => BigInt(factor));
        const least = factors.reduce((a, b) => (b < a ? b : a));
        const most = factors.reduce((a, b) => (b > a ? b : a));
        const got = alongCurve(all, taken, amount) * 100n;
        expect(got >= least * amount - 50n && got <= most * amount + 50n).to.equal(true);
      }),
    );
  });

  it('is written with nine places exactly, and reads back', () => {
    const config = settingsOf({
      price: ['0.03 EUR/cpu-h + 0.05 EUR/job', '1 CREDIT/h'],
      'price-curve': curveTexts,
    });
    const { pricing } = strategiesOf({ ...config, currencies: ['EUR', 'CREDIT'] });
    expect(pricing.prices({ says: [], utilisation: 83 })).to.deep.equal([
      '0.039 EUR/cpu-h + 0.065 EUR/job',
      '1.30 CREDIT/h',
    ]);
    fc.assert(
      fc.property(utilisation, (taken) => {
        for (const text of pricing.prices({ says: [], utilisation: taken }))
          expect(priceOf(text)).to.include({ header: `Price: ${text}` });
      }),
    );
  });
});

describe('settings of prices', () => {
  it('refuse what is no Price, two of one currency, and a curve that goes back', () => {
    expect(() => settingsOf({ price: ['cheap'] })).to.throw(/'cheap' is an amount of money/);
    expect(() => settingsOf({ price: ['1 EUR/h', '2 EUR/job'] })).to.throw(
      'has two prices in EUR; put a plus between their rates',
    );
    expect(() => settingsOf({ 'price-curve': ['50=100', '50=200'] })).to.throw(
      '50=200 does not come after the point before it',
    );
    for (const text of ['101=5', '5', '5=-1', '1=100001'])
      expect(() => settingsOf({ 'price-curve': [text] }), text).to.throw(`'${text}' is no point`);
  });

  it('refuse a price in a currency that the broker does not run', () => {
    const config = settingsOf({ price: ['1 EUR/h'] });
    expect(() => strategiesOf({ ...config, currencies: ['CREDIT'] })).to.throw(
      'broker.price has a price in EUR, which broker.currencies does not have',
    );
  });
});

describe('what a broker asks for a node', () => {
  const free = { isSoldOut: false, isWhole: false, startDelayMs: undefined, waiting: undefined };
  const says = [
    { name: 'Cpus', value: '8' },
    { name: 'Memory', value: '16 GiB' },
  ];
  const gib = 2 ** 30;

  it('goes by what is taken most of it, or by its load where no agent says', () => {
    const taken = (cpus: number, memory: number) => ({
      ...{ says, load: 1 },
      left: { ...free, cpus, memoryBytes: memory * gib, slots: undefined },
    });
    expect(utilisationOf(taken(8, 16))).to.equal(0);
    expect(utilisationOf(taken(6, 16))).to.equal(25);
    expect(utilisationOf(taken(6, 4))).to.equal(75);
    expect(utilisationOf({ ...taken(6, 4), left: { ...taken(6, 4).left, isSoldOut: true } })).to.equal(100);
    expect(utilisationOf({ says, load: 0.254, left: undefined })).to.equal(25);
    expect(utilisationOf({ says, load: 17, left: undefined })).to.equal(100);
    expect(utilisationOf({ says, load: undefined, left: undefined })).to.equal(0);
  });

  it("is its owner's word where that says a Price", () => {
    const { pricing } = strategiesOf({ ...settingsOf({ price: ['1 EUR/h'] }), currencies: ['EUR'] });
    const node = { ...{ name: 'n', serves: [], saysText: '', load: 0 }, disk: undefined, left: undefined };
    const own = { ...node, says: [{ name: 'Price', value: '5 EUR/h' }] };
    const [priced, left] = pricedNodes([{ ...node, says }, own], pricing);
    expect(priced?.prices).to.deep.equal(['1.00 EUR/h']);
    expect(left).to.equal(own);
  });

  it('is told by its Tell, and a Budget that does not reach it is declined', async () => {
    const { broker, told } = givenBroker([entryOf('n1')], {
      price: ['0.03 CREDIT/cpu-h'],
      'price-curve': ['0=100', '100=200'],
    });
    await using _ = broker;
    await broker.start();
    while (told.length === 0) await turn();
    expect(told[0]).to.match(/^Price: 0\.036 CREDIT\/cpu-h$/m);
    const ask = (budget: string) =>
      `SLA-version: 1.0\nAction: Ask\nId: a\nCpus: 8\nWalltime: 1 h\nBudget: ${budget}\n`;
    expect((await said(broker, ask('0.288 CREDIT')))[0]).to.match(/^Action: Tell$/m);
    expect((await said(broker, ask('0.287 CREDIT')))[0]).to.match(/^Reason: price/m);
  });

  it('is told anew where it moved by its step, now and then, and at once where other things are charged', () => {
    const change = (now: string[], told: string[]) => changeOfPrices(now, told, 5);
    expect(change(['1.00 EUR/h'], ['1.00 EUR/h'])).to.equal('none');
    expect(change(['1.04 EUR/h'], ['1.00 EUR/h'])).to.equal('none');
    expect(change(['1.05 EUR/h'], ['1.00 EUR/h'])).to.equal('small');
    expect(change(['0.95 EUR/h + 1.00 EUR/job'], ['1.00 EUR/h + 1.00 EUR/job'])).to.equal('small');
    expect(change(['1.00 EUR/cpu-h'], ['1.00 EUR/h'])).to.equal('great');
    expect(change(['1.00 CREDIT/h'], ['1.00 EUR/h'])).to.equal('great');
    expect(change([], ['1.00 EUR/h'])).to.equal('great');
    expect(change(['0.00 EUR/h'], ['0.00 EUR/h'])).to.equal('none');
    expect(change(['0.01 EUR/h'], ['0.00 EUR/h'])).to.equal('small');
  });
});
