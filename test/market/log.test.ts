import { expect } from 'chai';
import fc from 'fast-check';
import { MarketLog } from '../../market/log.ts';
import type { ServiceStore } from '../support/service-store.ts';
import { happen, happenings } from './history.ts';
import {
  ask1,
  cursorOf,
  type GivenMarket,
  givenMarket,
  hourMs,
  minuteMs,
  said,
  tell1,
  tellOf,
  untell1,
} from './support.ts';

/** The events of the log: what each ended and told, by the Id of the Tell. */
async function eventsOf({ store }: ServiceStore): Promise<string[]> {
  const { events } = await new MarketLog(store).after(0, 1_000_000);
  const idOf = (text: string | null) => (text === null ? '' : ` ${/^Id: (.*)$/m.exec(text)?.[1]}`);
  return events.map(({ kind, before, after }) => `${kind}${idOf(after)} ended${idOf(before)}`);
}

/** What lives at a cursor by the events alone. */
async function livingAt({ store }: ServiceStore, cursor: number): Promise<string[]> {
  const rows = await store.read((sql) =>
    sql.all<{ document: string }>(
      `SELECT document FROM events WHERE kind = 'told' AND cursor <= @cursor AND (ended IS NULL OR ended > @cursor)
       ORDER BY cursor`,
      { cursor },
    ),
  );
  return rows.map(({ document }) => document);
}

async function cursorNow({ market }: GivenMarket): Promise<number | undefined> {
  return cursorOf((await said(market, ask1('ask-1', 'Limit: 0'))).at(-1) ?? '');
}

