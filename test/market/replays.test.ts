import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { textsARead } from '../../market/log.ts';
import type { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { ServiceStore } from '../support/service-store.ts';
import { openServiceStore } from '../support/service-store.ts';
import { type Happening, happen, happenings } from './history.ts';
import {
  another,
  ask1,
  cursorOf,
  givenMarket,
  hourMs,
  idsOf,
  minuteMs,
  said,
  tell1,
  untell1,
  why1,
} from './support.ts';

const decline = (reason: string) =>
  `SLA-version: 1.0\nAction: Decline\nIn-reply-to: ask-1\nReason: ${reason}\n`;

const mebibyte = 1024 * 1024;

/** A question as of a cursor. */
const asOf = (question: string, cursor: number | undefined) =>
  question.replace('Id: ask-1\n', `Id: ask-1\nCursor: ${cursor}\n`);

const questions = [
  ask1('ask-1', 'Cpus: 8'),
  why1('ask-1', 'Cpus: 8', 'Load: < 2'),
  ask1('ask-1', 'Application: gcc (>= 4)', 'Load: < 2', 'Rank: their.Cpus'),
  ask1('ask-1', 'Walltime: 2 h', 'Budget: 1 EUR', 'Limit: 2'),
  why1('ask-1', 'Walltime: 2 h', 'Cpus: 16', 'Application: octave'),
  ask1('ask-1', 'Count: 3', 'Application: octave | gcc4.0.2'),
];

describe('an Ask as of a cursor', () => {
  it('is answered byte for byte as it was then, whatever happened since', async () => {
    const asked = fc.record({ kind: fc.constant('ask' as const), question: fc.constantFrom(...questions) });
    const steps = fc.oneof(
      { weight: 3, arbitrary: happenings as fc.Arbitrary<Happening> },
      { weight: 1, arbitrary: asked },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 40, maxLength: 120 }), async (all) => {
        await using given = await givenMarket();
        const recorded: { readonly question: string; readonly answer: string[] }[] = [];
        for (const step of all) {
          if (step.kind !== 'ask') await happen(given, step);
          else {
            const { question } = step;
            recorded.push({ question, answer: await said(given.market, question, another) });
          }
        }
        await given.restart();
        for (const { question, answer } of recorded) {
          const cursor = cursorOf(answer.at(-1) ?? '');
          expect(await said(given.market, asOf(question, cursor))).to.deep.equal(answer);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('sees nothing that came later, nor misses what has ended since', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const ask = ask1('ask-1', 'Cpus: 8');
    const before = await said(market, ask);
    expect(cursorOf(before[0] ?? '')).to.equal(0);
    for (const id of ['a', 'b']) await said(market, tell1(id, 'Cpus: 8'));
    const then = await said(market, ask);
    await said(market, untell1('a'));
    await said(market, tell1('b', 'Seq: 1', 'Cpus: 4'));
    await said(market, tell1('c', 'Cpus: 8'));
    expect(idsOf(await said(market, ask))).to.deep.equal(['c']);
    expect(await said(market, asOf(ask, cursorOf(then.at(-1) ?? '')))).to.deep.equal(then);
    expect(await said(market, asOf(ask, 0))).to.deep.equal(before);
  });

  it('is built once for all that is asked of one cursor, and again when that was long ago', async () => {
    const files = await openServiceStore('market');
    let reads = 0;
    const counting: ServiceStore = {
      get store() {
        return {
          write: files.store.write.bind(files.store),
          close: files.store.close.bind(files.store),
          read: <T>(query: Parameters<typeof files.store.read<T>>[0]) => {
            reads += 1;
            return files.store.read(query);
          },
        };
      },
      reopen: () => files.reopen(),
      [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
    };
    await using given = await givenMarket({ 'replay-kept': minuteMs }, counting);
    const { market, clock } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const readsOf = async (...replays: string[]) => {
      reads = 0;
      const answers = await Promise.all(replays.map((replay) => said(market, replay)));
      for (const answer of answers) expect(idsOf(answer)).to.deep.equal(['a']);
      return reads;
    };
    const replay = asOf(ask1('ask-1', 'Cpus: 8'), 1);
    const first = await readsOf(replay);
    const again = await readsOf(replay);
    expect(again).to.be.below(first);
    expect(await readsOf(replay, replay, replay)).to.equal(3 * again);
    await clock.advance(minuteMs);
    expect(await readsOf(replay)).to.equal(first);
  });

  it('is built from a few texts at a time, between which the event loop goes round', async () => {
    const files = await openServiceStore('market');
    const byTurn: number[] = [];
    let inTurn = 0;
    const over = () => {
      byTurn.push(inTurn);
      inTurn = 0;
    };
    const count = () => {
      if (inTurn === 0) setImmediate(over);
      inTurn += 1;
    };
    const counted = (sql: Sql): Sql => ({
      run: (text, parameters) => sql.run(text, parameters),
      insert: (text, parameters) => sql.insert(text, parameters),
      all: (text, parameters) => sql.all(text, parameters),
      get: (text, parameters) => {
        if (text.startsWith('SELECT document')) count();
        return sql.get(text, parameters);
      },
    });
    const counting: ServiceStore = {
      get store() {
        return {
          write: files.store.write.bind(files.store),
          close: files.store.close.bind(files.store),
          read: <T>(query: (sql: Sql) => T) => files.store.read((sql) => query(counted(sql))),
        };
      },
      reopen: () => files.reopen(),
      [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
    };
    await using given = await givenMarket({}, counting);
    const tells = 5 * textsARead;
    for (let number = 0; number < tells; number += 1)
      await said(given.market, tell1(`t${number}`, 'Cpus: 8'));
    byTurn.length = 0;
    expect(idsOf(await said(given.market, asOf(ask1('ask-1', 'Cpus: 8', 'Limit: 1'), tells)))).to.deep.equal([
      't0',
    ]);
    await turn();
    expect(byTurn).to.deep.equal([...Array.from({ length: 5 }, () => textsARead), 1]);
  });

  it('is declined where the log does not go back so far, or has not come so far', async () => {
    await using given = await givenMarket({ 'events-kept': hourMs });
    const { market, clock } = given;
    const ask = ask1('ask-1', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8', 'Expires: 3 h'));
    await said(market, tell1('b', 'Cpus: 8', 'Expires: 3 h'));
    await said(market, untell1('a'));
    await said(market, tell1('c', 'Cpus: 8', 'Expires: 3 h'));
    const now = await said(market, ask);
    expect(await said(market, asOf(ask, 5))).to.deep.equal([
      decline('invalid Cursor; the log of this market goes to 4'),
    ]);
    await clock.advance(hourMs);
    await market.sweep(clock.now());
    expect(idsOf(await said(market, asOf(ask, 2)))).to.deep.equal(['a', 'b']);
    await clock.advance(1);
    await market.sweep(clock.now());
    for (const restarted of [false, true]) {
      if (restarted) await given.restart();
      expect(await said(given.market, asOf(ask, 2))).to.deep.equal([
        decline('too-late cursor-expired: the log begins at 3; ask anew without Cursor'),
      ]);
      expect(idsOf(await said(given.market, asOf(ask, 3)))).to.deep.equal(['b']);
      expect(await said(given.market, asOf(ask, 4))).to.deep.equal(now);
    }
  });

  it('is declined where too many wait, or where the market was too large', async () => {
    await using given = await givenMarket({ 'replays-waiting': 2, 'replay-tells': 1 });
    const { market } = given;
    const ask = ask1('ask-1', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8'));
    await said(market, tell1('b', 'Cpus: 8'));
    const answers = await Promise.all([1, 2, 1].map((cursor) => said(market, asOf(ask, cursor))));
    expect(idsOf(answers[0] ?? [])).to.deep.equal(['a']);
    expect(answers.slice(1)).to.deep.equal([
      [decline('capacity the market held more than 1 Tells then, which is as many as it builds again')],
      [decline('capacity 2 wait for an answer as of a Cursor; try again later')],
    ]);
  });

  it('is declined where the market of then takes more memory than it may, and the market goes on', async () => {
    await using given = await givenMarket({ 'replay-memory': 8 * mebibyte });
    const { market } = given;
    const ask = ask1('ask-1', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8'));
    const now = await said(market, ask);
    const tooMuch = [
      decline('capacity the market of then takes more memory than it may (market.replay-memory)'),
    ];
    expect(await said(market, asOf(ask, 1))).to.deep.equal(tooMuch);
    expect(await said(market, asOf(ask, 1))).to.deep.equal(tooMuch);
    expect(await said(market, ask)).to.deep.equal(now);
  });

  it('is declined where it takes longer than it may, and the next is answered', async () => {
    await using given = await givenMarket({ 'replay-time': minuteMs });
    const { market, clock } = given;
    const ask = ask1('ask-1', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8'));
    const late = said(market, asOf(ask, 1));
    const next = said(market, asOf(ask, 1));
    await clock.advance(minuteMs);
    expect(await late).to.deep.equal([
      decline('capacity the answer as of then takes longer than it may (market.replay-time)'),
    ]);
    expect(idsOf(await next)).to.deep.equal(['a']);
  });

  it('is refused, with all that wait, when the market stops', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const asked = [0, 1].map((cursor) => said(market, asOf(ask1('ask-1', 'Cpus: 8'), cursor)));
    const refused = Promise.all(
      asked.map((answer) => answer.then(String, (error: unknown) => (error as Refusal).code)),
    );
    await market.stop();
    expect(await refused).to.deep.equal(['stopped', 'stopped']);
  });
});
