import { expect } from 'chai';
import { PricesClient } from '../../../client/index.ts';
import { marketDoors } from '../../../market/index.ts';
import type { PriceQuery } from '../../../protocol/prices.ts';
import { answerLimits, openDoors } from '../../support/doors.ts';
import { type GivenMarket, givenMarket, hourMs, minuteMs, said, tell1, untell1 } from '../support.ts';

const price = (application: string, text: string) => [`Application: ${application}`, `Price: ${text}`];

async function told(given: GivenMarket, ...tells: readonly string[]): Promise<void> {
  for (const tell of tells) expect((await said(given.market, tell))[0]).to.match(/^Action: Ack$/m);
}

function pageOf(given: GivenMarket, query: PriceQuery) {
  return given.market.prices.page(query);
}

/** Lets housekeeping come once a minute. */
async function pass(given: GivenMarket, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await given.clock.advance(minuteMs);
    await given.market.sweep(given.clock.now());
  }
}

describe('what an application costs', () => {
  it('is told of live Tells by currency and unit, the rates of a unit summed', async () => {
    await using given = await givenMarket();
    await told(
      given,
      tell1('a', ...price('gcc', '1 EUR/cpu-h + 0.5 EUR/cpu-h + 0.000000001 EUR')),
      tell1('b', ...price('gcc, octave', '2 EUR/cpu-h'), 'Price: 7 CREDIT/task'),
      tell1('c', ...price('gcc', '9 EUR/cpu-h')),
      tell1('free', 'Application: gcc'),
    );
    const { now, hours, next } = await pageOf(given, { application: 'gcc' });
    const spread = { least: '1.50', lower: '1.50', median: '2.00', upper: '9.00', most: '9.00' };
    expect(now).to.deep.include({ currency: 'EUR', unit: 'cpu-h', tells: 3, ...spread });
    const same = (text: string) => ({ least: text, lower: text, median: text, upper: text, most: text });
    expect(now).to.deep.include({ currency: 'EUR', unit: 'job', tells: 1, ...same('0.000000001') });
    expect(now).to.deep.include({ currency: 'CREDIT', unit: 'task', tells: 1, ...same('7.00') });
    expect([now.length, hours.length, next]).to.deep.equal([3, 0, null]);
    const octave = await pageOf(given, { application: 'octave', currency: 'EUR' });
    expect(octave.now.map(({ median }) => median)).to.deep.equal(['2.00']);
    await told(given, untell1('c'));
    const after = await pageOf(given, { application: 'gcc', unit: 'cpu-h' });
    expect(after.now).to.deep.equal([
      {
        currency: 'EUR',
        unit: 'cpu-h',
        tells: 2,
        ...{ ...spread, median: '1.50', upper: '2.00', most: '2.00' },
      },
    ]);
  });

  it('is kept hour by hour, over all moments at which it was looked, through a restart', async () => {
    await using given = await givenMarket({
      'price-interval': 10 * minuteMs,
      'longest-lifetime': 24 * hourMs,
    });
    const dear = (amount: number) =>
      tell1('a', `Seq: ${amount}`, 'Expires: 1 d', ...price('gcc', `${amount} EUR/h`));
    await given.clock.advance(hourMs - (given.clock.now() % hourMs));
    const first = given.clock.now();
    await told(given, dear(1));
    await pass(given, 25); // looks at minutes 1, 11 and 21
    await given.restart();
    await told(given, dear(5));
    await pass(given, 35); // looks at minutes 26, 36, 46 and 56, and 60 is of the next hour
    const { hours } = await pageOf(given, { application: 'gcc' });
    expect(hours.at(-1)).to.deep.equal({
      ...{ hour: first, looks: 7, currency: 'EUR', unit: 'h', tells: 1 },
      ...{ least: '1.00', lower: '1.00', median: '5.00', upper: '5.00', most: '5.00' },
    });
    await pass(given, 30);
    const later = await pageOf(given, { application: 'gcc', since: first + 1 });
    expect(later.hours.map(({ hour, least }) => [hour - first, least])).to.deep.equal([[hourMs, '5.00']]);
  });

  it('is kept of an hour that is over as it was, also where the clock is set back into it', async () => {
    await using given = await givenMarket({ 'longest-lifetime': 24 * hourMs });
    const hour = given.clock.now() - (given.clock.now() % hourMs);
    await told(given, tell1('a', 'Expires: 1 d', ...price('gcc', '1 EUR/h')));
    await given.market.sweep(hour);
    await told(given, tell1('a', 'Seq: 1', 'Expires: 1 d', ...price('gcc', '5 EUR/h')));
    await given.market.sweep(hour + hourMs);
    await given.market.sweep(hour);
    const { hours } = await pageOf(given, { application: 'gcc' });
    expect(hours.map(({ least, most }) => [least, most])).to.deep.equal([
      ['5.00', '5.00'],
      ['1.00', '1.00'],
    ]);
  });

  it('is told page by page, the newest hour first', async () => {
    await using given = await givenMarket({ 'price-interval': hourMs, 'longest-lifetime': 24 * hourMs });
    const two = [...price('gcc', '1 EUR/h + 2 EUR/GiB-h'), 'Price: 3 CREDIT/job'];
    await told(given, tell1('a', 'Expires: 1 d', ...two));
    await pass(given, 3 * 60);
    const all = (await pageOf(given, { application: 'gcc' })).hours;
    expect(all.length).to.equal(9);
    const got: typeof all = [];
    for (let before: string | undefined | null; before !== null; ) {
      const page = await pageOf(given, { application: 'gcc', limit: 2, ...(before && { before }) });
      got.push(...page.hours);
      before = page.next;
      expect(page.hours.length).to.be.within(1, 2);
    }
    expect(got).to.deep.equal(all);
    expect(all.map(({ hour }) => hour)).to.deep.equal(all.map(({ hour }) => hour).toSorted((a, b) => b - a));
  });

  it('is told of one currency, one unit, or both, page by page, without a look at the others', async () => {
    await using given = await givenMarket({ 'price-interval': hourMs, 'longest-lifetime': 24 * hourMs });
    const several = [
      ...price('gcc', '1 EUR/h + 2 EUR/GiB-h + 4 EUR/job'),
      'Price: 3 CREDIT/job + 5 CREDIT/h',
    ];
    await told(given, tell1('a', 'Expires: 1 d', ...several), tell1('b', ...price('octave', '9 EUR/job')));
    await pass(given, 3 * 60);
    const all = (await pageOf(given, { application: 'gcc' })).hours;
    for (const wanted of [
      { currency: 'EUR' },
      { unit: 'job' },
      { currency: 'EUR', unit: 'job' },
      { unit: 'task' },
    ] as const)
      for (const limit of [1, 2, 100]) {
        const got: typeof all = [];
        for (let before: string | undefined | null; before !== null; ) {
          const page = await pageOf(given, {
            application: 'gcc',
            ...wanted,
            limit,
            ...(before && { before }),
          });
          got.push(...page.hours);
          before = page.next;
        }
        const isWanted = (one: (typeof all)[number]) =>
          Object.entries(wanted).every(([name, value]) => one[name as 'currency' | 'unit'] === value);
        expect(got, JSON.stringify({ ...wanted, limit })).to.deep.equal(all.filter(isWanted));
      }
    // A place of another currency is a place all the same.
    const [, second] = all;
    const before = `${second?.hour}.EUR.h`;
    const credit = await pageOf(given, { application: 'gcc', currency: 'CREDIT', before });
    expect(credit.hours).to.deep.equal(
      all.filter(({ hour, currency }) => currency === 'CREDIT' && hour <= (second?.hour ?? 0)),
    );
  });

  it('is asked for over HTTP, and refused where the question is none', async () => {
    await using given = await givenMarket({ 'price-interval': hourMs, 'prices-a-page': 2 });
    await told(given, tell1('a', 'Expires: 1 d', ...price('gcc 12', '1 EUR/h + 2 EUR/job')));
    await pass(given, 2 * 60 + 1);
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const client = new PricesClient({ url: doors.url, fetch });
    expect((await client.now('gcc 12', { unit: 'h' })).map(({ median }) => median)).to.deep.equal(['1.00']);
    const all = await Array.fromAsync(client.hours('gcc 12'));
    expect(new Set(all.map(({ hour, unit }) => `${hour} ${unit}`)).size, 'three looks, two units').to.equal(
      6,
    );
    expect(await Array.fromAsync(client.hours('gcc 12', { unit: 'job' }))).to.deep.equal(
      all.filter(({ unit }) => unit === 'job'),
    );
    const status = async (query: string) => (await doors.get(`/market/v1/prices${query}`)).status;
    expect(await status('?application=none')).to.equal(200);
    for (const query of [
      '',
      '?application=',
      '?application=a&unit=day',
      '?application=a&before=x',
      '?application=a&more=1',
    ])
      expect(await status(query), query).to.equal(400);
  });

  it('keeps no more than its bounds: hours, rows, series and different amounts', async () => {
    await using given = await givenMarket({
      ...{ 'price-interval': minuteMs, 'price-history': 2 * hourMs, 'longest-lifetime': 24 * hourMs },
      ...{ 'most-price-series': 2, 'prices-an-hour': 3, 'most-price-rows': 5 },
      'prices-a-page': 1,
    });
    const tells = [1, 2, 3, 4, 5, 6, 7].map((amount) =>
      tell1(`n${amount}`, 'Expires: 1 d', ...price('gcc', `${amount} EUR/h`)),
    );
    await told(given, ...tells, tell1('o', 'Expires: 1 d', ...price('octave, third', '1 EUR/h')));
    await pass(given, 2);
    const { hours } = await pageOf(given, { application: 'gcc' });
    await told(given, tell1('n8', 'Expires: 1 d', ...price('gcc', '1 CREDIT/h + 1 CREDIT/job')));
    const { now } = await pageOf(given, { application: 'gcc' });
    expect(
      now.map(({ currency, tells }) => [currency, tells]),
      'what most ask',
    ).to.deep.equal([['EUR', 7]]);
    await told(given, untell1('n8'));
    expect(hours[0]).to.include({ tells: 7, least: '1.00', most: '7.00' });
    expect((await pageOf(given, { application: 'third' })).hours).to.deep.equal([]);
    await pass(given, 6 * 60);
    const kept = await given.files.store.read((sql) =>
      sql.all<{ hour: number; points: string | null }>('SELECT hour, points FROM price_hours'),
    );
    expect(kept.length).to.be.within(4, 5);
    expect(kept.every(({ hour }) => hour >= given.clock.now() - 4 * hourMs)).to.equal(true);
    expect(kept.filter(({ points }) => points !== null).length, 'of the last hour alone').to.equal(2);
    await told(given, ...tells.map((_, index) => untell1(`n${index + 1}`)), untell1('o'));
    await pass(given, 3 * 60);
    const left = await given.files.store.read((sql) => sql.all('SELECT * FROM price_hours').length);
    expect(left).to.equal(0);
  });
});
