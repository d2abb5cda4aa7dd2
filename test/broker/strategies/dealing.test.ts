import { expect } from 'chai';
import fc from 'fast-check';
import { MarginCountering } from '../../../broker/strategies/margin-countering.ts';
import { NoWorse } from '../../../broker/strategies/no-worse.ts';
import { cpuHoursOf } from '../../../broker/strategies/serving.ts';
import { strategiesOf } from '../../../broker/strategies/strategies.ts';
import { document1Of, type Price, priceOf, priceText } from '../../../grammar/index.ts';
import { settingsOf } from './support.ts';

const none = { openOffers: 0, agreements: 0, cpuHours: 0 };

function servingOf(given: Readonly<Record<string, unknown>>) {
  return strategiesOf({ ...settingsOf(given), currencies: [] }).serving;
}

function price(text: string): Price {
  const read = priceOf(text);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

/** The terms of a deal, as an Offer says them. */
function termsOf(headers: string) {
  const lines = headers.split('\n').map((line) => {
    const [name = '', value = ''] = line.split(': ');
    return { name, value };
  });
  const head = { 'SLA-version': '1.0', Action: 'Offer', Id: 'o', 'In-reply-to': 'a' };
  const { deal } = document1Of([
    ...Object.entries(head).map(([name, value]) => ({ name, value })),
    ...lines.filter(({ name }) => name !== ''),
  ]);
  if (deal === undefined) throw new Error('no deal');
  return deal;
}

describe('whom a broker serves', () => {
  it('is everybody, unless some are allowed or denied by name', () => {
    const may = (owner: string, given: Readonly<Record<string, unknown>>) =>
      servingOf(given).mayDeal(owner, none, 1).ok;
    expect(may('ann', {})).to.equal(true);
    expect(may('ann', { 'deal-allow': ['ann'] })).to.equal(true);
    expect(may('bob', { 'deal-allow': ['ann'] })).to.equal(false);
    expect(may('bob', { 'deal-deny': ['bob'] })).to.equal(false);
    expect(may('ann', { 'deal-allow': ['ann'], 'deal-deny': ['*'] })).to.equal(false);
    expect(may('ann', { 'deal-allow': [] })).to.equal(false);
    const denied = servingOf({ 'deal-deny': ['bob'] }).mayDeal('bob', none, 1);
    expect(denied).to.deep.equal({
      ok: false,
      text: 'this broker makes no deals with bob; ask its administrators',
    });
  });

  it('is each up to so many open Offers, agreements and cpu-hours at once', () => {
    const serving = servingOf({
      ...{ 'deal-offers-each': 2, 'deal-agreements-each': 3, 'deal-cpu-hours-each': 100 },
    });
    const text = (use: Partial<typeof none>, wanted?: number) => {
      const served = serving.mayDeal('ann', { ...none, ...use }, wanted);
      return served.ok ? 'served' : served.text;
    };
    expect(text({ openOffers: 1, agreements: 2, cpuHours: 36 }, 64)).to.equal('served');
    expect(text({ openOffers: 2 }, 1)).to.match(/^you have 2 open Offers, and may have 2/);
    expect(text({ agreements: 3 }, 1)).to.match(/^you have 3 agreements, and may have 3/);
    expect(text({ cpuHours: 36.5 }, 64)).to.equal(
      '36.5 cpu-hours are offered to you or agreed, and with 64 more it is more than 100 at once',
    );
    expect(text({})).to.match(/^say Walltime/);
    expect(servingOf({}).mayDeal('ann', none, undefined).ok, 'without such a bound').to.equal(true);
  });

  it('counts what tasks may take at most', () => {
    expect(cpuHoursOf({ cpus: 8, walltimeMs: 7_200_000, tasks: 4 })).to.equal(64);
  });
});

describe('the answer to a Counter', () => {
  const list = price('1 EUR/cpu-h + 2 EUR/job');
  const answer = (
    given: { offered?: Price; proposed?: Price; list?: Price },
    below: 'refuse' | 'price' = 'refuse',
  ) =>
    new MarginCountering({ margin: 10, floor: 80, below }).answer({
      ...{ offered: list, proposed: undefined, list },
      ...given,
    });

  it('takes what lies within the margin, in every rate', () => {
    expect(answer({ proposed: price('0.90 EUR/cpu-h + 1.80 EUR/job') }).answer).to.equal('accept');
    expect(answer({ proposed: price('0.899999999 EUR/cpu-h + 5 EUR/job') })).to.deep.equal({
      answer: 'refuse',
      text: '0.899999999 EUR/cpu-h + 5.00 EUR/job is too little',
    });
    expect(answer({ proposed: price('9 EUR/cpu-h') }).answer, 'a rate that is left out').to.equal('refuse');
    expect(answer({ proposed: price('2 EUR + 1 EUR/cpu-h') }).answer, 'once is a job').to.equal('accept');
    expect(answer({ proposed: price('5 CREDIT/cpu-h') }).answer).to.equal('refuse');
  });

  it('stops at the floor, however often it is countered', () => {
    const step = (offered: Price): Price => {
      const least = answer({ offered, proposed: price('0 EUR') }, 'price');
      return least.answer === 'price' ? price(least.price) : offered;
    };
    let offered = list;
    for (let round = 0; round < 8; round += 1) offered = step(offered);
    expect(priceText(offered)).to.equal('0.80 EUR/cpu-h + 1.60 EUR/job');
  });

  it('names the least that is taken where it is so set, which is then taken', () => {
    fc.assert(
      fc.property(
        fc.record({ margin: fc.nat(100), floor: fc.nat(100) }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 2, maxLength: 2 }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 2, maxLength: 2 }),
        (rules, [a = 0n, b = 0n], [c = 0n, d = 0n]) => {
          const of = (perHour: bigint, perJob: bigint): Price => ({
            currency: 'EUR',
            rates: [
              { nano: perHour, per: 'cpu-h' },
              { nano: perJob, per: 'job' },
            ],
            header: '',
          });
          const countering = new MarginCountering({ ...rules, below: 'price' });
          const [offered, asked] = [of(a, b), of(c, d)];
          const zero = countering.answer({ offered, proposed: of(0n, 0n), list: asked });
          if (zero.answer !== 'price') return;
          const least = price(zero.price);
          expect(countering.answer({ offered, proposed: least, list: asked }).answer).to.equal('accept');
          const paid = (per: string) => least.rates.find((rate) => rate.per === per)?.nano ?? 0n;
          expect(paid('cpu-h') * 100n >= c * BigInt(rules.floor), 'the floor').to.equal(true);
          expect(paid('job') * 100n >= b * BigInt(100 - rules.margin), 'the margin').to.equal(true);
          const less = { ...least, rates: least.rates.map(({ per, nano }) => ({ per, nano: nano - 1n })) };
          if (less.rates.every(({ nano }) => nano >= 0n))
            expect(countering.answer({ offered, proposed: less, list: asked }).answer).to.equal('price');
        },
      ),
    );
  });

  it('is yes to anything where nothing is asked', () => {
    expect(
      new MarginCountering({ margin: 0, floor: 100, below: 'refuse' }).answer({
        ...{ offered: undefined, proposed: price('1 EUR/h'), list: undefined },
      }).answer,
    ).to.equal('accept');
  });
});