describe('the log of the market', () => {
  it('has an event for what is told, replaced, taken back and lapsed, and none for a renewal', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    await said(market, tell1('b', 'Cpus: 8', 'Expires: 2 h'));
    await said(market, tell1('a', 'Cpus: 8'));
    await said(market, tell1('a', 'Cpus: 9'));
    await said(market, tell1('b', 'Seq: 1', 'Cpus: 4', 'Expires: 2 h'));
    await said(market, untell1('b'));
    await said(market, untell1('b'));
    await clock.advance(hourMs);
    await said(market, tell1('a', 'Cpus: 8'));
    expect(await eventsOf(given.files)).to.deep.equal([
      'told a ended',
      'told b ended',
      'told b ended b',
      'untold ended b',
      'lapsed ended a',
      'told a ended',
    ]);
  });

  it('says that a Tell has lapsed before any answer that depends on it', async () => {
    const questions: Record<string, (given: GivenMarket) => Promise<unknown>> = {
      'an Ask of 1.0': ({ market }) => said(market, ask1('ask-1', 'Cpus: 8')),
      'an Ask of 0.1': ({ market }) => said(market, 'SLA-version: 0.1\nAction: Ask\nApplication: x\n'),
      'an Untell': ({ market }) => said(market, untell1('a')),
      housekeeping: ({ market, clock }) => market.sweep(clock.now()),
    };
    for (const [name, question] of Object.entries(questions)) {
      for (const restarted of [false, true]) {
        await using given = await givenMarket();
        await said(given.market, tell1('a', 'Cpus: 8', 'Expires: 1 min'));
        await given.clock.advance(minuteMs);
        if (restarted) await given.restart();
        await question(given);
        expect(await eventsOf(given.files), name).to.deep.equal(['told a ended', 'lapsed ended a']);
      }
    }
  });

  it('says so before each of several answers that depend on it at once', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    await said(market, tell1('a', 'Cpus: 8', 'Expires: 1 min'));
    await clock.advance(minuteMs);
    const answers = await Promise.all([1, 2, 3].map(() => said(market, ask1('ask-1', 'Cpus: 8'))));
    for (const answer of answers) {
      expect(answer).to.have.length(1);
      expect(cursorOf(answer[0] ?? '')).to.equal(2);
    }
  });

  it('says what the market holds, at every cursor that it answers with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happenings, { minLength: 10, maxLength: 40 }), async (all) => {
        await using given = await givenMarket();
        for (const happening of all) {
          await happen(given, happening);
          const answer = await said(given.market, ask1('ask-1', 'Limit: 100', 'Walltime: 30 min'));
          const cursor = cursorOf(answer.at(-1) ?? '') ?? Number.NaN;
          const held = answer
            .slice(0, -1)
            .map((text) => text.replace(/^In-reply-to: .*\n/m, ''))
            .sort();
          const living = await livingAt(given.files, cursor);
          // Of itself a Tell may say Event; an answer leaves that out.
          expect(held).to.deep.equal(living.map((text) => text.replace(/^Event: .*\n/m, '')).sort());
        }
      }),
      { numRuns: 12 },
    );
  });

  it('counts on after a restart, also where it is all forgotten', async () => {
    await using given = await givenMarket({ 'events-kept': hourMs });
    await said(given.market, tell1('a', 'Cpus: 8'));
    await said(given.market, untell1('a'));
    await given.clock.advance(hourMs + 1);
    await given.market.sweep(given.clock.now());
    expect(await eventsOf(given.files)).to.deep.equal([]);
    expect(await cursorNow(given)).to.equal(2);
    await given.restart();
    expect(await cursorNow(given)).to.equal(2);
    await said(given.market, tell1('b', 'Cpus: 8'));
    expect(await cursorNow(given)).to.equal(3);
  });

  it('keeps a Tell as long as it lives, and what ended it for a time', async () => {
    await using given = await givenMarket({ 'events-kept': hourMs });
    const { market, clock, files } = given;
    await said(market, tell1('long', 'Expires: 5 h'));
    await said(market, tell1('short', 'Expires: 30 min'));
    await clock.advance(30 * minuteMs);
    await market.sweep(clock.now());
    await clock.advance(hourMs);
    await market.sweep(clock.now());
    expect(await eventsOf(files)).to.have.length(3);
    await clock.advance(1);
    await market.sweep(clock.now());
    expect(await eventsOf(files)).to.deep.equal(['told long ended']);
    expect(await new MarketLog(files.store).reach()).to.deep.equal({ horizon: 3, head: 3 });
  });

  it('keeps so many events at most, the latest', async () => {
    await using given = await givenMarket({ 'most-events': 3 });
    const { market, clock, files } = given;
    for (const id of ['a', 'b', 'c', 'd', 'e']) await said(market, tell1(id));
    for (const id of ['a', 'b', 'c', 'd']) await said(market, untell1(id));
    await market.sweep(clock.now());
    expect(await eventsOf(files)).to.deep.equal([
      'told b ended',
      'told c ended',
      'told d ended',
      'told e ended',
      'untold ended b',
      'untold ended c',
      'untold ended d',
    ]);
  });

  it('remembers only so many Untells, the latest', async () => {
    await using given = await givenMarket({ 'untells-kept': 2 });
    const { market } = given;
    for (const id of ['a', 'b', 'c']) {
      await said(market, tell1(id));
      await said(market, untell1(id));
    }
    const isKnown = async (id: string) => /Action: Ack/.test((await said(market, untell1(id))).join());
    expect(await Promise.all(['a', 'b', 'c'].map(isKnown))).to.deep.equal([false, true, true]);
  });

  it('takes Tells of both versions in the order of their commits, though nobody waits', async () => {
    await using given = await givenMarket();
    const { market, files } = given;
    const told = Array.from({ length: 30 }, (_, at) =>
      at % 3 === 0 ? market.tell(tellOf('gcc', at + 1)) : said(market, tell1(`t${at % 7}`, `Seq: ${at}`)),
    );
    const taken = said(market, untell1('t1'));
    await Promise.all([...told, taken]);
    expect(await cursorNow(given)).to.equal((await eventsOf(files)).length);
  });
});
