import { expect } from 'chai';
import fc from 'fast-check';
import type { Header } from '../../../grammar/document.ts';
import type { Party } from '../../../grammar/documents/model.ts';
import {
  becauseHeaders,
  explain,
  finish,
  Matcher,
  type Sliced,
  type Snapshot,
  Supply,
  suggest,
} from '../../../grammar/matching/index.ts';
import { someAskHeaders, someTells } from './arbitraries.ts';
import { ask, editing, tell } from './support.ts';

/** A change of a table: the Tell is told, in place of the one told so many before it, or that one goes. */
interface Change {
  readonly party: Party;
  readonly kind: 'told' | 'replaced' | 'gone';
  readonly which: number;
}

const someChanges: fc.Arbitrary<Change[]> = fc
  .tuple(
    someTells,
    fc.array(fc.tuple(fc.constantFrom('told', 'replaced', 'gone'), fc.nat(20)), {
      minLength: 12,
      maxLength: 12,
    }),
  )
  .map(([parties, kinds]) =>
    parties.map((party, index) => {
      const [kind, which] = kinds[index] as [Change['kind'], number];
      return { party, kind, which };
    }),
  );

interface Living {
  readonly party: Party;
  readonly told: number;
}

/** A table, and what it was told that lives, in order. */
class Telling {
  readonly supply = new Supply();
  readonly live = new Map<number, Living>();
  #told = 0;

  /** Changes it once, or more often: what is told so is added together, after all of that. */
  change(...changes: readonly Change[]): void {
    const told = changes.flatMap((change) => this.#takeOut(change) ?? []);
    const added = this.supply.addAll(
      told.map(({ party }) => party),
      told.map((one) => one.told),
    );
    for (const [index, row] of added.entries()) this.live.set(row, told[index] as Living);
  }

  /** Takes out what goes by a change, and returns what is told with it. */
  #takeOut({ party, kind, which }: Change): Living | undefined {
    const rows = [...this.live.keys()];
    const row = rows[which % rows.length];
    if (kind !== 'told' && row !== undefined) {
      this.supply.remove(row);
      this.live.delete(row);
    }
    if (kind === 'gone') return undefined;
    this.#told += 1;
    return { party: { ...party, id: `${party.id}-${this.#told}` }, told: this.#told };
  }

  /** A table that was told only what lives. */
  afresh(): Supply {
    const supply = new Supply();
    const order = [...this.live.values()].sort((a, b) => a.told - b.told);
    for (const { party, told } of order) supply.add(party, told);
    return supply;
  }
}

/** All that is said to an Ask; `between` is called between the slices. */
function saidTo(headers: readonly string[], matcher: Matcher, between: () => void, at?: Snapshot): unknown {
  const run = <T>(work: Sliced<T>): T => {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
      between();
    }
  };
  const { rows, told, matched } = run(matcher.answer(at));
  const ids = rows.map((row) => matcher.supply.idOf(row));
  const explanation = run(explain(matcher, at));
  between();
  const lines = becauseHeaders(matcher, explanation);
  const suggestions = run(suggest(matcher, explanation, editing(headers), 20, at));
  return { ids, told, matched, lines: [...lines, ...suggestions].map(textOf) };
}

function textOf({ name, value }: Header): string {
  return `${name}: ${value}`;
}

describe('a snapshot', () => {
  it('says what a table says that was told only what lived then, whatever changes meanwhile', () => {
    fc.assert(
      fc.property(someChanges, someChanges, someChanges, someAskHeaders, (first, second, later, headers) => {
        const telling = new Telling();
        for (const change of first) telling.change(change);
        const matcher = new Matcher(ask(...headers), telling.supply);
        finish(matcher.answer());
        telling.change(...second);
        using snapshot = telling.supply.snapshot();
        expect(snapshot.size).to.equal(telling.live.size);
        const expected = saidTo(headers, new Matcher(ask(...headers), telling.afresh()), () => {});
        const rest = [...later];
        const between = () => {
          const change = rest.shift();
          if (change !== undefined) telling.change(change);
        };
        between();
        expect(saidTo(headers, matcher, between, snapshot)).to.deep.equal(expected);
        for (const change of rest) telling.change(change);
        const anew = new Matcher(ask(...headers), telling.supply);
        expect(saidTo(headers, anew, () => {}, snapshot)).to.deep.equal(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what was removed readable until it is disposed of, and its row for nobody else', () => {
    const supply = new Supply();
    const row = supply.add(tell('a', 'Cpus: 8'));
    const early = supply.snapshot();
    supply.remove(row);
    const late = supply.snapshot();
    const other = supply.add(tell('b', 'Cpus: 8'));
    expect([supply.size, early.size, late.size]).to.deep.equal([1, 1, 0]);
    expect(other).to.not.equal(row);
    expect(supply.has(row)).to.equal(false);
    expect(supply.idOf(row)).to.equal('a');
    const matcher = new Matcher(ask('Cpus: 8'), supply);
    expect(finish(matcher.answer(early)).rows).to.deep.equal([row]);
    expect(finish(matcher.answer(late)).rows).to.deep.equal([]);
    expect(finish(matcher.answer()).rows).to.deep.equal([other]);
    early[Symbol.dispose]();
    expect(supply.add(tell('c', 'Cpus: 8'))).to.equal(row);
    late[Symbol.dispose]();
  });

  it('grows in version with every Tell that comes or goes', () => {
    const supply = new Supply();
    const row = supply.add(tell('a'));
    const { version } = supply;
    supply.remove(row);
    supply.remove(row);
    expect(supply.version).to.equal(version + 1);
  });
});
