import { expect } from 'chai';
import { Refusal } from '../../platform/failure.ts';
import { refusalOf, resourceAskOf, slaAskOf, textsOf } from '../support/documents.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';
import { givenMarket, hourMs, minuteMs, somebody, tellOf } from './support.ts';

const askGcc = slaAskOf('Application: gcc4.0.2');

describe('the market', () => {
  it('answers an Ask with the Tells of that application as they were told, first told first', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const tells = [tellOf('gcc4.0.2', 3, 'Region: eu'), tellOf('gcc4.0.2', 1), tellOf('gcc4.0.2', 2)];
    for (const tell of [...tells, tellOf('gcc4.0.20', 4), tellOf('GCC4.0.2', 5)]) await market.tell(tell);
    expect(textsOf(await market.ask(askGcc))).to.deep.equal(textsOf(tells));
    expect(await market.ask(slaAskOf('Application: octave'))).to.deep.equal([]);
  });

  it('answers a Tell with nothing, and maps an Ask to its answers', async () => {
    await using given = await givenMarket();
    expect(await given.market.receive(tellOf('gcc4.0.2', 1), somebody, '')).to.deep.equal([]);
    expect(await given.market.receive(askGcc, somebody, '')).to.have.length(1);
  });

  it('keeps Tells, and their order, when its store is opened again', async () => {
    await using given = await givenMarket();
    for (const port of [3, 1, 2]) await given.market.tell(tellOf('gcc4.0.2', port));
    await given.market.tell(tellOf('gcc4.0.2', 1, 'Region: eu'));
    await given.market.tell(tellOf('gcc4.0.2', 3));
    const before = textsOf(await given.market.ask(askGcc));
    await given.restart();
    expect(textsOf(await given.market.ask(askGcc))).to.deep.equal(before);
    expect(before.join('')).to.match(/:3\n.*:2\n.*:1\nRegion: eu\n$/s);
  });

  it('keeps the place of a Tell that is told again unchanged, and puts one with another text last', async () => {
    await using given = await givenMarket();
    const { market } = given;
    for (const port of [1, 2, 3]) await market.tell(tellOf('gcc4.0.2', port));
    await market.tell(tellOf('gcc4.0.2', 1));
    await market.tell(tellOf('gcc4.0.2', 2, 'Region: eu'));
    const expected = [tellOf('gcc4.0.2', 1), tellOf('gcc4.0.2', 3), tellOf('gcc4.0.2', 2, 'Region: eu')];
    expect(textsOf(await market.ask(askGcc))).to.deep.equal(textsOf(expected));
  });

  it('lets a Tell live for its lifetime from its arrival, whatever else it says', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    await market.tell(tellOf('gcc4.0.2', 1, 'Date: 1'));
    await clock.advance(hourMs - 1);
    expect(await market.ask(askGcc)).to.have.length(1);
    await clock.advance(1);
    expect(await market.ask(askGcc)).to.deep.equal([]);
    await given.restart();
    expect(await given.market.ask(askGcc)).to.deep.equal([]);
  });

  it('lets a Tell that is told again live anew, from then', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    await market.tell(tellOf('gcc4.0.2', 1));
    await clock.advance(hourMs - 1);
    await market.tell(tellOf('gcc4.0.2', 1));
    await clock.advance(hourMs - 1);
    expect(await market.ask(askGcc)).to.have.length(1);
    await given.restart();
    expect(await given.market.ask(askGcc)).to.have.length(1);
    await clock.advance(1);
    expect(await given.market.ask(askGcc)).to.deep.equal([]);
  });

  it('takes a Tell that had lapsed for a new one, swept or not', async () => {
    for (const swept of [false, true]) {
      await using given = await givenMarket();
      const { market, clock } = given;
      await market.tell(tellOf('gcc4.0.2', 1));
      await clock.advance(hourMs / 2);
      await market.tell(tellOf('gcc4.0.2', 2));
      await clock.advance(hourMs / 2);
      if (swept) await market.sweep(clock.now());
      await market.tell(tellOf('gcc4.0.2', 1));
      expect((await market.ask(askGcc)).map(({ brokerIp }) => brokerIp.port)).to.deep.equal([2, 1]);
      await given.restart();
      expect((await given.market.ask(askGcc)).map(({ brokerIp }) => brokerIp.port)).to.deep.equal([2, 1]);
    }
  });

  it('shows an Ask every Tell that was begun before it, answered or not', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const told = [1, 2, 3].map((port) => market.tell(tellOf('gcc4.0.2', port)));
    const answer = market.ask(askGcc);
    const later = market.tell(tellOf('octave', 4));
    expect(await answer).to.have.length(3);
    await Promise.all([...told, later]);
  });

  it('refuses a Tell over its bound, keeps all others, and takes renewals and replacements', async () => {
    await using given = await givenMarket({ 'most-tells': 2 });
    const { market, clock } = given;
    for (const port of [1, 2]) await market.tell(tellOf('gcc4.0.2', port));
    const refusal = await refusalOf(market.tell(tellOf('gcc4.0.2', 3)));
    expect(refusal).to.include({ code: 'market-full', status: 503 });
    expect(refusal.next).to.match(/market\.most-tells/);
    await market.tell(tellOf('gcc4.0.2', 1));
    await market.tell(tellOf('gcc4.0.2', 2, 'Region: eu'));
    expect((await market.ask(askGcc)).map(({ brokerIp }) => brokerIp.port)).to.deep.equal([1, 2]);
    await clock.advance(hourMs);
    await market.sweep(clock.now());
    await market.tell(tellOf('gcc4.0.2', 3));
    expect(await market.ask(askGcc)).to.have.length(1);
  });

  it('counts against its bound what is new, once, also while it is being written', async () => {
    await using given = await givenMarket({ 'most-tells': 2 });
    const { market } = given;
    await market.tell(tellOf('gcc4.0.2', 1));
    const renewals = [1, 1, 1].map((port) => market.tell(tellOf('gcc4.0.2', port)));
    const told = [2, 2].map((port) => market.tell(tellOf('gcc4.0.2', port)));
    const refused = refusalOf(market.tell(tellOf('gcc4.0.2', 3)));
    await Promise.all([...renewals, ...told]);
    expect(await refused).to.include({ code: 'market-full' });
    expect(await market.ask(askGcc)).to.have.length(2);
  });

  it('refuses a RESOURCE document, and says where to send it', async () => {
    await using given = await givenMarket();
    const refusal = await refusalOf(
      given.market.receive(resourceAskOf('Application: gcc4.0.2'), somebody, ''),
    );
    expect(refusal).to.include({ code: 'wrong-service', status: 422, next: 'send it to infogather' });
  });

  it('forgets what has lapsed step by step, so that others are served meanwhile', async () => {
    await using given = await givenMarket();
    const { market, clock, files } = given;
    const many = Array.from({ length: 11_000 }, (_, index) => tellOf(`app${index % 7}`, 1 + index));
    await Promise.all(many.map((tell) => market.tell(tell)));
    await clock.advance(hourMs - minuteMs);
    await market.tell(tellOf('gcc4.0.2', 1));
    await clock.advance(minuteMs);
    let swept = false;
    const sweep = market.sweep(clock.now()).then(() => {
      swept = true;
    });
    await market.tell(tellOf('gcc4.0.2', 2));
    expect(swept).to.equal(false);
    await sweep;
    const [left] = await files.store.read((sql) => sql.all('SELECT count(*) AS count FROM tells'));
    expect(left).to.deep.equal({ count: 2 });
    expect(await market.ask(slaAskOf('Application: app1'))).to.deep.equal([]);
    expect(await market.ask(askGcc)).to.have.length(2);
  });

  it('keeps a Tell that is told again while a sweep forgets it', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    await market.tell(tellOf('gcc4.0.2', 1));
    await clock.advance(hourMs);
    const swept = market.sweep(clock.now());
    await Promise.all([swept, market.tell(tellOf('gcc4.0.2', 1))]);
    expect(await market.ask(askGcc)).to.have.length(1);
    await given.restart();
    expect(await given.market.ask(askGcc)).to.have.length(1);
  });

  it('tells nobody of a Tell that its store refused, and goes on', async () => {
    const files = await openServiceStore('market');
    let full = false;
    const failing: ServiceStore = {
      ...files,
      store: {
        write: (verb) =>
          full
            ? Promise.reject(new Refusal({ code: 'store-full', status: 507, detail: 'no room' }))
            : files.store.write(verb),
        read: (query) => files.store.read(query),
        close: () => files.store.close(),
      },
    };
    await using given = await givenMarket({ 'most-tells': 2 }, failing);
    const { market } = given;
    await market.tell(tellOf('gcc4.0.2', 1));
    full = true;
    const refused = refusalOf(market.tell(tellOf('gcc4.0.2', 2)));
    const answer = market.ask(askGcc);
    expect(await refused).to.include({ code: 'store-full' });
    expect(await answer).to.have.length(1);
    full = false;
    await market.tell(tellOf('gcc4.0.2', 3));
    expect((await market.ask(askGcc)).map(({ brokerIp }) => brokerIp.port)).to.deep.equal([1, 3]);
  });
});
