import { expect } from 'chai';
import type { Refusal } from '../../platform/failure.ts';
import { another, ask1, givenMarket, hourMs, idsOf, minuteMs, said, tell1, untell1 } from './support.ts';
import { ack, decline, Reader, sent, shortly, unwatch1, watch1, watched } from './watching.ts';

describe('the bounds of a Watch of a user', () => {
  it('ends when it expires: an hour after it came last, or as it says, a day at most', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    const short = await watched(given, 'short', 'Expires: 10 min', 'Cpus: 8');
    const long = new Reader();
    expect(await sent(market, long, watch1('long', 'Cursor: 0', 'Expires: 3 d', 'Cpus: 8'))).to.deep.equal([
      ack('long', 0, '1 d'),
    ]);
    const end = (id: string) => [decline(id, 'too-late the Watch has expired')];
    await clock.advance(10 * minuteMs);
    expect(await short.line.until(1)).to.deep.equal(end('short'));
    await sent(market, line, watch1('w', 'Cursor: 0', 'Cpus: 8'));
    await clock.advance(hourMs - 1);
    expect(line.came).to.deep.equal([]);
    await clock.advance(1);
    expect(await line.until(1)).to.deep.equal(end('w'));
    expect([line.holds, long.holds]).to.deep.equal([0, 1]);
    expect(await sent(market, line, unwatch1('w'))).to.deep.equal([
      decline('w', 'not-found you have no Watch of this Id here'),
    ]);
    expect(await sent(market, line, watch1('w', 'Expires: 0 s'))).to.deep.equal([
      decline('w', 'too-late the Watch had expired when it came'),
    ]);
  });

  it('is forgotten when it expires while the market is away', async () => {
    await using given = await givenMarket({ 'most-watches': 1 });
    await watched(given, 'w', 'Cpus: 8');
    await given.clock.advance(hourMs - 1);
    await given.restart();
    const full = decline('x', 'capacity the market holds 1 Watches, and takes no other');
    expect((await watched(given, 'x', 'Cpus: 8')).answer).to.deep.equal([full]);
    await given.clock.advance(1);
    expect((await watched(given, 'x', 'Cpus: 8')).answer).to.have.length(1);
    const [left] = await given.files.store.read((sql) => sql.all('SELECT count(*) AS count FROM watches'));
    expect(left).to.deep.equal({ count: 1 });
  });

  it('is declined over the bounds of all and of each sender, also where many come at once', async () => {
    await using given = await givenMarket({ 'most-watches': 3, 'watches-each': 2 });
    const { market } = given;
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((id) => sent(market, new Reader(), watch1(id, 'Cpus: 8'))),
    );
    expect(answers[2]).to.deep.equal([
      decline('c', 'capacity the market holds 2 Watches of yours, and takes no other'),
    ]);
    await sent(market, new Reader(), watch1('a', 'Cpus: 8'), another);
    expect(await sent(market, new Reader(), watch1('b', 'Cpus: 8'), another)).to.deep.equal([
      decline('b', 'capacity the market holds 3 Watches, and takes no other'),
    ]);
    await sent(market, undefined, unwatch1('a'));
    expect(await sent(market, new Reader(), watch1('b', 'Cpus: 8'), another)).to.have.length(1);
  });

  it('is declined over a connection that cannot stay open, and for more than the market finds', async () => {
    await using given = await givenMarket({ 'most-answers': 3 });
    const { market } = given;
    expect(await sent(market, undefined, watch1('w', 'Cpus: 8'))).to.deep.equal([
      decline('w', 'policy a Watch needs a connection that stays open: text or WebSocket'),
    ]);
    expect(await sent(market, new Reader(), watch1('w', 'Count: 4'))).to.deep.equal([
      decline('w', 'policy Count; this market finds at most 3 slots at once'),
    ]);
  });

  it('does not stand where its first answer is larger than the connection takes, and is sent nothing', async () => {
    await using given = await givenMarket({ 'watches-each': 2 });
    const { market } = given;
    for (const id of ['a', 'b']) await said(market, tell1(id, 'Cpus: 8'));
    const narrow = new Reader();
    narrow.mostAnswers = 2;
    const small = watch1('w', 'Cpus: 8', 'Limit: 1');
    const large = watch1('w', 'Cpus: 8', 'Seq: 1');
    expect(await sent(market, narrow, small)).to.have.length(2);
    const refused = await sent(market, narrow, large).catch((error: Refusal) => error.code);
    expect([refused, narrow.holds]).to.deep.equal(['answer-too-large', 0]);
    const control = await watched(given, 'control', 'Cpus: 8');
    await said(market, tell1('c', 'Cpus: 8'));
    await control.line.until(1);
    expect(narrow.came).to.deep.equal([]);
    // It is in nobody's way, neither by its place nor by its Seq.
    expect(await sent(market, narrow, small)).to.have.length(2);
    await given.restart();
    const again = await sent(given.market, narrow, watch1('w', 'Cpus: 8', 'Limit: 1', 'Cursor: 3'));
    expect(again).to.deep.equal([ack('w', 3)]);
  });

  it('stands where it went on over another connection while an answer was looked for that is too large', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const narrow = new Reader();
    narrow.mostAnswers = 1;
    const wide = new Reader();
    const text = watch1('w', 'Cpus: 8');
    const [refused, taken] = await Promise.allSettled([sent(market, narrow, text), sent(market, wide, text)]);
    expect([refused.status, taken.status]).to.deep.equal(['rejected', 'fulfilled']);
    await said(market, tell1('b', 'Cpus: 8'));
    expect((await wide.until(1)).map(shortly)).to.deep.equal(['2 matched b']);
    expect(await sent(market, wide, unwatch1('w'))).to.deep.equal([
      'SLA-version: 1.0\nAction: Ack\nIn-reply-to: w\n',
    ]);
  });

  it('is declined after a cursor that the log does not have, and ends where the log has gone on without it', async () => {
    await using given = await givenMarket({ 'events-kept': hourMs, 'watch-queue': 1 });
    const { market, clock } = given;
    await said(market, tell1('a', 'Cpus: 8', 'Expires: 1 d'));
    expect((await watched(given, 'w', 'Cursor: 2', 'Cpus: 8')).answer).to.deep.equal([
      decline('w', 'invalid Cursor; the log of this market goes to 1'),
    ]);
    const line = new Reader();
    line.takeOnly(0);
    await sent(market, line, watch1('w', 'Expires: 1 d', 'Cpus: 8'));
    for (let seq = 1; seq < 9; seq += 1)
      await said(market, tell1('a', `Seq: ${seq}`, 'Cpus: 8', 'Expires: 1 d'));
    await clock.advance(hourMs + 1);
    await market.sweep(clock.now());
    const expired = (horizon: number) =>
      decline('w', `too-late cursor-expired: the log begins at ${horizon}; watch anew without Cursor`);
    expect((await watched(given, 'w', 'Cursor: 1', 'Expires: 1 d', 'Cpus: 8')).answer).to.deep.equal([
      expired(9),
    ]);
    line.takeOnly(Number.POSITIVE_INFINITY);
    await line.untilTrue(() => line.came.at(-1)?.includes('Decline') === true);
    expect(line.came.at(-1)).to.equal(expired(9));
    expect(line.came.slice(0, -1).map(shortly)[0]).to.equal('2 changed a');
  });

  it('holds only so many events for a slow reader, who reads the others from the log, each once', async () => {
    await using given = await givenMarket({ 'watch-queue': 3 });
    const { market } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    line.takeOnly(2);
    const quick = await watched(given, 'quick', 'Cpus: 8');
    const tells = Array.from({ length: 250 }, (_, seq) => tell1('a', `Seq: ${seq}`, 'Cpus: 8'));
    for (const tell of tells) await said(market, tell);
    await quick.line.until(tells.length);
    expect(line.came).to.have.length(2);
    line.takeOnly(Number.POSITIVE_INFINITY);
    const expected = tells.map((_, at) => `${at + 1} ${at === 0 ? 'matched' : 'changed'} a`);
    expect((await line.until(tells.length)).map(shortly)).to.deep.equal(expected);
    expect(quick.line.came.map(shortly)).to.deep.equal(expected);
    await said(market, untell1('a'));
    expect((await line.until(tells.length + 1, tells.length)).map(shortly)).to.deep.equal(['251 gone a']);
  });

  it('hears of all in order, though more is told at once than waits in memory', async () => {
    await using given = await givenMarket({ 'watch-queue': 2, 'events-waiting': 2 });
    const { market } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    const ids = Array.from({ length: 300 }, (_, at) => `t${at}`);
    await Promise.all(ids.map((id) => said(market, tell1(id, 'Cpus: 8'))));
    expect((await line.until(ids.length)).map(shortly)).to.deep.equal(
      ids.map((id, at) => `${at + 1} matched ${id}`),
    );
    await said(market, untell1('t0'));
    expect((await line.until(ids.length + 1, ids.length)).map(shortly)).to.deep.equal(['301 gone t0']);
  });

  it('is told where the log has forgotten events before they were put to any Watch, and goes on where it missed none', async () => {
    await using given = await givenMarket({ 'events-waiting': 1, 'most-events': 1 });
    const { market, clock } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    // All of these come in one turn; the sweep is in line behind them, and before whatever reads the log.
    const told = Array.from({ length: 50 }, (_, at) => said(market, tell1(`t${at}`, 'Cpus: 8')));
    const ended = Array.from({ length: 50 }, (_, at) => said(market, untell1(`t${at}`)));
    const swept = market.sweep(clock.now());
    await Promise.all([...told, ...ended, swept]);
    await line.untilTrue(() => line.came.at(-1)?.includes('\nAction: Decline\n') === true);
    expect(line.came.at(-1)).to.equal(
      decline('w', 'too-late cursor-expired: the log begins at 99; watch anew without Cursor'),
    );
    const events = line.came.slice(0, -1).map(shortly);
    expect(events).to.deep.equal(events.map((_, at) => `${at + 1} matched t${at}`));
    expect(line.holds).to.equal(0);
    // Who comes after it hears of all.
    const late = await watched(given, 'late', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8'));
    expect((await late.line.until(1)).map(shortly)).to.deep.equal(['101 matched a']);
  });

  it('holds up nobody who tells, and nobody who asks', async () => {
    await using given = await givenMarket();
    const { line } = await watched(given, 'w', 'Cpus: 8');
    line.takeOnly(0);
    await Promise.all(Array.from({ length: 100 }, (_, at) => said(given.market, tell1(`t${at}`, 'Cpus: 8'))));
    expect(idsOf(await said(given.market, ask1('ask-1', 'Cpus: 8', 'Limit: 200')))).to.have.length(100);
    expect(line.came).to.deep.equal([]);
  });

  it('is left with its connection, and is sent nothing more', async () => {
    await using given = await givenMarket();
    const { line } = await watched(given, 'w', 'Cpus: 8');
    const control = await watched(given, 'control', 'Cpus: 8');
    line.close();
    await said(given.market, tell1('a', 'Cpus: 8'));
    await control.line.until(1);
    expect([line.came.length, line.holds]).to.deep.equal([0, 0]);
    const gone = new Reader();
    gone.close();
    expect(await sent(given.market, gone, watch1('late', 'Cpus: 8'))).to.have.length(2);
    expect(gone.holds).to.equal(0);
  });
});
