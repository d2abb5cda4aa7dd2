import { expect } from 'chai';
import { type Document1, DocumentReader, partyOf } from '../../grammar/index.ts';
import type { MarketLog } from '../../market/log.ts';
import { Registry } from '../../market/registry.ts';
import { TellReader, told1 } from '../../market/told.ts';
import { Departures } from '../../market/watches/departures.ts';
import { Herald } from '../../market/watches/herald.ts';
import { Slices } from '../../platform/slices.ts';
import { anyDocumentOf, ask1, tell1 } from './support.ts';

describe('the herald of Watches', () => {
  it('tells very many of one Tell in slices, each once', async () => {
    const slices = new Slices(0); // the event loop goes round after each
    const log: Partial<MarketLog> = {};
    const failed: unknown[] = [];
    const herald = new Herald({
      log: log as MarketLog,
      slices,
      reader: new TellReader(new DocumentReader()),
      departures: new Departures(slices),
      most: 10,
      failed: (error) => failed.push(error),
    });
    herald.begin(0);
    const watches = 50_000;
    const heard = new Map<number, number>();
    let turn = 0;
    const inTurn: number[] = [];
    const ask = partyOf(anyDocumentOf(ask1('a', 'Cpus: 1')) as Document1);
    for (let watch = 0; watch < watches; watch += 1) {
      herald.join(ask, 0, {
        hear: () => {
          heard.set(watch, (heard.get(watch) ?? 0) + 1);
          inTurn[turn] = (inTurn[turn] ?? 0) + 1;
        },
        letGo: () => {},
      });
    }
    const told = told1(anyDocumentOf(tell1('t', 'Cpus: 8')) as Document1, 'user 7');
    herald.changed(new Registry().tell(told, 1, 1, undefined));
    let isOver = false;
    const settled = herald.settled().then(() => {
      isOver = true;
    });
    while (!isOver) {
      turn += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled;
    expect(failed).to.deep.equal([]);
    expect(heard.size).to.equal(watches);
    expect(Math.max(...heard.values())).to.equal(1);
    expect(Math.max(...inTurn.filter((count) => count !== undefined))).to.be.below(watches / 4);
  });
});
