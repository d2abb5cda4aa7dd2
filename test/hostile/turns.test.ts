import { expect } from 'chai';
import type { Document1 } from '../../grammar/index.ts';
import { Registry } from '../../market/registry.ts';
import { told1 } from '../../market/told.ts';
import { anyDocumentOf, type GivenMarket, givenMarket, hourMs, said } from '../market/support.ts';
import { countTurns } from '../platform/doors/support.ts';
import { heads } from './corpus.ts';

/** Names under which one Tell says something, and tests something of the Ask. */
const names = 400;
const tells = 40;

/** Columns of the table of Tells that one turn of the event loop brings in or out, and one Tell more. */
const mostATurn = 4_000 + 2 * names;

/** A Tell that has columns of its own. */
function hostile(tell: number, seq = 0): string {
  const lines = Array.from({ length: names }, (_, at) => `X${tell}-${at}: ${seq}\nTheir.Y${tell}-${at}: 1\n`);
  return `${heads.Tell.replace('t1', `t${tell}`)}Seq: ${seq}\n${lines.join('')}`;
}

/** A Tell that has few columns, and is long to read. */
const long = (tell: number) =>
  `${heads.Tell.replace('t1', `t${tell}`)}Cache: ${Array.from({ length: names }, (_, at) => `word-${at}`).join(', ')}\n`;

const untell = (tell: number) => `SLA-version: 1.0\nAction: Untell\nId: t${tell}\n`;
const ask = 'SLA-version: 1.0\nAction: Ask\nLimit: 100\n';

const all = Array.from({ length: tells }, (_, tell) => tell);
const sayAll = ({ market }: GivenMarket, text: (tell: number) => string) =>
  all.map((tell) => said(market, text(tell)));

/** What was before the Tells of one commit. */
const nothing = async () => {};
const told = (given: GivenMarket) => Promise.all(sayAll(given, hostile));
const lapsed = (text: (tell: number) => string) => async (given: GivenMarket) => {
  await Promise.all(sayAll(given, text));
  given.clock.set(hourMs);
};
const underWay = async (given: GivenMarket) => void sayAll(given, hostile);

describe('hostile Tells of one commit', () => {
  for (const [what, before, text, columns] of [
    ['come into memory', nothing, hostile, 2 * names],
    ['are replaced there', told, (tell: number) => hostile(tell, 1), 4 * names],
    ['go from there', told, untell, 2 * names],
    ['that are not there yet go from there', underWay, untell, 2 * names],
    ['that had lapsed are read and come there anew', lapsed(hostile), hostile, 6 * names],
    ['that had lapsed and are long to read come there anew', lapsed(long), long, names],
  ] as const) {
    it(`${what} in several turns of the event loop, before the answer to who asks after them`, async () => {
      await using given = await givenMarket();
      await before(given);
      using turns = countTurns();
      const order: number[] = [];
      const heard = sayAll(given, text).map(async (answer, tell) => {
        expect((await answer).join()).to.include('Action: Ack');
        order.push(tell);
        return turns.now;
      });
      const asked = said(given.market, ask);
      const byTurn = Map.groupBy(await Promise.all(heard), (turn) => turn);
      expect(order).to.deep.equal(all);
      for (const [, some] of byTurn) expect(some.length * columns).to.be.at.most(mostATurn);
      await asked;
    });
  }

  it('are not all looked at for one commit that lets them lapse', () => {
    const registry = new Registry();
    for (let tell = 0; tell < tells; tell += 1)
      registry.tell(told1(documentOf(hostile(tell)), 'ann'), tell + 1, 1, undefined);
    let cursor = tells;
    for (let ended = 0; ended < tells; ) {
      const due = registry.takeDue(1, 500, 1_000);
      expect(due.length * 2 * names).to.be.within(1, mostATurn);
      for (const live of due) registry.end(live, ++cursor);
      ended += due.length;
    }
    expect(registry.size).to.equal(0);
  });
});

function documentOf(text: string): Document1 {
  return anyDocumentOf(text) as Document1;
}
