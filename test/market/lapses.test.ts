import { expect } from 'chai';
import type { Store } from '../../platform/store/store.ts';
import { openServiceStore } from '../support/service-store.ts';
import { ask1, givenMarket, hourMs, idsOf, said, tell1 } from './support.ts';

const tells = 60;
/** Names under which each Tell says something, which no other says. */
const names = 400;

describe('Tells that lapse together', () => {
  it('lapse in several commits where they say much, each of which memory follows soon', async () => {
    const files = await openServiceStore('market');
    const efforts: number[] = [];
    const store: Store = {
      write: (verb, effort = () => 1) =>
        files.store.write(verb, () => {
          efforts.push(effort());
          return effort();
        }),
      read: (query) => files.store.read(query),
      close: () => files.store.close(),
    };
    await using given = await givenMarket({}, { ...files, store });
    const { market, clock } = given;
    const says = (tell: number) => Array.from({ length: names }, (_, at) => `N${tell}-${at}: 1`);
    const numbers = Array.from({ length: tells }, (_, tell) => tell);
    await Promise.all(numbers.map((tell) => said(market, tell1(`t${tell}`, ...says(tell)))));
    clock.set(clock.now() + hourMs);
    efforts.length = 0;
    expect(idsOf(await said(market, ask1('ask-1')))).to.deep.equal([]);
    // All of them are some 6,000: the last that is taken may be more than there is room for.
    expect(Math.max(...efforts)).to.be.within(2_000, 4_200);
  });
});
