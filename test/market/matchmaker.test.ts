import { expect } from 'chai';
import { type Document1, DocumentReader, type Sliced } from '../../grammar/index.ts';
import { MarketLog } from '../../market/log.ts';
import { Matchmaker } from '../../market/matchmaker.ts';
import { Registry } from '../../market/registry.ts';
import { marketSettings } from '../../market/settings.ts';
import { Slices } from '../../platform/slices.ts';
import { openServiceStore } from '../support/service-store.ts';
import { anyDocumentOf, ask1 } from './support.ts';

/** Slices of which the first work fails. */
class FailingOnce extends Slices {
  #hasFailed = false;

  override run<T>(work: Sliced<T>): Promise<T> {
    if (this.#hasFailed) return super.run(work);
    this.#hasFailed = true;
    return Promise.reject(new Error('a fault'));
  }
}

describe('the matchmaker', () => {
  it('looks anew for an Ask where a fault was in the way of an equal one', async () => {
    await using files = await openServiceStore('market');
    const matchmaker = new Matchmaker({
      config: marketSettings.parse({}),
      registry: new Registry(),
      log: new MarketLog(files.store),
      slices: new FailingOnce(8),
      suggesting: { reader: new DocumentReader(), most: 1 },
    });
    const ask = anyDocumentOf(ask1('ask-1', 'Cpus: 8')) as Document1;
    const first = await matchmaker.ask(ask).catch((error: unknown) => error);
    expect(first).to.be.instanceOf(Error);
    expect((await matchmaker.ask(ask)).matched).to.equal(0);
  });
});
