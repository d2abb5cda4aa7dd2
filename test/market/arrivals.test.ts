import { expect } from 'chai';
import fc from 'fast-check';
import type { Document1 } from '../../grammar/index.ts';
import { DocumentReader } from '../../grammar/index.ts';
import { MarketLog } from '../../market/log.ts';
import { type Change, Registry } from '../../market/registry.ts';
import { type MarketSettings, marketSettings } from '../../market/settings.ts';
import { MarketStore } from '../../market/store.ts';
import { Tells } from '../../market/tells.ts';
import { TellReader } from '../../market/told.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import { ManualClock } from '../support/clock.ts';
import { openServiceStore } from '../support/service-store.ts';
import { anyDocumentOf, tell1 } from './support.ts';

const teller = 'user 7';

/** Those who tell over a store, and what they did to the Tells in memory. */
function givenTells(store: Store, settings: Partial<MarketSettings> = {}) {
  const registry = new Registry();
  const changes: Change[] = [];
  const marketStore = new MarketStore(store, registry);
  const tells = new Tells({
    config: { ...marketSettings.parse({}), ...settings },
    store: marketStore,
    registry,
    clock: new ManualClock(),
    reader: new TellReader(new DocumentReader()),
    changed: (change) => changes.push(change),
  });
  const tell = (id: string, ...headers: string[]) => {
    const text = tell1(id, ...headers);
    return tells.tell1(anyDocumentOf(text) as Document1, teller, text);
  };
  return { tells, tell, registry, changes, marketStore };
}

function refused(): Refusal {
  return new Refusal(failure('market-full', 'the disk has gone'));
}

type Begun =
  | { readonly kind: 'tell'; readonly id: string; readonly seq: number; readonly cpus: number }
  | { readonly kind: 'untell'; readonly id: string };

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const someBegun: fc.Arbitrary<Begun> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('tell' as const),
      id: ids,
      seq: fc.integer({ min: 0, max: 2 }),
      cpus: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('untell' as const), id: ids }) },
);

describe('new Tells that come into memory together', () => {
  it('leave there what the store holds, whatever else is begun at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(someBegun, { maxLength: 12 }), { maxLength: 5 }), async (turns) => {
        await using given = await openServiceStore('market');
        const { tells, tell, registry, changes, marketStore } = givenTells(given.store);
        for (const begun of turns) {
          await Promise.all(
            begun.map((one) =>
              one.kind === 'untell'
                ? tells.untell({ teller, id: one.id })
                : tell(one.id, `Seq: ${one.seq}`, `Cpus: ${one.cpus}`),
            ),
          );
          const rows = await marketStore.tells(0, 1_000);
          expect(registry.size).to.equal(rows.length);
          for (const { id, place, document } of rows) {
            const live = registry.find({ teller, id });
            expect([live?.place, live?.row.document]).to.deep.equal([place, document]);
            expect(registry.supply.toldOf(live?.at ?? -1)).to.equal(place);
          }
        }
        const { events } = await new MarketLog(given.store).after(0, 1_000);
        expect(changes.map(({ cursor }) => cursor)).to.deep.equal(events.map(({ cursor }) => cursor));
      }),
      { numRuns: 25 },
    );
  });

  it('are heard of one by one, in their order, when all are there', async () => {
    await using given = await openServiceStore('market');
    const { tell, registry, changes } = givenTells(given.store);
    const named = Array.from({ length: 70 }, (_, index) => `t${index}`);
    await Promise.all(named.map((id) => tell(id)));
    expect(changes.map(({ after }) => after?.row.id)).to.deep.equal(named);
    expect(changes.map(({ cursor }) => cursor)).to.deep.equal(named.map((_, index) => index + 1));
    expect(registry.cursor).to.equal(70);
  });

  it('are all refused where their verb fails, and leave their room to others', async () => {
    await using given = await openServiceStore('market');
    let isBroken = true;
    const store: Store = {
      write: (verb) => (isBroken ? Promise.reject(refused()) : given.store.write(verb)),
      read: (query) => given.store.read(query),
      close: () => given.store.close(),
    };
    const { tells, tell, registry, changes } = givenTells(store, { 'most-tells': 2 });
    const outcomes = await Promise.allSettled([tell('a'), tell('b'), tell('c')]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
    await tells.settled();
    expect([registry.size, registry.cursor, changes.length]).to.deep.equal([0, 0, 0]);
    isBroken = false;
    await Promise.all([tell('b'), tell('c')]);
    const third = await tell('a').catch((error: Refusal) => error.code);
    expect([registry.size, third]).to.deep.equal([2, 'market-full']);
  });

  it('are waited for by who asks for all that was begun before, the last that joined too', async () => {
    await using given = await openServiceStore('market');
    const { tells, tell, registry } = givenTells(given.store);
    const first = tell('a');
    const early = tells.settled();
    const second = tell('b');
    await tells.settled();
    expect(registry.size).to.equal(2);
    await Promise.all([first, early, second]);
  });
});
