import { expect } from 'chai';
import type { Sender } from '../../platform/doors/door.ts';
import {
  another,
  ask1,
  cursorOf,
  type GivenMarket,
  givenMarket,
  hourMs,
  said,
  tell1,
  untell1,
  why1,
} from './support.ts';
import { Reader, sent, unwatch1, watch1 } from './watching.ts';

const brokerIp = 'Broker-IP: 193.10.66.141:7685';
const ack = (cursor: number, expires = '1 h') =>
  `SLA-version: 1.0\nAction: Ack\nIn-reply-to: w\nCursor: ${cursor}\nExpires: ${expires}\n`;
const asked = (id: string, cursor: number, ...headers: string[]) =>
  `SLA-version: 1.0\nAction: Ask\nId: ${id}\nIn-reply-to: w\nCursor: ${cursor}\n${headers.map((header) => `${header}\n`).join('')}`;

async function broker({ market }: GivenMarket, header = brokerIp, sender?: Sender) {
  const line = new Reader();
  const answer = await sent(market, line, watch1('w', header), sender);
  return { line, answer };
}

/** The Id of an Ask that came. */
const idOf = (document: string) => /^Id: (.*)$/m.exec(document)?.[1];

describe('a Watch of a broker', () => {
  it('is acknowledged, then sent the Asks that match its Tells: what they test, and no more', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 64', 'Walltime: <= 24 h', 'Their.Team: physics'));
    const { line, answer } = await broker(given);
    expect(answer).to.deep.equal([ack(1)]);
    const full = ['Application: unsaid', 'Cpus: 8', 'Region: unsaid', 'Owner: alice', 'Walltime: 2 h'];
    await said(
      market,
      ask1(
        'ask-1',
        'Title: secret',
        'Limit: 3',
        ...full,
        'My.Team: physics',
        'My.Cpus: 2',
        'Rank: their.Cpus',
      ),
    );
    expect(await line.until(1)).to.deep.equal([
      asked('ask-1', 2, 'Application: unsaid', 'Cpus: 8', 'Walltime: 2 h', 'My.Team: physics'),
    ]);
  });

  it('is sent no Ask that matches none of its own live Tells of its Broker-IP, no Why and no answer as of then', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const elsewhere = tell1('b', 'Cpus: 16').replace(':7685', ':7686');
    await said(market, elsewhere);
    await said(market, tell1('a', 'Cpus: 32'), another);
    await said(market, tell1('gone', 'Cpus: 64'));
    await said(market, untell1('gone'));
    const { line } = await broker(given);
    for (const cpus of [12, 24, 48]) await said(market, ask1(`of-${cpus}`, `Cpus: ${cpus}`));
    await said(market, why1('why-1', 'Cpus: 8'));
    await said(market, ask1('then', 'Cursor: 1', 'Cpus: 8'));
    await said(market, ask1('ask-1', 'Cpus: 8'));
    expect(await line.until(1)).to.deep.equal([asked('ask-1', 6, 'Cpus: 8')]);
  });

  it('is sent an Ask that the last of its Tells alone matches, of several that test the same', async () => {
    await using given = await givenMarket();
    const { market } = given;
    for (const cpus of [1, 2, 4, 8]) await said(market, tell1(`of-${cpus}`, `Cpus: ${cpus}`));
    const { line } = await broker(given);
    await said(market, ask1('ask-1', 'Cpus: 8'));
    expect(await line.until(1)).to.deep.equal([asked('ask-1', 5, 'Cpus: 8')]);
  });

  it('is sent a Watch of a user as an Ask, once', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const { line } = await broker(given);
    const user = new Reader();
    for (let times = 0; times < 2; times += 1) await sent(market, user, watch1('u', 'Cpus: 8'));
    await sent(market, user, watch1('u', 'Cursor: 1', 'Cpus: 8'));
    await said(market, ask1('ask-1', 'Cpus: 4'));
    expect(await line.until(2)).to.deep.equal([asked('u', 2, 'Cpus: 8'), asked('ask-1', 3, 'Cpus: 4')]);
  });

  it('stands while its connection is away, also through a restart, and goes on without a gap', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('a', 'Cpus: 8', 'Expires: 1 d'));
    const first = await broker(given);
    await said(given.market, ask1('ask-1', 'Cpus: 1'));
    await first.line.until(1);
    first.line.close();
    await said(given.market, ask1('ask-2', 'Cpus: 2'));
    await given.restart();
    await said(given.market, ask1('ask-3', 'Cpus: 3'));
    const line = new Reader();
    const cursor = cursorOf(first.line.came[0] ?? '');
    expect(await sent(given.market, line, watch1('w', `Cursor: ${cursor}`, brokerIp))).to.deep.equal([
      ack(2),
    ]);
    await said(given.market, ask1('ask-4', 'Cpus: 4'));
    expect(await line.until(3)).to.deep.equal(
      [2, 3, 4].map((number) => asked(`ask-${number}`, number + 1, `Cpus: ${number}`)),
    );
    const again = await broker(given);
    expect(again.answer).to.deep.equal([ack(5)]);
    await said(given.market, ask1('ask-5', 'Cpus: 5'));
    expect(await again.line.until(1)).to.deep.equal([asked('ask-5', 6, 'Cpus: 5')]);
  });

  it('cannot be taken up again once it has ended', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('a', 'Cpus: 8', 'Expires: 1 d'));
    const { line } = await broker(given);
    await given.clock.advance(hourMs);
    const end = (reason: string) => `SLA-version: 1.0\nAction: Decline\nIn-reply-to: w\nReason: ${reason}\n`;
    expect(await line.until(1)).to.deep.equal([end('too-late the Watch has expired')]);
    const unknown = [end('not-found you have no Watch of this Id here; send it without Cursor')];
    expect((await broker(given, `Cursor: 1\n${brokerIp}`)).answer).to.deep.equal(unknown);
    await broker(given);
    await sent(given.market, line, unwatch1('w'));
    expect((await broker(given, `Cursor: 1\n${brokerIp}`)).answer).to.deep.equal(unknown);
    await said(given.market, ask1('ask-1', 'Cpus: 8'));
    const [kept] = await given.files.store.read((sql) =>
      sql.all(`SELECT count(*) AS count FROM events WHERE kind = 'asked'`),
    );
    expect(kept).to.deep.equal({ count: 0 });
  });

  it('goes on with another Broker-IP where its Seq is higher', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    await said(market, tell1('b', 'Cpus: 4').replace(':7685', ':7686'));
    const { line } = await broker(given);
    await sent(market, line, watch1('w', 'Seq: 1', brokerIp.replace('7685', '7686')));
    await said(market, ask1('ask-1', 'Cpus: 8'));
    await said(market, ask1('ask-2', 'Cpus: 4'));
    expect(await line.until(1)).to.deep.equal([asked('ask-2', 3, 'Cpus: 4')]);
  });

  it('sees Asks of one clause hash as its Tells come, change and go', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8', 'Walltime: <= 24 h'));
    const { line } = await broker(given);
    // One whose Tell matches each Ask shows when it has been put to the brokers.
    await said(market, tell1('all', 'Cpus: 64'), another);
    const { line: all } = await broker(given, brokerIp, another);
    const steps: [told: string, seen: boolean][] = [
      [tell1('b', 'Cpus: 16', 'Their.Team: physics'), true],
      [tell1('a', 'Seq: 1', 'Cpus: 4', 'Walltime: <= 24 h'), true],
      [untell1('b'), false],
      [tell1('c', 'Cpus: 16').replace(':7685', ':7686'), false],
      [tell1('d', 'Cpus: 16'), true],
    ];
    const clauses = ['Cpus: 8', 'Walltime: 2 h', 'My.Team: physics'];
    const seen: string[] = [];
    for (const [at, [told, isSeen]] of [['', true] as [string, boolean], ...steps].entries()) {
      if (told !== '') await said(market, told);
      for (const id of [`${at}-one`, `${at}-two`]) {
        await said(market, ask1(id, ...clauses));
        if (isSeen) seen.push(id);
        await all.untilTrue(() => all.came.some((document) => idOf(document) === id));
        await line.until(seen.length);
      }
    }
    expect(line.came.map(idOf)).to.deep.equal(seen);
    const shown = line.came.map((document) => /^(Walltime|My)/gm.test(document));
    // What is shown is what those test that match: Walltime, with Team, Team alone, at last nothing.
    expect(shown).to.deep.equal([true, true, true, true, true, true, false, false]);
    expect(line.came[2]).to.match(/^Walltime: 2 h\nMy.Team: physics$/m);
    expect(line.came[4]).to.match(/^Cpus: 8\nMy.Team: physics$/m);
  });

  it('sees an Ask that one of very many of its Tells matches, whatever else the market holds', async () => {
    for (const others of [0, 4_000]) {
      await using given = await givenMarket();
      const { market } = given;
      const line = new Reader();
      await sent(market, line, watch1('w', brokerIp));
      const mine = Array.from({ length: 600 }, (_, at) => tell1(`t-${at}`, `Cpus: ${at + 1}`));
      const theirs = Array.from({ length: others }, (_, at) => tell1(`u-${at}`, 'Cpus: 1000'));
      await Promise.all(mine.map((text) => said(market, text)));
      await Promise.all(theirs.map((text) => said(market, text, another)));
      await said(market, ask1('none', 'Cpus: 601'));
      await said(market, ask1('one', 'Cpus: 600'));
      expect((await line.until(1)).map(idOf), `${others} others`).to.deep.equal(['one']);
    }
  });

  it('takes what many ask at once, at the pace of its reader, each once and in order', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const { line } = await broker(given);
    line.takeOnly(5);
    const ids = Array.from({ length: 200 }, (_, at) => `ask-${at}`);
    await Promise.all(ids.map((id) => said(market, ask1(id, 'Cpus: 8'))));
    await line.until(5);
    line.takeOnly(Number.POSITIVE_INFINITY);
    const came = await line.until(ids.length);
    expect(came).to.deep.equal(ids.map((id, at) => asked(id, at + 2, 'Cpus: 8')));
  });

  it('ends where the log has forgotten Asks that its reader was too slow for, and not where it forgot what was read', async () => {
    await using given = await givenMarket({ 'most-events': 2 });
    const { market, clock } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const { line } = await broker(given);
    const quick = new Reader();
    await sent(market, quick, watch1('quick', brokerIp));
    let asked = 0;
    const ask = async (count: number) => {
      for (let left = count; left > 0; left -= 1) {
        asked += 1;
        await said(market, ask1(`ask-${asked}`, 'Cpus: 8'));
      }
      await quick.until(asked);
    };
    await ask(5);
    await line.until(5);
    await market.sweep(clock.now());
    await ask(1);
    await line.until(6);
    line.takeOnly(0);
    await ask(1);
    await ask(9);
    await market.sweep(clock.now());
    line.takeOnly(Number.POSITIVE_INFINITY);
    await line.untilTrue(() => line.came.at(-1)?.includes('\nAction: Decline\n') === true);
    expect(line.came.slice(0, -1).map(idOf)).to.deep.equal(quick.came.slice(0, 7).map(idOf));
    expect(line.came.at(-1)).to.match(/^Reason: too-late cursor-expired: the log begins at \d+; /m);
    await ask(1);
    expect(quick.came.map(idOf)).to.deep.equal(Array.from({ length: 17 }, (_, at) => `ask-${at + 1}`));
  });

  it('leaves out Asks where more wait than the owner allows, and lets every Ask be answered', async () => {
    await using given = await givenMarket({ 'asks-waiting': 3 });
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const { line } = await broker(given);
    // All are answered from one answer, in one turn.
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => said(market, ask1(`ask-${at}`, 'Cpus: 8'))),
    );
    expect(answers.every((answer) => answer.length === 2)).to.equal(true);
    await line.until(1);
    await said(market, ask1('last', 'Cpus: 8'));
    await line.untilTrue(() => line.came.some((document) => /^Id: last$/m.test(document)));
    expect(line.came.length).to.be.below(50);
  });

  it('is sent the Asks of Tells that stood before it, while its sender watched another Broker-IP', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await sent(market, new Reader(), watch1('other', 'Broker-IP: 193.10.66.142:7685'));
    await said(market, tell1('a', 'Cpus: 8'));
    // By then it is known where all Tells of the sender are.
    await said(market, ask1('ask-1', 'Cpus: 8'));
    const { line } = await broker(given);
    await said(market, ask1('ask-2', 'Cpus: 8'));
    expect((await line.until(1)).map(idOf)).to.deep.equal(['ask-2']);
  });

  it('costs no event once it has ended', async () => {
    await using given = await givenMarket();
    const { market, files } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    const { line } = await broker(given);
    await said(market, ask1('ask-1', 'Cpus: 8'));
    await line.until(1);
    await sent(market, line, unwatch1('w'));
    const events = () => files.store.read((sql) => sql.all("SELECT cursor FROM events WHERE kind = 'asked'"));
    const before = await events();
    await said(market, ask1('ask-2', 'Cpus: 8'));
    await given.restart();
    expect(
      await given.files.store.read((sql) => sql.all("SELECT cursor FROM events WHERE kind = 'asked'")),
    ).to.deep.equal(before);
  });
});