describe('the answer to an Amend', () => {
  const before = 'Cpus: 8\nMemory: 16 GiB\nWalltime: 2 h\nTasks: 4\nPrice: 1 EUR/cpu-h\nFeatures: avx2';
  const worse = (after: string, until = 0) =>
    new NoWorse().worse(
      { terms: termsOf(before), untilAt: 1_000 },
      { terms: termsOf(after), untilAt: 1_000 + until },
    );
  const changed = (from: string, to: string) => worse(before.replace(from, to));

  it('is yes at once where less is taken, for no longer and no cheaper', () => {
    expect(worse(before)).to.equal(undefined);
    expect(changed('Cpus: 8', 'Cpus: 4')).to.equal(undefined);
    expect(changed('16 GiB', '8192 MiB')).to.equal(undefined);
    expect(changed('Tasks: 4', 'Tasks: 2')).to.equal(undefined);
    expect(changed('1 EUR/cpu-h', '1 EUR/cpu-h + 1 EUR/job')).to.equal(undefined);
    expect(changed('\nFeatures: avx2', '')).to.equal(undefined);
    expect(worse(before, -1)).to.equal(undefined);
  });

  it('says what would be worse', () => {
    expect(changed('Cpus: 8', 'Cpus: 9')).to.equal('Cpus would be more');
    expect(changed('16 GiB', '16.5 GiB')).to.equal('Memory would be more');
    expect(changed('Walltime: 2 h', 'Walltime: 121 min')).to.equal('Walltime would be more');
    expect(changed('Walltime: 2 h\n', '')).to.equal('Walltime would be more');
    expect(worse(`${before}\nGpus: 1`)).to.equal('Gpus would be more');
    expect(worse(`${before}\nCount: 2`)).to.equal('Count would be more');
    expect(worse(`${before}\nStart: 2026-12-01T10:00Z`)).to.equal('Start would be another');
    expect(worse(`${before}\nDeadline: 2026-12-01T10:00Z`)).to.equal('Deadline would be another');
    expect(worse(`${before}\nRegion: eu`)).to.equal('Region would be another');
    expect(changed('1 EUR/cpu-h', '0.99 EUR/cpu-h')).to.equal('Price would be less');
    expect(changed('1 EUR/cpu-h', '5 CREDIT/cpu-h')).to.equal('Price would be less');
    expect(worse(before, 1)).to.equal('it would last longer');
  });

  it('is never yes both ways but where sizes and rates are the same', () => {
    const size = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(fc.tuple(size, size, size), fc.tuple(size, size, size), (one, other) => {
        const of = ([cpus, tasks, rate]: readonly [number, number, number]) => ({
          terms: termsOf(`Cpus: ${cpus}\nTasks: ${tasks}\nPrice: ${rate} EUR/cpu-h`),
          untilAt: 0,
        });
        const both = [new NoWorse().worse(of(one), of(other)), new NoWorse().worse(of(other), of(one))];
        if (both.every((text) => text === undefined)) expect(one).to.deep.equal(other);
      }),
    );
  });
});
