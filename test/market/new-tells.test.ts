import { expect } from 'chai';
import { MarketLog } from '../../market/log.ts';
import { NewTells } from '../../market/new-tells.ts';
import { MarketStore } from '../../market/store.ts';
import type { TellRow } from '../../market/tell-row.ts';
import type { Store } from '../../platform/store/store.ts';
import { openServiceStore } from '../support/service-store.ts';
import { nothingKnown } from './support.ts';

describe('new Tells that come together', () => {
  it('are written by few verbs, in the order in which they came', async () => {
    await using given = await openServiceStore('market');
    const { store, verbs } = counting(given.store);
    const written = await placesOf(writeAll(store, 150));
    expect(written).to.deep.equal(Array.from({ length: 150 }, (_, index) => index + 1));
    expect(verbs.begun).to.equal(3); // 64 each
    const kept = await new MarketStore(store, nothingKnown).tells(0, 1_000);
    expect(kept).to.deep.equal(written.map((place, index) => ({ ...rowOf(index), place })));
    const { events } = await new MarketLog(store).after(0, 1_000);
    expect(events.map(({ kind, after }) => [kind, after])).to.deep.equal(
      written.map((_, index) => ['told', rowOf(index).document]),
    );
  });

  it('are written once where a verb beside them throws, and the group runs again', async () => {
    await using given = await openServiceStore('market');
    const writings = writeAll(given.store, 21);
    const thrown = given.store.write(() => {
      throw new Error('a neighbour');
    });
    const failed = await thrown.catch((error: Error) => error.message);
    expect(failed).to.equal('a neighbour');
    const places = await placesOf(writings);
    expect(new Set(places).size).to.equal(21);
    const kept = await new MarketStore(given.store, nothingKnown).tells(0, 1_000);
    expect(kept.map(({ place }) => place)).to.deep.equal(places);
    expect(kept.map(({ id }) => id)).to.deep.equal(places.map((_, index) => rowOf(index).id));
  });

  it('leave what is large to another verb, and what comes after the first was written', async () => {
    await using given = await openServiceStore('market');
    const { store, verbs } = counting(given.store);
    const tells = new NewTells(store);
    const large = (index: number) => ({ ...rowOf(index), document: 'x'.repeat(50 * 1024) });
    await placesOf([0, 1, 2].map((index) => tells.write(large(index), 1, 100, 1)));
    expect(verbs.begun).to.equal(2);
    await placesOf([tells.write(rowOf(3), 1, 103, 1)]);
    expect(verbs.begun).to.equal(3);
  });

  it('leave what comes into many columns of memory to another verb, and one alone may come into more', async () => {
    await using given = await openServiceStore('market');
    const { store, verbs } = counting(given.store);
    const tells = new NewTells(store);
    await placesOf([0, 1, 2, 3].map((index) => tells.write(rowOf(index), 1024, 100, 1)));
    expect(verbs.begun).to.equal(2); // 3072 each
    await placesOf([4, 5].map((index) => tells.write(rowOf(index), 5_000, 100, 1)));
    expect(verbs.begun).to.equal(4);
  });

  it('come before what was begun between, which sees them', async () => {
    await using given = await openServiceStore('market');
    const tells = new NewTells(given.store);
    const order: string[] = [];
    const heard = (places: Promise<unknown>, name: string) => places.then(() => order.push(name));
    const first = heard(tells.write(rowOf(0), 1, 100, 1), 'the first');
    const between = given.store.read((sql) => sql.all('SELECT place FROM tells').length);
    const counted = between.then(() => order.push('what was begun between'));
    const second = heard(tells.write(rowOf(1), 1, 101, 1), 'the second');
    await Promise.all([first, counted, second]);
    expect(await between).to.equal(2);
    expect(order).to.deep.equal(['the first', 'the second', 'what was begun between']);
  });
});

function writeAll(store: Store, count: number): Promise<readonly number[]>[] {
  const tells = new NewTells(store);
  return Array.from({ length: count }, (_, index) => {
    return tells.write(rowOf(index), 1, rowOf(index).expiresAt, index);
  });
}

/** The place of each of some Tells: those that were written together have one promise. */
async function placesOf(writings: readonly Promise<readonly number[]>[]): Promise<number[]> {
  return (await Promise.all(new Set(writings))).flat();
}

function rowOf(index: number): TellRow {
  return {
    teller: 'user 7',
    id: `t${index}`,
    seq: index % 3,
    document: `the Tell ${index}`,
    expiresAt: 100 + index,
  };
}

/** The store, and how many verbs were begun in it. */
function counting(store: Store): { readonly store: Store; readonly verbs: { begun: number } } {
  const verbs = { begun: 0 };
  return {
    verbs,
    store: {
      write(verb, effort) {
        verbs.begun += 1;
        return store.write(verb, effort);
      },
      read: (query) => store.read(query),
      close: () => store.close(),
    },
  };
}
