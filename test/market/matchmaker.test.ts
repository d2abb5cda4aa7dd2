import { expect } from 'chai';
import { type Document1, DocumentReader, type Sliced } from '../../grammar/index.ts';
import { MarketLog } from '../../market/log.ts';
import { Matchmaker } from '../../market/matchmaker.ts';
import { Registry } from '../../market/registry.ts';
import { marketSettings } from '../../market/settings.ts';
import { told1 } from '../../market/told.ts';
import { Slices } from '../../platform/slices.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';
import { anyDocumentOf, ask1, tell1 } from './support.ts';

/** Slices of which the first work fails. */
class FailingOnce extends Slices {
  #hasFailed = false;

  override run<T>(work: Sliced<T>): Promise<T> {
    if (this.#hasFailed) return super.run(work);
    this.#hasFailed = true;
    return Promise.reject(new Error('a fault'));
  }
}

/** Slices that count how much work was begun. */
class Counting extends Slices {
  count = 0;

  override run<T>(work: Sliced<T>): Promise<T> {
    this.count += 1;
    return super.run(work);
  }
}

function matchmakerOver(files: ServiceStore, slices: Slices, registry = new Registry()): Matchmaker {
  return new Matchmaker({
    ...{ config: marketSettings.parse({}), registry, slices, log: new MarketLog(files.store) },
    suggesting: { reader: new DocumentReader(), most: 1 },
  });
}

const askOf = (...lines: readonly string[]) =>
  anyDocumentOf(ask1(...(lines as [string, ...string[]]))) as Document1;

describe('the matchmaker', () => {
  it('answers Asks of one clause hash once, until a Tell changes', async () => {
    await using files = await openServiceStore('market');
    const [registry, slices] = [new Registry(), new Counting(8)];
    const matchmaker = matchmakerOver(files, slices, registry);
    const tell = (id: string, place: number) =>
      registry.tell(told1(anyDocumentOf(tell1(id, 'Cpus: 8')) as Document1, 'ann'), place, 1e15, undefined);
    tell('a', 1);
    const alike = ['ask-1', 'x'].map((id) => askOf(id, 'Cpus: 8', 'Load: < 2 | unsaid'));
    const first = await Promise.all([...alike, ...alike].map((ask) => matchmaker.ask(ask)));
    expect([first.map(({ matched }) => matched), slices.count]).to.deep.equal([[1, 1, 1, 1], 1]);
    await matchmaker.ask(askOf('ask-3', 'Cpus: 4'));
    expect(slices.count, 'of other clauses').to.equal(2);
    tell('b', 2);
    const then = await Promise.all(alike.map((ask) => matchmaker.ask(ask)));
    expect([then.map(({ matched }) => matched), slices.count]).to.deep.equal([[2, 2], 3]);
  });

  it('looks anew for an Ask where a fault was in the way of an equal one', async () => {
    await using files = await openServiceStore('market');
    const matchmaker = matchmakerOver(files, new FailingOnce(8));
    const ask = askOf('ask-1', 'Cpus: 8');
    const first = await matchmaker.ask(ask).catch((error: unknown) => error);
    expect(first).to.be.instanceOf(Error);
    expect((await matchmaker.ask(ask)).matched).to.equal(0);
  });
});
