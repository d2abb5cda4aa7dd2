import { expect } from 'chai';
import { another, givenMarket, hourMs, idsOf, minuteMs, said, somebody, tell1, untell1 } from './support.ts';
import { ack, decline, Reader, sent, shortly, unwatch1, watch1, watched } from './watching.ts';

describe('a Watch of a user', () => {
  it('is answered as an Ask is, then by each match that comes, changes or goes', async () => {
    await using given = await givenMarket();
    const { market } = given;
    for (const cpus of [4, 8, 16]) await said(market, tell1(`of-${cpus}`, `Cpus: ${cpus}`));
    const { line, answer } = await watched(given, 'w', 'Cpus: 8', 'Limit: 1');
    expect(answer).to.deep.equal([
      tell1('of-8', 'Cpus: 8').replace('Broker', 'In-reply-to: w\nBroker'),
      'SLA-version: 1.0\nAction: Because\nIn-reply-to: w\nCursor: 3\nMatched: 2 of 3\n',
    ]);
    await said(market, tell1('of-4', 'Seq: 1', 'Cpus: 9'));
    await said(market, tell1('of-8', 'Seq: 1', 'Cpus: 10'));
    await said(market, tell1('of-16', 'Seq: 1', 'Cpus: 1'));
    await said(market, tell1('other', 'Cpus: 2'));
    await said(market, untell1('other'));
    await said(market, untell1('of-4'));
    expect(await line.until(4)).to.deep.equal([
      `SLA-version: 1.0\nAction: Tell\nId: of-4\nSeq: 1\nIn-reply-to: w\nEvent: matched\nCursor: 4\nBroker-IP: 193.10.66.141:7685\nCpus: 9\n`,
      `SLA-version: 1.0\nAction: Tell\nId: of-8\nSeq: 1\nIn-reply-to: w\nEvent: changed\nCursor: 5\nBroker-IP: 193.10.66.141:7685\nCpus: 10\n`,
      `SLA-version: 1.0\nAction: Tell\nId: of-16\nIn-reply-to: w\nEvent: gone\nCursor: 6\nBroker-IP: 193.10.66.141:7685\nCpus: 16\n`,
      `SLA-version: 1.0\nAction: Tell\nId: of-4\nSeq: 1\nIn-reply-to: w\nEvent: gone\nCursor: 9\nBroker-IP: 193.10.66.141:7685\nCpus: 9\n`,
    ]);
  });

  it('says why where nothing matches, and hears of what comes then', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('small', 'Cpus: 4'));
    const { line, answer } = await watched(given, 'w', 'Cpus: 8');
    expect(answer.join('')).to.match(/^Matched: 0 of 1\nClause: Cpus: 8 -> 0 yes, 1 no/m);
    await said(given.market, tell1('large', 'Cpus: 8'));
    expect((await line.until(1)).map(shortly)).to.deep.equal(['2 matched large']);
  });

  it('hears nothing of a renewal', async () => {
    await using given = await givenMarket();
    const { line } = await watched(given, 'w', 'Cpus: 8');
    for (let times = 0; times < 3; times += 1) await said(given.market, tell1('a', 'Cpus: 8'));
    await said(given.market, untell1('a'));
    expect((await line.until(2)).map(shortly)).to.deep.equal(['1 matched a', '2 gone a']);
  });

  it('hears of a Tell that lapses, though nobody asks', async () => {
    await using given = await givenMarket();
    const { line } = await watched(given, 'w', 'Cpus: 8');
    await said(given.market, tell1('a', 'Cpus: 8', 'Expires: 1 min'));
    await given.clock.advance(minuteMs + 1_000);
    expect((await line.until(2)).map(shortly)).to.deep.equal(['1 matched a', '2 gone a']);
  });

  it('hears of Tells of version 0.1 too, in whose words the three headers come last', async () => {
    await using given = await givenMarket();
    const { line } = await watched(given, 'w', 'Application: gcc (>= 4)');
    const old =
      'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 10.0.0.1:1\nEvent: mine\nNote: x\n';
    await said(given.market, old);
    expect(await line.until(1)).to.deep.equal([
      `${old.replace('Event: mine\n', '')}In-reply-to: w\nEvent: matched\nCursor: 1\n`,
    ]);
  });

  it('goes on after a cursor, over another connection and after a restart, without a gap or a repeat', async () => {
    await using given = await givenMarket();
    const first = await watched(given, 'w', 'Cpus: 8');
    await said(given.market, tell1('a', 'Cpus: 8'));
    await first.line.until(1);
    first.line.close();
    for (const restarted of [false, true]) {
      await said(given.market, tell1(`b${restarted}`, 'Cpus: 8'));
      if (restarted) await given.restart();
      await said(given.market, tell1(`c${restarted}`, 'Cpus: 8'));
      const line = new Reader();
      expect(await sent(given.market, line, watch1('w', 'Cursor: 1', 'Cpus: 8'))).to.deep.equal([
        ack('w', 1),
      ]);
      await said(given.market, tell1(`d${restarted}`, 'Cpus: 8'));
      const all = ['bfalse', 'cfalse', 'dfalse', 'btrue', 'ctrue', 'dtrue'];
      const expected = all.slice(0, restarted ? 6 : 3).map((id, at) => `${at + 2} matched ${id}`);
      expect((await line.until(expected.length)).map(shortly)).to.deep.equal(expected);
      line.close();
    }
  });

  it('goes on where it comes last, and says so to the connection that it leaves', async () => {
    await using given = await givenMarket();
    const first = await watched(given, 'w', 'Cpus: 8');
    expect(first.line.holds).to.equal(1);
    const second = await watched(given, 'w', 'Cpus: 8');
    expect(await first.line.until(1)).to.deep.equal([
      decline('w', 'id-reused the Watch goes on over another connection'),
    ]);
    expect([first.line.holds, second.line.holds]).to.deep.equal([0, 1]);
    await said(given.market, tell1('a', 'Cpus: 8'));
    expect((await second.line.until(1)).map(shortly)).to.deep.equal(['1 matched a']);
    expect(first.line.came).to.have.length(1);
  });

  it('is answered anew in full where it is sent again without a cursor, and hears of each event once', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8'));
    await line.until(1);
    expect(idsOf(await sent(market, line, watch1('w', 'Cpus: 8')))).to.deep.equal(['a']);
    await said(market, tell1('b', 'Cpus: 8'));
    expect((await line.until(2)).map(shortly)).to.deep.equal(['1 matched a', '2 matched b']);
    expect(line.holds).to.equal(1);
  });

  it('is replaced by another text with a higher Seq, and declined as stale where not', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    const stale = decline('w', 'stale another text of this Id stands with Seq 0');
    expect(await sent(market, line, watch1('w', 'Cpus: 4'))).to.deep.equal([stale]);
    expect(await sent(market, line, watch1('w', 'Seq: 1', 'Cpus: 4'))).to.have.length(1);
    await said(market, tell1('a', 'Cpus: 4'));
    expect((await line.until(1)).map(shortly)).to.deep.equal(['1 matched a']);
    await given.restart();
    const late = await sent(given.market, new Reader(), watch1('w', 'Cpus: 8'));
    expect(late).to.deep.equal([stale.replace('Seq 0', 'Seq 1')]);
  });

  it('stands as the last of what was sent says, though nobody waits', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const line = new Reader();
    const all = [watch1('w', 'Cpus: 8'), unwatch1('w'), watch1('w', 'Cursor: 0', 'Cpus: 4'), unwatch1('w')];
    const answers = await Promise.all(all.map((text) => sent(market, line, text)));
    expect(answers.map((answer) => /^Action: (.*)$/m.exec(answer.join(''))?.[1])).to.deep.equal([
      'Because',
      'Ack',
      'Ack',
      'Ack',
    ]);
    const control = await watched(given, 'control', 'Cpus: 4');
    await said(market, tell1('a', 'Cpus: 8'));
    await control.line.until(1);
    expect(line.came).to.deep.equal([]);
    expect(line.holds).to.equal(0);
  });

  it('ends by Unwatch, of which its other connection is told', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const { line } = await watched(given, 'w', 'Cpus: 8');
    const unknown = decline('w', 'not-found you have no Watch of this Id here');
    const ended = 'SLA-version: 1.0\nAction: Ack\nIn-reply-to: w\n';
    expect(await sent(market, line, unwatch1('w'), another)).to.deep.equal([unknown]);
    expect(await sent(market, line, unwatch1('w'))).to.deep.equal([ended]);
    expect(line.holds).to.equal(0);
    await sent(market, line, watch1('w', 'Cpus: 8'));
    await sent(market, undefined, unwatch1('w'));
    expect(await line.until(1)).to.deep.equal([
      decline('w', 'not-found the Watch was ended over another connection'),
    ]);
    const control = await watched(given, 'control', 'Cpus: 8');
    await said(market, tell1('a', 'Cpus: 8'));
    await control.line.until(1);
    expect(line.came).to.have.length(1);
  });

  it('is ended again by an Unwatch that comes again within a day, of the latest that are remembered', async () => {
    await using given = await givenMarket({ 'untells-kept': 2 });
    const { clock } = given;
    const ended = 'SLA-version: 1.0\nAction: Ack\nIn-reply-to: w\n';
    const unknown = decline('w', 'not-found you have no Watch of this Id here');
    const unwatch = async (id = 'w', sender = somebody) =>
      (await sent(given.market, undefined, unwatch1(id), sender))[0];
    await watched(given, 'w', 'Cpus: 8');
    expect([await unwatch(), await unwatch()]).to.deep.equal([ended, ended]);
    expect(await unwatch('w', another)).to.equal(unknown);
    // An Untell of the same Id is another thing.
    expect(await said(given.market, untell1('w'))).to.deep.equal([
      decline('w', 'not-found you have no live Tell of this Id here'),
    ]);
    await given.restart();
    await clock.advance(24 * hourMs - 1);
    expect(await unwatch()).to.equal(ended);
    await clock.advance(1);
    expect(await unwatch()).to.equal(unknown);
    await given.market.sweep(clock.now());
    const [left] = await given.files.store.read((sql) => sql.all('SELECT count(*) AS count FROM revoked'));
    expect(left).to.deep.equal({ count: 0 });
    for (const id of ['w', 'x', 'y']) {
      await watched(given, id, 'Cpus: 8');
      await unwatch(id);
    }
    expect(await unwatch()).to.equal(unknown);
  });
});
